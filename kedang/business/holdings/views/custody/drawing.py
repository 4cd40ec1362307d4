"""What the pages of custody compute once for many places: how full they are, from which to which number they hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Min
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import LocationKind
from kedang.business.holdings.models import Location, Volume


@dataclass(slots=True)
class Fill:
    """How full a place is: shelves below counted together; a shelf or a box counts itself."""

    used: int = 0
    capacity: int = 0

    @property
    def percent(self) -> int | None:
        """Share in use; None where nobody has said how much fits."""
        return min(100, round(100 * self.used / self.capacity)) if self.capacity else None

    @property
    def tone(self) -> str:
        """Colour of the bar."""
        return "is-full" if (self.percent or 0) >= 98 else "is-high" if (self.percent or 0) >= 85 else ""

    @property
    def drawn(self) -> SafeString:
        """The bar; a page has many of them, so it is drawn without the template engine."""
        if self.percent is None:
            told = _("已放 %(n)s") % {"n": self.used} if self.used else _("未定容量")
            return format_html('<span class="muted small">{}</span>', told)
        return format_html(
            '<span class="fill {}" title="{} / {}"><progress max="100" value="{}">{}%</progress><span class="number">{}%</span></span>',
            self.tone, self.used, self.capacity, self.percent, self.percent, self.percent,
        )  # fmt: skip


def keys_of(path: str) -> list[int]:
    """Keys on the way from the top to the place itself."""
    return [int(key) for key in path.strip("/").split("/") if key]


def fills_below(prefix: str, fonds_id: int) -> dict[int, Fill]:
    """Fill of every place on or above the shelves below a path, by one query over shelves."""
    rows = Location.objects.filter(fonds_id=fonds_id, kind=LocationKind.SHELF, is_blocked=False)
    if prefix:
        rows = rows.filter(path__startswith=prefix)
    found: dict[int, Fill] = {}
    for path, used, capacity in rows.values_list("path", "used", "capacity"):
        for key in keys_of(path):
            fill = found.setdefault(key, Fill())
            fill.used += min(used, capacity) if capacity else 0
            fill.capacity += capacity or 0
    return found


def own_fill(place: Location) -> Fill:
    """Fill of a shelf or a box by itself."""
    return Fill(place.used, place.capacity or 0)


def ends_of(places: Sequence[Location], kind: str) -> dict[int, tuple[str, str]]:
    """First and last 档号 below each of these places (起止号 on a cabinet); ``kind`` is that of the place they are in.

    Volumes stand on shelves and in boxes on them, so the way up is known and the database groups along it.
    """
    ways = {
        LocationKind.ROOM: ("location__parent__parent", "location__parent"), LocationKind.CABINET: ("location__parent", "location"),
        LocationKind.SHELF: ("location",),
    }.get(LocationKind(kind), ())  # fmt: skip
    keys = [place.pk for place in places]
    found: dict[int, tuple[str, str]] = {}
    for way in ways if keys else ():
        rows = Volume.objects.filter(**{f"{way}__in": keys}).values_list(way).order_by()
        for key, low, high in rows.annotate(low=Min("reference_code"), high=Max("reference_code")):
            before = found.get(key, (low, high))
            found[key] = (min(low, before[0]), max(high, before[1]))
    return found


def contents_of(places: Iterable[Location]) -> dict[int, int]:
    """How many volumes stand in each of these places themselves."""
    keys = [place.pk for place in places]
    rows = Volume.objects.filter(location__in=keys).values_list("location").annotate(n=Count("pk")).order_by()
    return dict(rows)


def address(name: str, *args: Any) -> str:
    """Address of a page that may not be there; empty then."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
