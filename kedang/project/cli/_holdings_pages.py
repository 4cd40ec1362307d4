"""The pages of the archive that are measured: name → address of a turn; ids and words differ from turn to turn."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from django.urls import reverse

from kedang.business.holdings.models import Item, Location, Volume
from kedang.foundation.access.models import Person
from kedang.foundation.files.models import FilePage

Address = Callable[[int], str]
ROWS = 20
SAMPLED = 60
THICK = 200
"""A volume with so many lines is a thick one."""


def pages(person: Person) -> dict[str, Address]:
    """Every measured page that the base has something to show on."""
    volumes = _sample(Volume.objects.visible_to(person), "pk", "reference_code", "series_id", "year")
    items = _sample(Item.objects.visible_to(person).filter(volume__isnull=False), "pk", "title", "series_id", "year")
    names = sorted(
        set(Volume.objects.filter(pk__in=[row[0] for row in volumes]).values_list("customer__name", flat=True))
    )
    return {
        **_volume_lists(volumes, names, Volume.objects.visible_to(person).count()),
        **_volume_pages(volumes, _thick(person)),
        **_item_lists(items, names, Item.objects.visible_to(person).count()),
        **_item_pages(items),
        **_search(volumes, items, names),
        **_texts(),
        **_custody(person),
        "home": lambda turn: "/",
    }  # fmt: skip


def _sample(rows: Any, *names: str) -> list[tuple[Any, ...]]:
    """Some rows spread over all of them."""
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    chosen = keys[:: max(1, len(keys) // SAMPLED)][:SAMPLED]
    return list(rows.filter(pk__in=chosen).order_by("pk").values_list(*names))


def _thick(person: Person) -> list[int]:
    rows = Volume.objects.visible_to(person).filter(item_count__gte=THICK)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:SAMPLED])


def _turned(rows: Sequence[Any], address: Callable[[Any], str]) -> Address:
    return lambda turn: address(rows[turn % len(rows)])


def _part(text: str, length: int) -> str:
    """A piece of a name from behind the town, as people type it."""
    return quote(text[2 : 2 + length])


def _volume_lists(volumes: Sequence[Any], names: Sequence[str], total: int) -> dict[str, Address]:
    home = reverse("holdings:volume-list")
    return {
        "volume_list": lambda turn: home,
        "volume_list_deep": lambda turn: f"{home}?page={max(1, total // ROWS - turn % 3)}",
        "volume_list_by_code": lambda turn: f"{home}?sort=reference_code&page={turn + 1}",
        "volume_catalogue": _turned(
            volumes, lambda row: f"{home}?series={row[2]}&year_from={row[3]}&year_to={row[3]}&sort=reference_code"
        ),
        "volume_list_unsigned": lambda turn: f"{home}?view=unsigned",
        "volume_list_shelved": lambda turn: f"{home}?view=shelved&page={turn + 1}",
        "volume_list_keyword": _turned(names, lambda name: f"{home}?q={_part(name, 6)}"),
    }


def _volume_pages(volumes: Sequence[Any], thick: Sequence[int]) -> dict[str, Address]:
    found = {
        f"volume_{word}": _turned(volumes, lambda row, page=page: reverse(f"holdings:volume-{page}", args=[row[0]]))  # type: ignore[misc]
        for word, page in (("page", "detail"), ("items", "items"), ("notes", "notes"))
    }
    if thick:
        found["volume_items_300"] = _turned(thick, lambda key: reverse("holdings:volume-items", args=[key]))
    return found


def _item_lists(items: Sequence[Any], names: Sequence[str], total: int) -> dict[str, Address]:
    home = reverse("holdings:item-list")
    return {
        "item_list": lambda turn: home,
        "item_list_deep": lambda turn: f"{home}?page={max(1, total // ROWS - 100 - turn % 3)}",
        "item_list_filed": lambda turn: f"{home}?view=filed&page={turn + 1}",
        "item_list_class_year": _turned(
            items, lambda row: f"{home}?series={row[2]}&year_from={row[3]}&year_to={row[3]}"
        ),
        "item_list_dated": _turned(
            items, lambda row: f"{home}?dated_on_from={row[3]}-03-01&dated_on_to={row[3]}-03-31"
        ),
        "item_list_customer": _turned(names, lambda name: f"{home}?customer={_part(name, 10)}"),
        "item_list_keyword": _turned(names, lambda name: f"{home}?q={_part(name, 6)}"),
    }


def _item_pages(items: Sequence[Any]) -> dict[str, Address]:
    register = reverse("holdings:filing-register")
    return {
        "item_page": _turned(items, lambda row: reverse("holdings:item-detail", args=[row[0]])),
        "item_files": _turned(items, lambda row: reverse("holdings:item-files", args=[row[0]])),
        "inbox": lambda turn: reverse("holdings:inbox"),
        "register": lambda turn: f"{register}?page={turn % 20 + 1}",
        "register_year": _turned(items, lambda row: f"{register}?from={row[3]}-01-01&to={row[3]}-12-31"),
    }


def _search(volumes: Sequence[Any], items: Sequence[Any], names: Sequence[str]) -> dict[str, Address]:
    home = reverse("web:search")
    found = {
        f"search_items_{length}": _turned(
            names, lambda name, length=length: f"{home}?kind=item&q={_part(name, length)}"  # type: ignore[misc]
        )
        for length in (1, 2, 3, 4)
    }  # fmt: skip
    words = [row[1][-8:-3].strip("（）0123456789") for row in items]
    return {
        **found,
        "search_items_kind": _turned(words, lambda word: f"{home}?kind=item&q={quote(word)}"),
        "search_volumes": _turned(names, lambda name: f"{home}?kind=volume&q={quote(name[:6])}"),
        "search_code": _turned(volumes, lambda row: f"{home}?kind=volume&q={quote(row[1])}"),
    }


def _texts() -> dict[str, Address]:
    """Search in documents: a word of few pages, and one that stands on half of them."""
    home = reverse("web:search")
    keys = list(FilePage.objects.order_by("pk").values_list("pk", flat=True))
    texts = list(
        FilePage.objects.filter(pk__in=keys[:: max(1, len(keys) // SAMPLED)][:SAMPLED]).values_list("text", flat=True)
    )
    if not texts:
        return {}
    rare = [quote(text.split("\n")[1][2:5]) for text in texts if text.count("\n") > 1]
    often = [quote(text.rpartition("\n")[2][:4]) for text in texts]
    rare = rare or often
    return {
        "search_text_rare": _turned(rare, lambda word: f"{home}?kind=file&q={word}"),
        "search_text_common": _turned(often, lambda word: f"{home}?kind=file&q={word}"),
    }  # fmt: skip


def _custody(person: Person) -> dict[str, Address]:
    places = Location.objects.visible_to(person)
    found: dict[str, Address] = {
        "places": lambda turn: reverse("holdings:places"),
        "place_list": lambda turn: reverse("holdings:location-list"),
        "statistics": lambda turn: reverse("holdings:statistics"),
        "statistics_year": lambda turn: f"{reverse('holdings:statistics')}?{urlencode({'year': 2026, 'month': 0})}",
        "arrange": lambda turn: reverse("holdings:volume-arrange"),
    }
    for kind in ("room", "cabinet", "shelf", "box"):
        keys = list(places.filter(kind=kind).order_by("pk").values_list("pk", flat=True))
        chosen = keys[:: max(1, len(keys) // SAMPLED)][:SAMPLED]
        if chosen:
            found[f"place_{kind}"] = _turned(chosen, lambda key: reverse("holdings:location-detail", args=[key]))
    return found
