"""盘点: what is expected is fixed at the beginning; scans come in when they come, from several phones, each counted once (CS-02)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import LocationKind, StockResult, StockState, VolumeState, Whereabouts
from kedang.business.holdings.events.custody import STOCK_SCANS_TAKEN, STOCK_TAKE_BEGUN
from kedang.business.holdings.models import Item, Location, StockLine, StockScan, StockTake, Volume
from kedang.business.holdings.services.custody_writing import locked
from kedang.business.holdings.services.placing import lock_places
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

BATCH = 1000
MOST_SCANS = 5000
AHEAD = timedelta(minutes=2)


@dataclass(slots=True)
class Taken:
    """What became of an upload: scans new and known, refused ones with the reason, and places told apart."""

    new: int = 0
    known: int = 0
    refused: list[dict[str, str]] = field(default_factory=list)
    conflicts: list[dict[str, Any]] = field(default_factory=list)


@transaction.atomic
def stock_take_begin(*, actor: Actor, location: Location, title: str = "") -> StockTake:
    """Fix what is expected in a place and all below it, and begin to count.

    Raises:
        Refused: ``stock_take_running``, ``stock_take_empty``.
    """
    lock_places(_above(location))  # so that a count of the whole and one of a part never begin at one moment
    place: Location = locked(Location, actor, location, "custody.keep")
    _refuse_running(place)
    take = StockTake.objects.create(
        fonds_id=place.fonds_id, location=place, begun_by=actor.display_name[:80], begun_at=clock.now(),
        title=(" ".join(title.split()) or _("%(place)s 盘点 %(day)s") % {"place": place.label, "day": clock.today()})[:80],
    )  # fmt: skip
    lines = _expected(take, place)
    if not lines:
        raise Refused(
            "stock_take_empty", _("“%(place)s”里没有登记在架的档案，无从盘点。") % {"place": place.label}, "location"
        )
    StockLine.objects.bulk_create(lines, batch_size=BATCH)
    take.expected_count = len(lines)
    take.save(update_fields=["expected_count"])
    record(actor, STOCK_TAKE_BEGUN, take, meta={"place": place.label, "expected": len(lines)})
    return take


@transaction.atomic
def stock_scans_take(
    *, actor: Actor, stock_take: StockTake | int, scans: Iterable[Mapping[str, Any]], device: str = ""
) -> Taken:
    """Take in what a phone has scanned. The same scan sent again counts once; of several scans of one thing the latest counts.

    Args:
        scans: ``key`` made on the phone, ``code``, ``place`` (label), ``at`` (ISO instant) each.

    Raises:
        Refused: ``stock_take_closed``, ``scans_too_many``.
    """
    take: StockTake = locked(StockTake, actor, stock_take, "custody.keep")
    refuse_closed(take)
    given = list(scans)
    if len(given) > MOST_SCANS:
        raise Refused("scans_too_many", _("一次最多上传 %(most)s 条扫码，请分几次。") % {"most": MOST_SCANS})
    answer = Taken()
    rows = _rows_of(actor, take, given, device, answer)
    StockScan.objects.bulk_create(rows, batch_size=BATCH)
    answer.new = len(rows)
    if rows:
        answer.conflicts = judge(take, {row.code for row in rows})
        take.version += 1
        take.save(update_fields=["version"])
        meta = {"scans": len(rows), "known": answer.known, "device": device[:40], "conflicts": len(answer.conflicts)}
        record(actor, STOCK_SCANS_TAKEN, take, meta=meta)
    return answer


def judge(take: StockTake, codes: set[str]) -> list[dict[str, Any]]:
    """Set the lines of these codes by their latest scans; returns the codes that were seen in several places."""
    seen: dict[str, list[StockScan]] = {}
    for part in _parts(sorted(codes)):
        for scan in (
            StockScan.objects.filter(stock_take=take, code__in=part)
            .select_related("place")
            .order_by("scanned_at", "id")
        ):
            seen.setdefault(scan.code, []).append(scan)
    lines = {line.code: line for part in _parts(sorted(codes)) for line in take.lines.filter(code__in=part)}
    things = _things(take.fonds_id, set(seen) - set(lines))
    fresh, known = [], []
    for code, scans in seen.items():
        line = lines.get(code)
        if line is None:
            line = StockLine(stock_take=take, code=code, **things.get(code, {}))
            fresh.append(line)
        else:
            known.append(line)
        last = scans[-1]
        line.seen_at, line.scanned_by, line.scanned_at = last.place, last.scanned_by, last.scanned_at
        line.result = result_of(line)
    StockLine.objects.bulk_create(fresh, batch_size=BATCH)
    StockLine.objects.bulk_update(known, ["seen_at", "scanned_by", "scanned_at", "result"], batch_size=200)
    return [_conflict(code, scans) for code, scans in seen.items() if len({scan.place_id for scan in scans}) > 1]


def result_of(line: StockLine) -> str:
    """What a line that was seen says: as in the books, elsewhere, or not in the books at all."""
    if line.expected_at_id is None or line.result in (StockResult.ON_LOAN, StockResult.UNEXPECTED):
        return StockResult.UNEXPECTED
    return StockResult.FOUND if line.expected_at_id == line.seen_at_id else StockResult.MISPLACED


def refuse_closed(take: StockTake) -> None:
    """A stock-take that is over takes nothing in."""
    if take.state == StockState.CLOSED:
        raise Refused(
            "stock_take_closed", _("“%(title)s”已经结束，不能再改。新的情况请另行盘点。") % {"title": take.title}
        )


def _above(place: Location) -> list[int]:
    """Keys of a place and of all that it stands in."""
    path = Location.objects.filter(pk=place.pk).values_list("path", flat=True).first() or ""
    return [int(key) for key in path.strip("/").split("/") if key]


def _refuse_running(place: Location) -> None:
    above = _above(place)
    running = StockTake.objects.filter(fonds_id=place.fonds_id, state=StockState.RUNNING)
    other = (running.filter(location__in=above) | running.filter(location__path__startswith=place.path)).first()
    if other is not None:
        told = _("“%(title)s”还在进行，范围与此处重叠。请先结束它，再开始新的盘点。") % {"title": other.title}
        raise Refused("stock_take_running", told, "location")


def _expected(take: StockTake, place: Location) -> list[StockLine]:
    below = Location.objects.filter(fonds_id=place.fonds_id, path__startswith=place.path)
    lines = [
        StockLine(stock_take=take, code=label, box_id=key, expected_at_id=parent)
        for key, label, parent in below.filter(kind=LocationKind.BOX, parent__isnull=False)
        .exclude(pk=place.pk)
        .order_by("path")
        .values_list("pk", "label", "parent_id")
    ]
    for field_name, model in (("volume_id", Volume), ("item_id", Item)):
        rows = model.objects.filter(location__in=below).exclude(state=VolumeState.DESTROYED).exclude(reference_code="")
        for key, code, where, whereabouts in rows.order_by("location__path", "reference_code").values_list(
            "pk", "reference_code", "location_id", "whereabouts"
        ):
            away = whereabouts in (Whereabouts.ISSUED, Whereabouts.WITHDRAWN)
            lines.append(
                StockLine(
                    stock_take=take,
                    code=code,
                    expected_at_id=where,
                    result=StockResult.ON_LOAN if away else "",
                    **{field_name: key},
                )
            )
    return lines


def _rows_of(
    actor: Actor, take: StockTake, given: list[Mapping[str, Any]], device: str, answer: Taken
) -> list[StockScan]:
    keys = {str(one.get("key", ""))[:40] for one in given}
    known = {
        key for part in _parts(sorted(keys)) for key in take.scans.filter(key__in=part).values_list("key", flat=True)
    }
    labels = sorted({str(one.get("place", ""))[:120] for one in given})
    places = {
        row.label: row
        for part in _parts(labels)
        for row in Location.objects.filter(fonds_id=take.fonds_id, label__in=part)
    }
    now, rows = clock.now(), []
    for one in given:
        key, code = str(one.get("key", ""))[:40], " ".join(str(one.get("code", "")).split())[:120]
        place = places.get(str(one.get("place", ""))[:120])
        if key in known:
            answer.known += 1
            continue
        if not key or not code or place is None:
            answer.refused.append({"key": key, "code": code, "sentence": _why_not(code, str(one.get("place", "")))})
            continue
        known.add(key)
        rows.append(
            StockScan(
                stock_take=take, key=key, code=code, place=place, scanned_at=_instant(str(one.get("at", "")), now),
                scanned_by=actor.display_name[:80], device=device[:40], received_at=now,
            )
        )  # fmt: skip
    return rows


def _why_not(code: str, place: str) -> str:
    if not code:
        return _("没有扫到编码。")
    return _("不认识位置“%(place)s”，“%(code)s”没有计入，请重新扫位置和此件。") % {"place": place[:60], "code": code}


def _instant(text: str, now: datetime) -> datetime:
    """When a phone says it scanned; a clock that runs ahead is set to now."""
    found = parse_datetime(text) if text else None
    if found is None or found.tzinfo is None or found > now + AHEAD:
        return now
    return found


def _things(fonds_id: int, codes: set[str]) -> dict[str, dict[str, Any]]:
    """Things that were scanned here though nobody expected them here: what they are, and where the books have them."""
    found: dict[str, dict[str, Any]] = {}
    for part in _parts(sorted(codes)):
        for name, model in (("volume_id", Volume), ("item_id", Item)):
            rows = model.objects.filter(fonds_id=fonds_id, reference_code__in=part)
            for key, code, where in rows.values_list("pk", "reference_code", "location_id"):
                found[code] = {name: key, "expected_at_id": where}
        boxes = Location.objects.filter(fonds_id=fonds_id, kind=LocationKind.BOX, label__in=part)
        for key, label, parent in boxes.values_list("pk", "label", "parent_id"):
            found[label] = {"box_id": key, "expected_at_id": parent}
    return found


def _conflict(code: str, scans: list[StockScan]) -> dict[str, Any]:
    last = scans[-1]
    others = [scan for scan in scans if scan.place_id != last.place_id]
    told = _("“%(code)s”先后在 %(before)s 和 %(now)s 扫到，以最后一次 %(now)s 为准，请核对。") % {
        "code": code, "before": "、".join(dict.fromkeys(scan.place.label for scan in others)), "now": last.place.label,
    }  # fmt: skip
    return {"code": code, "counts": last.place.label, "sentence": told}


def _parts(values: list[str]) -> Iterable[list[str]]:
    return (values[at : at + 500] for at in range(0, len(values), 500))


def take_of(actor: Actor, key: int) -> StockTake:
    """A stock-take that exists for the actor."""
    require(actor, "custody.view")
    found: StockTake | None = StockTake.objects.visible_to(actor).select_related("location").filter(pk=key).first()
    if found is None:
        raise OutOfScope
    return found
