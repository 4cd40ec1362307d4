"""Handing over in the demo company: one list received with a line sent back, one that waits; tests of volumes; a package."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from kedang.business.holdings.choices import CheckOccasion, ItemState, LineState, Verdict, VolumeState, Whereabouts
from kedang.business.holdings.models import CheckRun, Item, PackageKind, Transfer, Volume
from kedang.business.holdings.services.check_runs import check_answer, check_run, transfer_check
from kedang.business.holdings.services.items import item_change
from kedang.business.holdings.services.packages import package_make
from kedang.business.holdings.services.transfer_receiving import Answer, transfer_count, transfer_receive
from kedang.business.holdings.services.transfers import transfer_add, transfer_create, transfer_send, unfit
from kedang.foundation.access.models import Department, Person
from kedang.foundation.access.policies import can
from kedang.project.demo.acts import Act
from kedang.project.demo.holdings.arrivals import pack_dossier, receive
from kedang.project.demo.staff import House

CHIEF, KEEPER = "shenzhixing", "yezhen"
MOST_LINES = 4
TESTED = 6
WAYS: tuple[tuple[int, str, str, str], ...] = (
    (3, "10:20", "上半年已结卷的客户案卷", "第 2 页缺盖骑缝章，请补盖后再移交"),
    (1, "17:20", "十一月客户往来文件", ""),
)
"""Days ago, time, title, and why a line was sent back; the last list still waits."""


def handing_acts(house: House, today: date) -> list[Act]:
    """All acts, in no order. They take what lies there by then, and leave off where there is nothing."""
    acts = []
    for ago, at, title, why in WAYS:
        acts.append(_act(house, today, ago, CHIEF, at, partial(_hand_over, title=title)))
        if why:
            acts.append(_act(house, today, ago - 1, KEEPER, at, partial(_receive, why=why)))
    acts.append(_act(house, today, 2, KEEPER, "15:30", _test))
    acts.append(_act(house, today, 1, CHIEF, "16:30", _look))
    acts.append(_act(house, today, 1, CHIEF, "17:00", _pack))
    acts.append(_act(house, today, 1, CHIEF, "17:10", pack_dossier))
    acts.append(_act(house, today, 1, CHIEF, "17:30", receive))
    return acts


def _act(house: House, today: date, ago: int, who: str, at: str, run: Callable[[Any], Any]) -> Act:
    moment = datetime.combine(today - timedelta(days=ago), time.fromisoformat(at), ZoneInfo(settings.TIME_ZONE))
    return Act(moment, who, lambda: run(house.people[who]))


def _hand_over(chief: Any, *, title: str) -> None:
    """Somebody of the department with the most closed volumes, or else loose papers, hands some of them over."""
    shut = Volume.objects.filter(fonds=chief.fonds, state=VolumeState.CLOSED, whereabouts=Whereabouts.IN_STORE)
    loose = Item.objects.filter(fonds=chief.fonds, state=ItemState.RECEIVED, volume__isnull=True)
    rows: list[Any] = list(shut.filter(department__isnull=False).order_by("reference_code"))
    rows = rows or list(loose.filter(department__isnull=False).order_by("pk"))
    for department_id, _count in Counter(row.department_id for row in rows).most_common():
        department = Department.objects.get(pk=department_id or 0)
        mine = [row for row in rows if row.department_id == department_id]
        giver = _giver(department, mine)
        if giver is None:
            continue
        planned = Transfer(fonds=department.fonds, department=department)
        fit = []
        for number, row in enumerate(mine[: 2 * MOST_LINES], 2):
            if isinstance(row, Item) and not row.pages and can(giver, "holdings.deliver", row):
                row = item_change(actor=giver, item=row, values={"pages": number}, version=row.version)
            if can(giver, "holdings.deliver", row) and unfit(planned, row) is None:
                fit.append(row)
        if fit:
            values = {"department": department, "title": title, "remarks": "纸质与电子一并移交"}
            transfer = transfer_create(actor=giver, values=values)
            volumes = [row for row in fit[:MOST_LINES] if isinstance(row, Volume)]
            items = [row for row in fit[:MOST_LINES] if isinstance(row, Item)]
            transfer_add(actor=giver, transfer=transfer, volumes=volumes, items=items)
            transfer_check(actor=giver, transfer=transfer_send(actor=giver, transfer=transfer))
            return


def _giver(department: Department, rows: list[Any]) -> Person | None:
    """Who of the department, or above it, may hand these over; never one of the archive, who receives."""
    people = (
        Person.objects.filter(fonds=department.fonds, is_active=True)
        .exclude(username__in=[CHIEF, KEEPER])
        .order_by("pk")
    )
    own = [one for one in people if one.department_id == department.pk]
    for one in [*own, *people]:
        if any(can(one, "holdings.deliver", row) for row in rows):
            return one  # type: ignore[no-any-return]  # a Person
    return None


def _receive(keeper: Any, *, why: str) -> None:
    transfer = Transfer.objects.filter(state="sent").order_by("pk").first()
    if transfer is None:
        return
    lines = list(transfer.lines.order_by("position"))
    answers = {line.pk: Answer(line.pages, LineState.ACCEPTED, "") for line in lines}
    failed = set(CheckRun.objects.filter(transfer=transfer, verdict=Verdict.FAILED).values_list("volume_id", flat=True))
    for line in lines:
        if line.volume_id in failed:
            answers[line.pk] = Answer(line.pages, LineState.ACCEPTED, "元数据待补，先接收保管")
    if len(lines) > 1:
        answers[lines[-1].pk] = Answer(max(0, lines[-1].pages - 1), LineState.REJECTED, why)
    transfer_receive(actor=keeper, transfer=transfer_count(actor=keeper, transfer=transfer, answers=answers))


def _test(keeper: Any) -> None:
    kept = Volume.objects.filter(fonds=keeper.fonds, state__in=[VolumeState.CLOSED, VolumeState.SHELVED]).order_by("pk")
    for number, volume in enumerate(kept[:TESTED]):
        check_run(actor=keeper, occasion=CheckOccasion.CUSTODY if number % 2 else CheckOccasion.FILING, volume=volume)


def _look(chief: Any) -> None:
    """The points that only eyes decide, of the first run that waits for them."""
    run = CheckRun.objects.filter(verdict=Verdict.PENDING, occasion=CheckOccasion.FILING).order_by("pk").first()
    for result in run.results.filter(is_manual=True, verdict=Verdict.PENDING) if run is not None else []:
        check_answer(actor=chief, result=result, verdict=Verdict.PASSED, evidence="对照原件核对，清晰齐全")


def _pack(chief: Any) -> None:
    volume = (
        Volume.objects.filter(fonds=chief.fonds, state__in=[VolumeState.CLOSED, VolumeState.SHELVED], item_count__gt=0)
        .order_by("pk")
        .first()
    )
    if volume is not None:
        package_make(actor=chief, volume=volume, kind=PackageKind.BAGIT, note="离线备份")
