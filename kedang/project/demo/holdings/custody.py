"""The store-rooms of the demo company: places, a year of climate, inspections, equipment, visitors, shelved volumes, a stock-take."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from itertools import groupby
from math import cos, pi
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from kedang.business.holdings.choices import Carrier, FindingState, VolumeState, Whereabouts
from kedang.business.holdings.models import Equipment, Finding, Inspection, Location, RoomVisit, StockTake, Volume
from kedang.business.holdings.services.climate import climate_add_many, climate_limit_set
from kedang.business.holdings.services.equipment import equipment_add, equipment_look_after
from kedang.business.holdings.services.findings import finding_change, finding_solve
from kedang.business.holdings.services.inspections import KEYS, inspection_do, inspection_plan
from kedang.business.holdings.services.locations import boxes_make, cabinet_make, location_create
from kedang.business.holdings.services.placing import millimetres, put_away
from kedang.business.holdings.services.statistics import statistics_keep
from kedang.business.holdings.services.stock_closing import stock_line_settle, stock_take_close
from kedang.business.holdings.services.stocktaking import stock_scans_take, stock_take_begin
from kedang.business.holdings.services.visits import room_enter, room_leave
from kedang.project.demo.acts import Act
from kedang.project.demo.staff import House

CHIEF, KEEPER = "shenzhixing", "yezhen"
ROOMS = (("1", "一号库房（纸质档案）"), ("2", "二号库房（特殊载体）"))
EQUIPMENT: tuple[tuple[str, str, str, int | None], ...] = (
    ("fire", "灭火器（1 号库房门口）", "MFZ/ABC4", 30), ("fire", "烟感报警器", "JTY-GD", 90), ("cooling", "精密空调", "5HP", 90),
    ("damp", "除湿机", "CF-58", 30), ("security", "库房摄像机", "DS-2CD", 180), ("pest", "防虫药剂", "天然樟脑", 180),
    ("light", "遮光窗帘", "", None),
)  # fmt: skip
VISITORS: tuple[tuple[int, str, str, str, str, int], ...] = (
    (210, "王建设", "安泰消防工程公司", "年度消防设备检测", "KF-01", 2), (96, "许志远", "恒湿环境设备公司", "除湿机检修", "KF-01", 1),
    (33, "罗平", "审计部", "抽查案卷存放", "", 1), (0, "王建设", "安泰消防工程公司", "更换灭火器", "KF-01", 0),
)  # fmt: skip
WRONG: dict[int, dict[str, tuple[str, str, str]]] = {
    0: {"doors": ("北侧窗扇关不严，有缝隙", "已更换密封条", "")}, 1: {"dust": ("A 列柜顶积尘", "已除尘", "")},
    2: {"misplaced": ("抽查 20 盒，1 盒错放一层", "已放回原位", "")}, 3: {"damp": ("东墙角轻微返潮", "", "hanqiming")},
}  # fmt: skip

ALARM_AGO, ALARM_HUMIDITY = 5, Decimal("63.8")
"""Days since the alarm that is over; how damp the first room was then and is this morning."""


def custody_acts(house: House, today: date) -> list[Act]:
    """All acts of a year up to today, in no order."""
    acts = [
        _act(house, today, 400, CHIEF, "09:00", _build), _act(house, today, 399, CHIEF, "10:00", _equip),
        _act(house, today, 2, KEEPER, "09:30", _shelve), _act(house, today, 1, KEEPER, "10:00", _count),
        _act(house, today, 0, KEEPER, "08:40", _count_again),
    ]  # fmt: skip
    for number, ago in enumerate((360, 270, 180, 90)):
        acts.append(_act(house, today, ago, KEEPER, "14:00", partial(_inspect, number=number)))
        if number < 3:
            acts.append(_act(house, today, ago - 8, KEEPER, "16:00", _solve))
    acts.append(_act(house, today, 60, CHIEF, "11:00", partial(_after_rain, today=today)))
    for ago, *visit in VISITORS:
        acts.append(_act(house, today, ago, KEEPER, "08:50", partial(_enter, visit=visit)))
        if visit[-1]:
            acts.append(_act(house, today, ago, KEEPER, "11:20", _leave))
    acts.append(
        _act(
            house,
            today,
            93,
            KEEPER,
            "15:00",
            partial(_look_after, kinds=("cooling", "fire", "damp", "security", "pest")),
        )
    )
    acts.append(_act(house, today, 12, KEEPER, "15:00", partial(_look_after, kinds=("fire", "damp"))))
    for first, last in _months(today):
        for begin, end in _parts(first, last, today):
            climate = partial(_climate, first=begin, last=end, alarm=last == today, lasts=end == today)
            acts.append(_act(house, today, (today - end).days, KEEPER, "08:20", climate))
        if last < today:
            after = last + timedelta(days=1)
            keep = partial(_report, year=last.year, month=last.month)
            acts.append(_act(house, today, (today - after).days, CHIEF, "09:10", keep))
    return acts


def _act(house: House, today: date, ago: int, who: str, at: str, run: Callable[[House, Any], Any]) -> Act:
    moment = datetime.combine(today - timedelta(days=ago), time.fromisoformat(at), ZoneInfo(settings.TIME_ZONE))
    return Act(moment, who, lambda: run(house, house.people[who]))


def _build(house: House, actor: Any) -> None:
    top = location_create(actor=actor, values={"kind": "storehouse", "code": "DA", "name": "总部档案库区"})
    rooms = [
        location_create(actor=actor, values={"kind": "room", "parent": top, "code": c, "name": n}) for c, n in ROOMS
    ]
    for number, sides in (("01", 2), ("02", 2), ("03", 1)):
        cabinet_make(
            actor=actor,
            location=rooms[0],
            code=number,
            shelves=6,
            sides=sides,
            capacity=12,
            name="密集架" if sides > 1 else "",
        )
    cabinet_make(actor=actor, location=rooms[1], code="01", shelves=4, capacity=10, name="防磁柜")
    climate_limit_set(actor=actor, location=rooms[0], values={})
    climate_limit_set(
        actor=actor, location=rooms[1], values={"coldest": 14, "warmest": 22, "driest": 38, "dampest": 54}
    )


def _rooms(house: House) -> list[Location]:
    return list(Location.objects.filter(fonds=house.fonds, kind="room").order_by("label"))


def _equip(house: House, actor: Any) -> None:
    room = _rooms(house)[0]
    for kind, name, model_name, every in EQUIPMENT:
        values = {"location": room, "kind": kind, "name": name, "model_name": model_name, "every_days": every}
        equipment_add(actor=actor, values=values)
    inspection_plan(actor=actor, values={"location": room, "every_days": 90})


def _inspect(house: House, actor: Any, number: int) -> None:
    row = Inspection.objects.filter(fonds=house.fonds, done_at__isnull=True).order_by("planned_on").first()
    if row is None:
        return
    answers: dict[str, dict[str, Any]] = {key: {"result": "good"} for key in KEYS}
    for key, (told, _solved, _owner) in WRONG[number].items():
        answers[key] = {"result": "bad", "note": told}
    inspection_do(
        actor=actor,
        inspection=row,
        answers=answers,
        conclusion="总体良好，问题已登记。" if number < 3 else "须在梅雨前处理。",
    )


def _solve(house: House, actor: Any) -> None:
    for finding in Finding.objects.filter(fonds=house.fonds, state=FindingState.OPEN, source="inspection"):
        told = next(
            (
                solved
                for wrong in WRONG.values()
                for text, solved, _owner in wrong.values()
                if solved and text in finding.text
            ),
            "",
        )
        if told:
            finding_solve(actor=actor, finding=finding, reason=told)


def _after_rain(house: House, actor: Any, today: date) -> None:
    for finding in Finding.objects.filter(fonds=house.fonds, state=FindingState.OPEN, source="inspection"):
        values = {"owner": house.people[KEEPER], "due_on": today + timedelta(days=5)}
        finding_change(actor=actor, finding=finding, values=values)
    row = inspection_plan(actor=actor, values={"location": _rooms(house)[0], "occasion": "water"})
    inspection_do(
        actor=actor,
        inspection=row,
        answers={key: {"result": "good"} for key in KEYS},
        conclusion="暴雨之后检查，未见进水。",
    )


def _enter(house: House, actor: Any, visit: list[Any]) -> None:
    visitor, unit, purpose, key, _left = visit
    room_enter(
        actor=actor,
        values={
            "location": _rooms(house)[0], "visitor": visitor, "unit": unit, "purpose": purpose, "key_number": key, "escorted_by": "叶蓁",
        },
    )  # fmt: skip


def _leave(house: House, actor: Any) -> None:
    for visit in RoomVisit.objects.filter(fonds=house.fonds, left_at__isnull=True):
        room_leave(actor=actor, visit=visit)


def _look_after(house: House, actor: Any, kinds: tuple[str, ...]) -> None:
    for row in Equipment.objects.filter(fonds=house.fonds, every_days__isnull=False, kind__in=kinds).order_by("pk"):
        equipment_look_after(actor=actor, equipment=row, reason="检查正常，已擦拭")


def _months(today: date) -> Iterator[tuple[date, date]]:
    first = (today.replace(day=1) - timedelta(days=330)).replace(day=1)
    while first <= today:
        after = (first + timedelta(days=32)).replace(day=1)
        yield first, min(after - timedelta(days=1), today)
        first = after


def _parts(first: date, last: date, today: date) -> list[tuple[date, date]]:
    """This month in two parts: an alarm at the end of the first is over by now, the one of this morning is not."""
    cut = today - timedelta(days=ALARM_AGO)
    return [(first, last)] if last < today or cut < first else [(first, cut), (cut + timedelta(days=1), last)]


def _climate(house: House, actor: Any, first: date, last: date, *, alarm: bool, lasts: bool) -> None:
    """Twice a day; warm and damp in summer, with an alarm or two and days on which nobody wrote anything down.

    ``alarm``: the first room ends out of its limits; ``lasts``: and nobody has put it right.
    """
    for number, room in enumerate(_rooms(house)):
        dice = Random(f"climate-{room.label}-{first}")  # noqa: S311  (play data)
        readings: list[dict[str, Any]] = []
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            if dice.random() < 0.05:
                continue
            season = cos(2 * pi * (day.timetuple().tm_yday - 205) / 365)
            for at, warmer in ((time(8, 10), 0.0), (time(16, 30), 0.8)):
                if day == last and at.hour > 8:
                    continue
                temperature = 19.2 + 3.4 * season - 1.5 * number + warmer + dice.gauss(0, 0.35)
                humidity = 51.5 + 5.6 * season - 5.5 * number + dice.gauss(0, 1.1)
                moment = datetime.combine(day, at, ZoneInfo(settings.TIME_ZONE))
                readings.append(
                    {
                        "read_at": moment,
                        "temperature": Decimal(f"{temperature:.1f}"),
                        "humidity": Decimal(f"{humidity:.1f}"),
                    }
                )
        if alarm and not number:
            morning = datetime.combine(last, time(8, 10), ZoneInfo(settings.TIME_ZONE))
            readings = [line for line in readings if line["read_at"] < morning]
            readings.append({"read_at": morning, "temperature": Decimal("18.6"), "humidity": ALARM_HUMIDITY})
        climate_add_many(actor=actor, location=room, readings=readings, source="温湿度记录仪")
        for finding in Finding.objects.filter(location=room, source="climate", state=FindingState.OPEN):
            if last.month != 9 and not lasts:
                finding_solve(actor=actor, finding=finding, reason="已开启除湿机，两小时后恢复正常")


def _report(house: House, actor: Any, year: int, month: int) -> None:
    statistics_keep(actor=actor, year=year, month=month)


def _shelve(house: House, actor: Any) -> None:
    """Volumes that are closed go into boxes, one year, unit and period to a box; a new box when one is full."""
    waiting = Volume.objects.filter(
        fonds=house.fonds, state=VolumeState.CLOSED, location__isnull=True, whereabouts=Whereabouts.IN_STORE
    )
    rows = waiting.exclude(carrier=Carrier.ELECTRONIC).order_by(
        "year", "retention_id", "department_id", "reference_code"
    )
    shelves = iter(
        Location.objects.filter(fonds=house.fonds, kind="shelf", label__startswith="DA-1").order_by(
            "position", "parent"
        )
    )
    for number, (_kind, group) in enumerate(
        groupby(rows, key=lambda one: (one.year, one.retention_id, one.department_id))
    ):
        if number % 3 == 0:
            shelf = next(shelves)
        batch: list[Volume] = []
        for volume in [*group, None]:
            if batch and (volume is None or sum(millimetres(one.page_count) for one in [*batch, volume]) > 50):
                box = boxes_make(actor=actor, location=shelf, count=1)[0]
                put_away(actor=actor, location=box, volumes=batch, reason="归档入库")
                batch = []
            if volume is not None and millimetres(volume.page_count) <= 50:
                batch.append(volume)


def _count(house: House, actor: Any) -> None:
    """A cabinet is counted; two volumes lie in the wrong box, one is not found. One difference is set right."""
    cabinet = Location.objects.get(fonds=house.fonds, label="DA-1-01")
    if not Volume.objects.filter(location__path__startswith=cabinet.path).exists():
        return
    take = stock_take_begin(actor=actor, location=cabinet, title="一号库房 01 柜年度清点")
    lines = list(take.lines.select_related("expected_at"))
    volumes = [line for line in lines if line.volume_id]
    places = list(dict.fromkeys(line.expected_at.label for line in volumes if line.expected_at))
    scans = []
    for number, line in enumerate(lines):
        where = line.expected_at.label if line.expected_at else ""
        if line.volume_id and line is volumes[-1] and len(volumes) > 3:
            continue
        if line.volume_id and line in volumes[1:3] and len(places) > 1:
            where = next(label for label in places if label != where)
        scans.append({"key": f"demo-{number}", "code": line.code, "place": where, "at": ""})
    stock_scans_take(actor=actor, stock_take=take, scans=scans, device="叶蓁的手机")
    stock_take_close(actor=actor, stock_take=take, conclusion="账物基本相符，差异已列明。")
    wrong = take.lines.filter(result="misplaced").order_by("id").first()
    if wrong is not None:
        stock_line_settle(actor=actor, stock_line=wrong, reason="与同批案卷合盒，经核无误")


def _count_again(house: House, actor: Any) -> None:
    """Another one is under way."""
    cabinet = Location.objects.filter(fonds=house.fonds, label="DA-1-02").first()
    has = cabinet is not None and Volume.objects.filter(location__path__startswith=cabinet.path).exists()
    if cabinet is None or not has or StockTake.objects.filter(location=cabinet).exists():
        return
    take = stock_take_begin(actor=actor, location=cabinet, title="一号库房 02 柜清点")
    lines = list(take.lines.select_related("expected_at")[:4])
    scans = [
        {"key": f"demo-{number}", "code": line.code, "place": line.expected_at.label if line.expected_at else ""}
        for number, line in enumerate(lines)
    ]
    stock_scans_take(actor=actor, stock_take=take, scans=scans, device="叶蓁的手机")
