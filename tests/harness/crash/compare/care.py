"""Acts of care, each by its token: the row and its entry, or neither."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from tests.harness.crash.acts.care import FIRST
from tests.harness.crash.compare.archive import held, of_archive, told_of
from tests.harness.crash.compare.base import Trail
from tests.harness.crash.journal import Act

Parts = dict[str, bool]


def row_and_event(model: str, field: str, code: str) -> Callable[[Act, Trail], Parts]:
    """Something new that bears the token."""

    def look(act: Act, trail: Trail) -> Parts:
        rows = of_archive(model).objects.filter(**{field: act.token}).count()
        return {"one row": rows == 1, "one event": len(trail.of(act.token, code)) == 1}

    return look


def climate_read(act: Act, trail: Trail) -> Parts:
    """A reading of its moment. Its entry is about the room and tells how many there were: :func:`readings` counts them."""
    from zoneinfo import ZoneInfo

    from django.conf import settings

    at = datetime.strptime(act.facts["read_at"], "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
    rows: list[Any] = list(of_archive("ClimateReading").objects.filter(location_id=act.facts["room"], read_at=at))
    return {"one row": len(rows) == 1}


def planned(act: Act, trail: Trail) -> Parts:
    """An inspection of its day, with its entry."""
    rows = list(of_archive("Inspection").objects.filter(planned_on=act.facts["given"]["planned_on"]))
    told = told_of(rows[0], "custody.inspection_planned") if len(rows) == 1 else []
    return {"one row": len(rows) == 1, "event": len(told) == 1}


def looked_after(act: Act, trail: Trail) -> Parts:
    return {"event": len(trail.of(act.token, "custody.equipment_looked_after")) == 1}


def left(act: Act, trail: Trail) -> Parts:
    row = of_archive("RoomVisit").objects.get(pk=act.facts["visit"])
    return {"row": row.left_at is not None, "event": len(told_of(row, "custody.room_left")) == 1}


def inspected(act: Act, trail: Trail) -> Parts:
    row = of_archive("Inspection").objects.get(pk=act.facts["inspection"])
    done = len(told_of(row, "custody.inspection_done"))
    return {"row": row.done_at is not None and row.conclusion == act.token, "event": done == 1}


def brought(act: Act, trail: Trail) -> Parts:
    """A package with its bytes and its entry."""
    rows = list(of_archive("PackageArrival").objects.filter(name=f"{act.token}.zip").select_related("file"))
    one = rows[0] if len(rows) == 1 else None
    return {
        "one row": one is not None, "one event": len(trail.of(act.token, "holdings.package_arrived")) == 1,
        "its file": one is not None and held(one.file, act.token),
    }  # fmt: skip


LOOKS: dict[str, Callable[[Act, Trail], Parts]] = {
    "climate.read": climate_read,
    "equipment.add": row_and_event("Equipment", "name", "custody.equipment_added"),
    "equipment.look-after": looked_after,
    "visit.enter": row_and_event("RoomVisit", "visitor", "custody.room_entered"),
    "visit.leave": left,
    "inspection.plan": planned,
    "inspection.do": inspected,
    "arrival.bring": brought,
}


def readings(since: int) -> Iterator[str]:
    """As many readings of the run as entries tell of. ``since``: the last entry of before the run."""
    from kedang.foundation.audit.models import Event

    told: Counter[int] = Counter()
    for key, meta in Event.objects.filter(id__gt=since, code="custody.climate_read").values_list("subject_id", "meta"):
        told[key or 0] += int(json.loads(meta)["readings"])
    rows = of_archive("ClimateReading").objects.filter(read_at__year=FIRST.year)
    held = Counter(rows.values_list("location_id", flat=True))
    if held != told:
        yield f"readings of climate and their entries differ: {sorted(set(held.items()) ^ set(told.items()))[:4]}"
