"""温湿度: limits of a room, readings by hand, from a file or from a device; out of the limits one alarm per room (CS-03)."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import Problems
from kedang.business.holdings.choices import FindingState, LocationKind
from kedang.business.holdings.events.custody import CLIMATE_LIMITED, CLIMATE_READ
from kedang.business.holdings.models import ClimateLimit, ClimateReading, Finding, FindingSource, Location
from kedang.business.holdings.services.custody_writing import (
    Values,
    checked,
    locked,
    typed_values,
)
from kedang.business.holdings.services.findings import finding_note
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

LIMITS = ("coldest", "warmest", "driest", "dampest")
FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d")
COLDEST, WARMEST = Decimal(-40), Decimal(80)
TENTH = Decimal("0.1")
MOST_LINES = 20_000
AHEAD = timedelta(minutes=5)


@dataclass(slots=True)
class Readings:
    """What became of readings: how many are new, known already, out of the limits, and which lines were refused why."""

    added: int = 0
    known: int = 0
    out: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


@transaction.atomic
def climate_limit_set(*, actor: Actor, location: Location, values: Values, version: int | None = None) -> ClimateLimit:
    """Lay down within which limits a room is to be kept; shipped are 14–24 ℃ and 45–60 %.

    Raises:
        Refused: ``not_a_room``, ``values_invalid``, ``stale_version``.
    """
    room = _room(actor, location, "custody.layout")
    limit = ClimateLimit.objects.select_for_update().filter(location=room).first() or ClimateLimit(location=room)
    if version is not None and limit.pk and limit.version != version:
        raise Refused("stale_version", _("范围刚被他人修改过，请刷新后再改。"))
    problems = Problems()
    clean = typed_values(ClimateLimit, values, LIMITS, problems)
    before = {name: getattr(limit, name) if limit.pk else None for name in LIMITS}
    for name, value in clean.items():
        setattr(limit, name, value)
    checked(limit, LIMITS, problems)
    for name in LIMITS:
        setattr(limit, name, Decimal(getattr(limit, name)).quantize(TENTH))
    changes = {name: (before[name], getattr(limit, name)) for name in LIMITS if before[name] != getattr(limit, name)}
    if Decimal(limit.coldest) >= Decimal(limit.warmest):
        problems.tell("warmest", _("最高温度要高于最低温度。"))
    if Decimal(limit.driest) >= Decimal(limit.dampest):
        problems.tell("dampest", _("最高湿度要高于最低湿度。"))
    problems.refuse()
    if not changes:
        return limit
    limit.version += 1 if limit.pk else 0
    limit.save()
    record(actor, CLIMATE_LIMITED, limit, changes=changes)
    return limit


@transaction.atomic
def climate_add(
    *,
    actor: Actor,
    location: Location,
    temperature: Any,
    humidity: Any,
    read_at: datetime | None = None,
    source: str = "",
) -> ClimateReading:
    """One reading, by hand or from a device.

    Raises:
        Refused: ``not_a_room``, ``values_invalid``, ``reading_known``.
    """
    line = {"temperature": temperature, "humidity": humidity, "read_at": read_at or clock.now()}
    answer = climate_add_many(actor=actor, location=location, readings=[line], source=source or _("手工"))
    if answer.refused:
        raise Refused("values_invalid", answer.refused[0][1], "temperature")
    if answer.known:
        raise Refused(
            "reading_known", _("“%(room)s”在这一时刻已有记录，没有再记。") % {"room": location.label}, "read_at"
        )
    found: ClimateReading = ClimateReading.objects.get(location=location, read_at=line["read_at"])
    return found


@transaction.atomic
def climate_add_many(
    *, actor: Actor, location: Location, readings: Iterable[Mapping[str, Any]], source: str = ""
) -> Readings:
    """Readings of a room; one of a moment that is known already is passed over, so a file may be brought twice.

    Raises:
        Refused: ``not_a_room``, ``too_many``.
    """
    room = _room(actor, location, "custody.keep")
    limit = ClimateLimit.objects.filter(location=room).first() or ClimateLimit(location=room)
    answer, who = Readings(), actor.display_name[:80]
    rows: dict[datetime, ClimateReading] = {}
    for number, given in enumerate(readings, 1):
        if number > MOST_LINES:
            raise Refused("too_many", _("一次最多 %(most)s 行，请分几次。") % {"most": f"{MOST_LINES:,}"})
        row = _reading(room, limit, given, number, answer)
        if row is not None:
            row.source, row.read_by = source[:40], who
            rows.setdefault(row.read_at, row)
    known = _known(room, list(rows))
    fresh = [row for at, row in rows.items() if at not in known]
    answer.known, answer.added = len(rows) - len(fresh), len(fresh)
    answer.out = sum(row.is_out for row in fresh)
    if fresh:
        ClimateReading.objects.bulk_create(fresh, batch_size=500)
        meta: dict[str, Any] = {"readings": len(fresh), "out": answer.out, "source": source[:40]}
        record(actor, CLIMATE_READ, room, meta=meta)
        _alarm(actor, room, limit, fresh)
    return answer


def read_csv(text: str) -> tuple[list[dict[str, Any]], list[tuple[int, str]]]:
    """Lines ``time, temperature, humidity`` of a file or of what was pasted; a heading is passed over."""
    dialect = "\t" if "\t" in text.partition("\n")[0] else ","
    found: list[dict[str, Any]] = []
    refused: list[tuple[int, str]] = []
    for number, cells in enumerate(
        csv.reader(StringIO(text.lstrip("\ufeff").replace("，", ",")), delimiter=dialect), 1
    ):
        line = [cell.strip() for cell in cells]
        if not any(line):
            continue
        at = moment(line[0])
        if at is None or len(line) < 3:
            if number > 1 or any(sign.isdigit() for sign in line[0]):
                refused.append(
                    (
                        number,
                        _("第 %(n)s 行不是“时间,温度,湿度”：%(line)s") % {"n": number, "line": ",".join(line)[:60]},
                    )
                )
            continue
        found.append({"read_at": at, "temperature": line[1], "humidity": line[2], "number": number})
    return found, refused


def moment(text: str) -> datetime | None:
    """A time as people and devices write it, on the company's wall clock."""
    for form in FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
        except ValueError:
            continue
    return None


