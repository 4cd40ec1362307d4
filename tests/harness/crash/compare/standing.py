"""The archive at a quiet moment: numbers, volumes, places, lists and files, each told twice and alike."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from tests.harness.crash.journal import GOOD, LOST, Act

_gaps: set[tuple[int, int]] = set()
"""Numbers that the base itself cannot account for: the demo shows some."""


def remember_gaps() -> None:
    """Called once, before anything is killed."""
    _gaps.update(_missing())


def standing(acts: Iterable[Act] = ()) -> Iterator[str]:
    """Everything of the archive that is counted twice."""
    yield from codes()
    yield from volumes()
    yield from places()
    yield from boxes(acts)
    yield from lists()
    yield from owners()


def _missing() -> set[tuple[int, int]]:
    from kedang.business.holdings.codes.ledger import KEYS, tallies
    from kedang.foundation.numbering.models import NumberSeries

    found = tallies(list(NumberSeries.objects.filter(key__in=KEYS)))
    return {(tally.series.pk, n) for tally in found for first, last in tally.gaps for n in range(first, last + 1)}


def codes() -> Iterator[str]:
    """No number of the ledger is unaccounted for, and every volume and item has its code in the register, once."""
    from django.apps import apps

    if some := sorted(_missing() - _gaps):
        yield f"numbers of codes that nobody can account for: {some[:5]} ({len(some)})"
    register = apps.get_model("holdings", "ReferenceCode").objects.filter(state="current")
    for name in ("Volume", "Item"):
        rows = apps.get_model("holdings", name).objects.exclude(reference_code="")
        held = dict(rows.values_list("pk", "reference_code"))
        field = f"{name.lower()}_id"
        noted = list(register.filter(**{f"{field}__isnull": False}).values_list(field, "code"))
        if twice := [key for key, times in Counter(key for key, _code in noted).items() if times > 1]:
            yield f"{name} with two current codes: {twice[:5]}"
        if held != dict(noted):
            odd = sorted(set(held.items()) ^ set(noted))
            yield f"codes of {name} and register differ: {odd[:4]} ({len(odd)})"


def volumes() -> Iterator[str]:
    """Counts, positions and pages tell of the items; what is closed has its numbers."""
    from kedang.business.holdings.models import Volume
    from kedang.business.holdings.services.volumes import items_in_order

    for volume in Volume.objects.all():
        rows = items_in_order(volume)
        if (volume.item_count, volume.page_count) != (len(rows), sum(row.pages for row in rows)):
            yield f"volume {volume.pk} tells of {volume.item_count} items and {volume.page_count} pages, holds {len(rows)}"
        if [row.position for row in rows] != list(range(1, len(rows) + 1)):
            yield f"positions in volume {volume.pk} are {[row.position for row in rows]}"
        if volume.state != "open" and any(row.number is None or not row.reference_code for row in rows):
            yield f"volume {volume.pk} is {volume.state} and has items without a number"


def places() -> Iterator[str]:
    """Every place has counted itself; what stands in it has one running placement there, and boxes a path through it."""
    from kedang.business.holdings.models import Item, Location, Placement, Volume
    from kedang.business.holdings.services.placing import used_now

    for place in Location.objects.select_related("parent"):
        if place.used != used_now(place):
            yield f"place {place.label} says {place.used}, holds {used_now(place)}"
        above = place.parent.path if place.parent is not None else "/"
        if place.path != f"{above}{place.pk}/":
            yield f"place {place.label} has the path {place.path} below {above}"
    running: dict[str, Counter[tuple[Any, Any]]] = {name: Counter() for name in ("volume_id", "item_id", "box_id")}
    for row in Placement.objects.filter(until__isnull=True):
        for name, seen in running.items():
            if getattr(row, name):
                seen[getattr(row, name), row.location_id] += 1
    for name, rows in (
        ("volume_id", Volume.objects.filter(location__isnull=False).values_list("pk", "location_id")),
        ("item_id", Item.objects.filter(location__isnull=False).values_list("pk", "location_id")),
        ("box_id", Location.objects.filter(kind="box", parent__isnull=False).values_list("pk", "parent_id")),
    ):
        stands = set(rows)
        odd = {pair for pair, times in running[name].items() if times > 1} | (stands ^ set(running[name]))
        if odd:
            yield f"{name.removesuffix('_id')} and its running placements differ: {sorted(odd)[:4]} ({len(odd)})"


def boxes(acts: Iterable[Act]) -> Iterator[str]:
    """Every number of a box was used once and has its box; each shelf got boxes as often as somebody was told so."""
    from kedang.business.holdings.models import Location
    from kedang.business.holdings.services.locations import BOX_KEY
    from kedang.foundation.audit.models import Event
    from kedang.foundation.numbering.models import NumberSeries

    held = Counter(Location.objects.filter(kind="box").values_list("fonds_id", "label"))
    for series in NumberSeries.objects.filter(key=BOX_KEY):
        used = [(entry.first, entry.last) for entry in series.entries.filter(state="used").order_by("first")]
        numbers = [n for first, last in used for n in range(first, last + 1)]
        if numbers != list(range(1, series.last + 1)):
            yield f"numbers of boxes {series.prefix} have a gap or a double up to {series.last}"
        texts = [f"{series.prefix}{n:0{series.width}d}{series.suffix}" for n in numbers]
        if odd := [text for text in texts if held[series.fonds_id, text] != 1]:
            yield f"numbers without one box of their own: {odd[:4]} ({len(odd)})"
    asked: dict[int, Counter[str]] = {}
    for act in acts:
        if act.kind == "place.boxes":
            asked.setdefault(act.facts["shelf"], Counter())[act.state] += 1
    for shelf, states in asked.items():
        told = Event.objects.filter(
            subject_type="holdings.location", subject_id=shelf, code="custody.locations_made"
        ).count()
        if not states[GOOD] <= told <= states[GOOD] + states[LOST]:
            yield f"shelf {shelf} got boxes {told} times; {states[GOOD]} were acknowledged, {states[LOST]} are unknown"


def lists() -> Iterator[str]:
    """Lists of transfer count their lines, numbers are given once, and what has ended holds nothing."""
    from kedang.business.holdings.models import Transfer

    numbers = Counter(Transfer.objects.values_list("fonds_id", "number"))
    if twice := [number for number, times in numbers.items() if times > 1]:
        yield f"lists with one number: {twice[:5]}"
    for row in Transfer.objects.prefetch_related("lines"):
        lines = list(row.lines.all())
        if (row.line_count, row.page_count) != (len(lines), sum(line.pages for line in lines)):
            yield f"list {row.number} tells of {row.line_count} lines and {row.page_count} pages, has {len(lines)}"
        if row.state in ("withdrawn", "received") and any(line.is_running for line in lines):
            yield f"list {row.number} is {row.state} and still holds its lines"


def owners() -> Iterator[str]:
    """Every stored file belongs to a record of another room: bytes and row came with what they are for."""
    from kedang.foundation.files.models import FileState, StoredFile

    held: set[int] = set()
    for relation in StoredFile._meta.related_objects:
        if relation.related_model._meta.app_label != StoredFile._meta.app_label:
            held |= set(relation.related_model._base_manager.values_list(relation.field.attname, flat=True))
    rows = StoredFile.objects.exclude(state=FileState.ERASED).values_list("pk", "name")
    if lonely := [(pk, name) for pk, name in rows if pk not in held]:
        yield f"stray: stored files that belong to nothing: {lonely[:3]} ({len(lonely)})"
