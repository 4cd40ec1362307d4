"""Acts on what is looked after in a store-room: climate, inspections, devices, visitors with keys, reports, and the tree of places."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import Length

from kedang.business.holdings.models import (
    ClimateReading,
    Equipment,
    Finding,
    Inspection,
    Location,
    RoomVisit,
    StatisticsReport,
    StockTake,
)
from kedang.business.holdings.services import climate as c
from kedang.business.holdings.services.equipment import equipment_add, equipment_change, equipment_look_after
from kedang.business.holdings.services.findings import finding_note
from kedang.business.holdings.services.inspections import KEYS, inspection_change, inspection_do, inspection_plan
from kedang.business.holdings.services.locations import boxes_make, cabinet_make, location_create
from kedang.business.holdings.services.placing import put_away, used_now
from kedang.business.holdings.services.statistics import statistics_keep
from kedang.business.holdings.services.stocktaking import stock_take_begin
from kedang.business.holdings.services.visits import room_enter, room_leave, visit_correct
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from tests.cast import Cast
from tests.holdings.standing import a_room, closed_volumes
from tests.races.acts import Act, Ground, Group, told


def who(ground: Ground) -> Any:
    return ground.cast.archivist


def events_of(kind: str, key: int, code: str) -> list[Event]:
    return list(Event.objects.filter(subject_type=kind, subject_id=key, code=code).order_by("id"))


def a_fresh_room(cast: Cast) -> Location:
    return a_room(cast, f"R{clock.now():%d%H%M%S%f}")


# Climate


def a_climate(cast: Cast, number: int) -> Ground:
    """A room with limits, and a moment at which several read the same instrument."""
    room = a_fresh_room(cast)
    values = {"coldest": "14", "warmest": "24", "driest": "45", "dampest": "60"}
    limit = c.climate_limit_set(actor=cast.archivist, location=room, values=values)
    at = clock.now() - timedelta(hours=1)
    return Ground(cast, number, room, {"at": at, "limit": limit, "version": limit.version}, [limit])


def read_many(ground: Ground, client: int) -> Any:
    """Three readings, one of them at the moment that everybody reads."""
    lines = [
        {"read_at": ground.more["at"] + timedelta(minutes=step), "temperature": 20 + 10 * (client % 2), "humidity": 50}
        for step in (0, 1 + client % 3, 10 + client)
    ]
    return c.climate_add_many(actor=who(ground), location=ground.on, readings=lines, source="CSV")


def read_once(ground: Ground) -> list[str]:
    """Each reading is told of once, and a room that is too warm has one open finding."""
    rows = ClimateReading.objects.filter(location=ground.on)
    noted = events_of("holdings.location", ground.on.pk, "custody.climate_read")
    told_of = sum(event.meta_value["readings"] for event in map(with_meta, noted))
    found = [] if rows.count() == told_of else [f"{rows.count()} readings, {told_of} told of"]
    if rows.values("read_at").annotate(n=Count("pk")).filter(n__gt=1).exists():
        found.append("two readings of one moment")
    open_ones = Finding.objects.filter(location=ground.on, source="climate", state="open").count()
    if open_ones > 1:
        found.append(f"{open_ones} open alarms of one room")
    return found


def with_meta(event: Any) -> Any:
    import orjson

    event.meta_value = orjson.loads(event.meta or "{}")
    return event


CLIMATE = Group(
    "climate", a_climate,
    (
        Act(
            "climate_add",
            lambda g, n: c.climate_add(actor=who(g), location=g.on, temperature="31.5", humidity="50", read_at=g.more["at"]),
            once=True, told=told("reading_known"),
        ),
        Act("climate_add_many", read_many),
        Act(
            "climate_limit_set",
            lambda g, n: c.climate_limit_set(
                actor=who(g), location=g.on, values={"warmest": str(25 + n % 3)}, version=g.more["version"]
            ),
            once=True, told=told("stale_version"), quiet=True,
        ),
        Act("finding_note", lambda g, n: finding_note(actor=who(g), values={"location": g.on, "text": f"空调漏水 {n}"})),
    ),
    read_once,
)  # fmt: skip


# Inspections and devices


def an_inspection(cast: Cast, number: int) -> Ground:
    """One that comes every month."""
    values = {"location": a_fresh_room(cast), "occasion": "planned", "planned_on": clock.today(), "every_days": 30}
    row = inspection_plan(actor=cast.archivist, values=values)
    return Ground(cast, number, row, {"room": values["location"], "version": row.version}, [row])


def inspect(ground: Ground, client: int) -> Any:
    """Two points are bad."""
    answers = {key: {"result": "bad" if at < 2 else "good", "note": f"第 {client} 人"} for at, key in enumerate(KEYS)}
    return inspection_do(actor=who(ground), inspection=ground.on, answers=answers, conclusion=f"第 {client} 人")


def planned_on(ground: Ground) -> list[str]:
    """Done once, it has its two findings and one inspection to follow; undone, it has neither."""
    row = Inspection.objects.get(pk=ground.on.pk)
    findings = Finding.objects.filter(inspection=row).count()
    later = Inspection.objects.filter(location=ground.more["room"], every_days=30).exclude(pk=row.pk).count()
    wanted = (2, 1) if row.done_at else (0, 0)
    return (
        []
        if (findings, later) == wanted
        else [f"done: {row.done_at is not None}, findings and next ones: {findings}, {later}"]
    )


INSPECTION = Group(
    "inspection", an_inspection,
    (
        Act("inspection_do", inspect, once=True, told=told("inspection_done")),
        Act(
            "inspection_change",
            lambda g, n: inspection_change(
                actor=who(g), inspection=g.on, values={"planned_on": clock.today() + timedelta(days=n + 1)}, version=g.more["version"]
            ),
            once=True, told=told("inspection_done", "stale_version"),
        ),
        Act(
            "inspection_plan",
            lambda g, n: inspection_plan(actor=who(g), values={"location": g.more["room"], "occasion": "water"}),
        ),
    ),
    planned_on,
)  # fmt: skip


def a_device(cast: Cast, number: int) -> Ground:
    values = {"location": a_fresh_room(cast), "kind": "fire", "name": f"灭火器{number}", "every_days": 30}
    row = equipment_add(actor=cast.archivist, values=values)
    return Ground(cast, number, row, {"room": values["location"], "version": row.version}, [row])


def looked_after(ground: Ground) -> list[str]:
    """Nobody looks after what was retired, and no entry is without a version of its own."""
    row = Equipment.objects.get(pk=ground.on.pk)
    rows = Event.objects.filter(subject_type="holdings.equipment", subject_id=row.pk).order_by("id")
    codes = [(event.code, '"is_retired"' in event.changes) for event in rows]
    retired = next((at for at, (code, is_end) in enumerate(codes) if code.endswith("changed") and is_end), len(codes))
    found = ["looked after when it was retired"] if any("looked" in code for code, _end in codes[retired:]) else []
    return found if row.version == len(codes) else [*found, f"version {row.version} with {len(codes)} entries"]


DEVICE = Group(
    "device", a_device,
    (
        Act(
            "equipment_change",
            lambda g, n: equipment_change(actor=who(g), equipment=g.on, values={"remarks": f"备注{n}"}, version=g.more["version"]),
            once=True, told=told("stale_version"),
        ),
        Act(
            "equipment_change retired",
            lambda g, n: equipment_change(actor=who(g), equipment=g.on, values={"is_retired": True}), quiet=True,
        ),
        Act(
            "equipment_look_after", lambda g, n: equipment_look_after(actor=who(g), equipment=g.on, reason=f"第 {n} 人检查"),
            told=told("equipment_retired"),
        ),
        Act(
            "equipment_add",
            lambda g, n: equipment_add(actor=who(g), values={"location": g.more["room"], "kind": "fire", "name": f"第 {n} 具"}),
        ),
    ),
    looked_after,
)  # fmt: skip


# Visitors


def a_visit(cast: Cast, number: int) -> Ground:
    """Somebody is inside with the key."""
    values = {
        "location": a_fresh_room(cast),
        "visitor": "工程队",
        "purpose": "检修",
        "key_number": f"K{clock.now():%d%H%M%S%f}",
    }
    row = room_enter(actor=cast.archivist, values=values)
    return Ground(cast, number, row, {"values": values, "version": row.version}, [row])


def one_key(ground: Ground) -> list[str]:
    out = RoomVisit.objects.filter(key_number=ground.more["values"]["key_number"], left_at__isnull=True).count()
    return [] if out <= 1 else [f"the key is out {out} times"]


VISIT = Group(
    "visit", a_visit,
    (
        Act(
            "room_enter", lambda g, n: room_enter(actor=who(g), values={**g.more["values"], "visitor": f"第 {n} 人"}),
            told=told("key_is_out"), opened=True,
        ),
        Act("room_leave", lambda g, n: room_leave(actor=who(g), visit=g.on), once=True, told=told("visit_over")),
        Act(
            "visit_correct",
            lambda g, n: visit_correct(actor=who(g), visit=g.on, values={"unit": f"单位{n}"}, version=g.more["version"]),
            once=True, told=told("stale_version"),
        ),
    ),
    one_key,
)  # fmt: skip


# Places and counts


def a_tree(cast: Cast, number: int) -> Ground:
    """A room with a cabinet of two shelves for three boxes each, volumes on the first."""
    room = a_fresh_room(cast)
    cabinet = cabinet_make(actor=cast.archivist, location=room, code="01", shelves=2, capacity=3)
    one, two = cabinet.children.order_by("position")
    volumes = closed_volumes(cast.fonds, 2)
    put_away(actor=cast.archivist, location=one, volumes=volumes)
    return Ground(cast, number, room, {"cabinet": cabinet, "one": one, "two": two}, [cabinet, one, two])


def tree_whole(ground: Ground) -> list[str]:
    """Places count themselves, hold no more than fits, lie below what they stand in; no two stock-takes overlap."""
    found = []
    for place in Location.objects.filter(path__startswith=ground.on.path).select_related("parent"):
        if place.used != used_now(place):
            found.append(f"{place.kind} says {place.used}, holds {used_now(place)}")
        if place.capacity is not None and place.used > place.capacity:
            found.append(f"{place.kind} holds {place.used} of {place.capacity}")
        if place.parent is None or place.path != f"{place.parent.path}{place.pk}/":
            found.append(f"{place.kind} has the path {place.path}")
    takes = StockTake.objects.filter(location__path__startswith=ground.on.path, state="running")
    paths = list(takes.values_list("location__path", flat=True))
    if any(one != other and other.startswith(one) for one in paths for other in paths) or len(paths) > len(set(paths)):
        found.append(f"{len(paths)} stock-takes overlap")
    lines = takes.annotate(n=Count("lines")).values_list("n", "expected_count")
    return found + [f"{n} lines, {told_of} told of" for n, told_of in lines if n != told_of]


def box_on(ground: Ground, client: int) -> Any:
    return location_create(actor=who(ground), values={"kind": "box", "parent": ground.more["two"], "thickness": 50})


PLACES = Group(
    "places", a_tree,
    (
        Act(
            "location_create",
            lambda g, n: location_create(actor=who(g), values={"kind": "cabinet", "parent": g.on, "code": "02"}),
            once=True, told=told("label_taken"),
        ),
        Act("location_create of a box", box_on, told=told("location_full")),
        Act(
            "cabinet_make", lambda g, n: cabinet_make(actor=who(g), location=g.on, code="03", shelves=2, capacity=3),
            once=True, told=told("label_taken"),
        ),
        Act("boxes_make", lambda g, n: boxes_make(actor=who(g), location=g.more["two"], count=2), told=told("location_full")),
        Act(
            "stock_take_begin", lambda g, n: stock_take_begin(actor=who(g), location=g.more["cabinet"]),
            once=True, told=told("stock_take_running"), opened=True,
        ),
        Act(
            "stock_take_begin on a shelf", lambda g, n: stock_take_begin(actor=who(g), location=g.more["one"]),
            once=True, told=told("stock_take_running"), opened=True,
        ),
    ),
    tree_whole,
)  # fmt: skip


# Reports


def a_report(cast: Cast, number: int) -> Ground:
    """The month that is under way, not kept yet."""
    today = clock.today()
    StatisticsReport.objects.filter(fonds=cast.fonds).delete()
    return Ground(cast, number, None, {"year": today.year, "month": today.month})


def kept_once(ground: Ground) -> list[str]:
    rows = StatisticsReport.objects.filter(fonds=ground.cast.fonds)
    twice = rows.values("year", "month").annotate(n=Count("pk")).filter(n__gt=1).exists()
    empty = rows.annotate(size=Length("made_by")).aggregate(least=Sum("size"))["least"] in (None, 0)
    return (["two reports of one month"] if twice else []) + (["a report by nobody"] if empty else [])


REPORT = Group(
    "report", a_report,
    (
        Act("statistics_keep", lambda g, n: statistics_keep(actor=who(g), year=g.more["year"], month=g.more["month"])),
        Act("statistics_keep of the year", lambda g, n: statistics_keep(actor=who(g), year=g.more["year"])),
    ),
    kept_once,
)  # fmt: skip