def is_out(limit: ClimateLimit, temperature: Decimal, humidity: Decimal) -> bool:
    """Whether a reading lies outside the limits."""
    return not (limit.coldest <= temperature <= limit.warmest and limit.driest <= humidity <= limit.dampest)


def _room(actor: Actor, location: Location, action: str) -> Location:
    room: Location = locked(Location, actor, location, action)
    if room.kind not in (LocationKind.ROOM, LocationKind.STOREHOUSE):
        raise Refused("not_a_room", _("温湿度按库房登记，“%(place)s”不是库房。") % {"place": room.label}, "location")
    return room


def _reading(
    room: Location, limit: ClimateLimit, given: Mapping[str, Any], number: int, answer: Readings
) -> ClimateReading | None:
    line = given.get("number", number)
    try:
        temperature = Decimal(str(given["temperature"]).replace("℃", "").strip()).quantize(TENTH)
        humidity = Decimal(str(given["humidity"]).replace("%", "").strip()).quantize(TENTH)
    except InvalidOperation:
        told = _("第 %(n)s 行的温度或湿度不是数字：%(t)s、%(h)s。") % {
            "n": line, "t": str(given["temperature"])[:20], "h": str(given["humidity"])[:20],
        }  # fmt: skip
        answer.refused.append((line, told))
        return None
    if not (COLDEST <= temperature <= WARMEST and 0 <= humidity <= 100):
        told = _("第 %(n)s 行的 %(t)s℃、%(h)s%% 不合常理，请核对仪表或单位。") % {
            "n": line,
            "t": temperature,
            "h": humidity,
        }
        answer.refused.append((line, told))
        return None
    if given["read_at"] > clock.now() + AHEAD:
        answer.refused.append((line, _("第 %(n)s 行的时间还没有到，请核对。") % {"n": line}))
        return None
    return ClimateReading(
        location=room, read_at=given["read_at"], temperature=temperature, humidity=humidity,
        is_out=is_out(limit, temperature, humidity),
    )  # fmt: skip


def _known(room: Location, moments: list[datetime]) -> set[datetime]:
    found: set[datetime] = set()
    for at in range(0, len(moments), 500):
        part = moments[at : at + 500]
        found |= set(ClimateReading.objects.filter(location=room, read_at__in=part).values_list("read_at", flat=True))
    return found


def _alarm(actor: Actor, room: Location, limit: ClimateLimit, fresh: list[ClimateReading]) -> None:
    """The latest reading decides: out of the limits makes one open finding of the room, unless there is one."""
    last = max(fresh, key=lambda row: row.read_at)
    if not last.is_out or ClimateReading.objects.filter(location=room, read_at__gt=last.read_at).exists():
        return
    open_ones = Finding.objects.filter(location=room, source=FindingSource.CLIMATE, state=FindingState.OPEN)
    if open_ones.exists():
        return
    told = _("%(room)s %(at)s 温度 %(t)s℃、湿度 %(h)s%%，超出 %(coldest)s–%(warmest)s℃、%(driest)s–%(dampest)s%%。") % {
        "room": room.name or room.label, "at": f"{clock.local(last.read_at):%m-%d %H:%M}", "t": last.temperature, "h": last.humidity,
        "coldest": limit.coldest, "warmest": limit.warmest, "driest": limit.driest, "dampest": limit.dampest,
    }  # fmt: skip
    finding_note(
        actor=actor, values={"location": room, "text": told[:300]}, source=FindingSource.CLIMATE, fonds=room.fonds_id
    )
