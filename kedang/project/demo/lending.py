"""A quarter at the loan desk of the demo company: asked for, approved, handed over, renewed, recalled, late, damaged, brought back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from kedang.business.holdings.choices import Carrier, ItemState, VolumeState, Whereabouts
from kedang.business.holdings.models import Item, Volume
from kedang.business.lending.choices import OPEN_STATES, LoanState
from kedang.business.lending.models import Loan, UseRequest
from kedang.business.lending.services.faults import Fault
from kedang.business.lending.services.fetching import loan_cancel, loan_fetch
from kedang.business.lending.services.going import loan_recall, loan_renew
from kedang.business.lending.services.issuing import loan_issue, loan_sign
from kedang.business.lending.services.reminding import daily
from kedang.business.lending.services.requesting import use_ask
from kedang.business.lending.services.returning import loan_close, loan_return
from kedang.business.lending.services.rules import rules_change
from kedang.foundation.approvals.choices import TaskState
from kedang.foundation.approvals.models import Task
from kedang.foundation.approvals.services.deciding import case_approve
from kedang.foundation.kernel import clock
from kedang.project.demo.acts import Act
from kedang.project.demo.staff import House

CHIEF, KEEPER = "shenzhixing", "yezhen"
QUARTER, ORDINARY, TOGETHER = 92, 12, 3
EARLIER = 4
"""The rules stand before the first request, which may lie on the Friday before a weekend."""
ASKERS = ("liangsiyuan", "mengxiaotang", "guqinghe", "suman", "hanqiming", "fangruogu")
FOR_OTHERS = {"mengxiaotang": "lujiahe", "suman": "chengyu", "hanqiming": "xuniansheng"}
"""Heads and clerks also ask for people of theirs who do not see the volumes themselves."""
WHY = (
    ("work", "核对合同付款条款"), ("work", "续签前查阅历次补充协议"), ("audit", "内部审计抽查销售合同"), ("dispute", "货款纠纷准备证据"),
    ("copy", "为客户出具合同复印件"), ("compile", "编写年度客户大事记"), ("work", "核实验收单签字人"), ("other", "新员工熟悉客户情况"),
)  # fmt: skip
GUESTS = (
    {"outside_name": "郭子衡", "outside_unit": "正诚会计师事务所", "outside_paper": "执业证 3100-0472", "outside_phone": "13917004721"},
    {"outside_name": "杜若岚", "outside_unit": "衡平律师事务所", "outside_paper": "律师证 13101201810", "outside_phone": "13818320065"},
)  # fmt: skip
LATELY: tuple[tuple[int, str, str, str, str], ...] = (
    (62, "away", "damaged", "hanqiming", ""), (41, "away", "damaged", "mengxiaotang", ""), (34, "away", "out", "mengxiaotang", "lujiahe"),
    (27, "away", "renewed", "liangsiyuan", ""), (23, "away", "out", "suman", "chengyu"), (18, "away", "out", "hanqiming", "xuniansheng"),
    (15, "away", "out", "fangruogu", ""), (12, "away", "out", "liangsiyuan", ""), (11, "away", "open", "guqinghe", ""),
    (12, "away", "cancelled", "suman", ""), (9, "away", "lapsed", "liangsiyuan", ""), (8, "away", "open", "liangsiyuan", ""),
    (7, "away", "out", "guqinghe", ""), (6, "away", "recalled", "mengxiaotang", ""), (5, "away", "out", "hanqiming", ""),
    (15, "away", "broken", "guqinghe", ""), (3, "away", "out", "mengxiaotang", ""), (2, "away", "queue", "liangsiyuan", ""),
    (2, "away", "queue", "guqinghe", ""), (1, "room", "out", "suman", ""), (1, "away", "fetched", "guqinghe", ""),
    (1, "away", "fetched", "liangsiyuan", ""), (0, "room", "out", "liangsiyuan", ""), (0, "room", "guest", "guqinghe", ""),
    (0, "room", "out", "mengxiaotang", ""), (0, "away", "asked", "mengxiaotang", "lujiahe"), (0, "away", "asked", "hanqiming", ""),
)  # fmt: skip
"""(days ago, where it is read, what became of it, who asked, for whom) of what is on the desk now."""


@dataclass(slots=True)
class Desk:
    """What the acts tell each other: the request of each loan."""

    house: House
    today: date
    dice: Random
    requests: dict[int, UseRequest] = field(default_factory=dict)
    asked: dict[int, set[int]] = field(default_factory=dict)
    """Volumes in which things lie that somebody has asked for and nobody has decided on."""

    def loans(self, number: int) -> list[Loan]:
        """The loans that came of a request."""
        row = self.requests.get(number)
        return list(Loan.objects.filter(request_id=row.case_id).order_by("pk")) if row is not None else []


def lending_acts(house: House, today: date) -> list[Act]:
    """All acts of the quarter up to today, in no order."""
    desk = Desk(house, today, Random("demo-lending"))  # noqa: S311  (play data)
    acts = [_act(desk, QUARTER + EARLIER, "10:00", CHIEF, _rules)]
    for number in range(ORDINARY):
        ago = QUARTER - round(number * (QUARTER - 20) / ORDINARY)
        place = "room" if number % 5 in (1, 3) else "away"
        outcome = "guest" if number % 16 == 3 else "late" if number % 11 == 7 else "back"
        who = ASKERS[number % len(ASKERS)]
        reader = FOR_OTHERS.get(who, "") if number % 2 == 0 and place == "away" else ""
        acts += _story(desk, number, _working(today, ago), place, outcome, who, reader)
    for number, (ago, place, outcome, who, reader) in enumerate(LATELY, ORDINARY):
        acts += _story(desk, number, ago if ago < 3 else _working(today, ago), place, outcome, who, reader)
    acts += [_act(desk, ago, "08:00", KEEPER, _morning) for ago in (33, 20, 12, 8, *range(4, -1, -1))]
    return acts


def _working(today: date, ago: int) -> int:
    """The same day, or the Friday before a weekend."""
    weekday = (today - timedelta(days=ago)).weekday()
    return ago + max(0, weekday - 4)


def _act(desk: Desk, ago: float, at: str, by: str, run: Callable[..., Any]) -> Act:
    hour, minute = (int(part) for part in at.split(":"))
    moment = datetime.combine(desk.today - timedelta(days=int(ago)), time(hour, minute), ZoneInfo(settings.TIME_ZONE))
    return Act(moment, by, partial(run, desk))


def _story(desk: Desk, number: int, ago: int, place: str, outcome: str, who: str, reader: str) -> list[Act]:
    """One request and what became of it."""
    minute = 7 * number % 50
    acts = [
        _act(
            desk,
            ago,
            f"08:{5 + minute:02}",
            who,
            partial(_ask, number=number, place=place, outcome=outcome, who=who, reader=reader),
        ),
        _act(desk, ago, f"09:{5 + minute:02}", CHIEF, partial(_decide, number=number)),
    ]
    if outcome in ("asked", "queue"):
        return acts
    acts.append(_act(desk, ago, f"10:{minute:02}", KEEPER, partial(_fetch, number=number)))
    if outcome in ("fetched", "lapsed"):
        return acts
    if outcome == "cancelled":
        return [*acts, _act(desk, ago, f"15:{minute:02}", who, partial(_cancel, number=number))]
    acts.append(_act(desk, ago, f"10:{min(59, minute + 9):02}", KEEPER, partial(_hand, number=number, outcome=outcome)))
    kept = {"out", "open"} | ({"guest"} if ago == 0 else set())
    if outcome in kept:
        return acts
    if outcome == "renewed":
        return [*acts, _act(desk, ago - 12, f"11:{minute:02}", KEEPER, partial(_renew, number=number))]
    if outcome == "recalled":
        return [*acts, _act(desk, ago - 4, f"11:{minute:02}", KEEPER, partial(_recall, number=number))]
    days = 0 if place == "room" else 19 if outcome == "late" else 14 if outcome == "broken" else 4 + number % 9
    acts.append(_act(desk, ago - days, f"16:{minute:02}", KEEPER, partial(_back, number=number, outcome=outcome)))
    if outcome == "damaged":
        acts.append(_act(desk, ago - days - 5, f"15:{minute:02}", KEEPER, partial(_settle, number=number)))
    return acts


def _rules(desk: Desk) -> None:
    """The company lends 秘密 too, for two weeks."""
    rules_change(
        actor=desk.house.people[CHIEF], values={"take_away_level": 2, "loan_days": 14, "renew_times": 2, "seats": 8}
    )


def _morning(desk: Desk) -> None:
    daily()


def _things(desk: Desk, number: int, place: str, outcome: str, actor: Any) -> list[Volume | Item]:
    """Something on paper that this person sees and nobody has: mostly a paper, now and then a whole volume."""
    if outcome == "queue":
        out = Loan.objects.filter(state=LoanState.ISSUED, place="away", item__isnull=False).order_by("pk").first()
        return [out.thing] if out is not None else []
    model: Any = Volume if number % 4 == 0 and outcome != "broken" else Item
    state = {"state__in": (VolumeState.CLOSED, VolumeState.SHELVED)} if model is Volume else {"state": ItemState.FILED}
    rows = model.objects.visible_to(actor).filter(whereabouts=Whereabouts.IN_STORE, secrecy_level__lte=2, **state)
    rows = rows.exclude(carrier=Carrier.ELECTRONIC).exclude(loans__state__in=OPEN_STATES)
    if model is Item:
        rows = rows.filter(volume__whereabouts=Whereabouts.IN_STORE).exclude(volume__loans__state__in=OPEN_STATES)
        rows = rows.exclude(volume__state=VolumeState.OPEN)
    else:
        rows = rows.exclude(items__loans__state__in=OPEN_STATES)
    rows = rows.exclude(**{"pk__in" if model is Volume else "volume__in": set().union(*desk.asked.values())})
    if place == "away":
        rows = rows.filter(retention__years__isnull=False)
    if outcome in ("broken", "damaged"):
        rows = rows.filter(**{"page_count__gte" if model is Volume else "pages__gte": 4})
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    chosen = desk.dice.sample(keys, min(len(keys), TOGETHER if number < ORDINARY else 1))
    return list(model.objects.filter(pk__in=chosen).order_by("pk"))


def _ask(desk: Desk, *, number: int, place: str, outcome: str, who: str, reader: str) -> None:
    actor = desk.house.people[who]
    things = _things(desk, number, place, outcome, actor)
    if not things:
        return
    desk.asked[number] = {one.pk if isinstance(one, Volume) else one.volume_id or 0 for one in things}
    purpose, why = WHY[number % len(WHY)]
    guest = GUESTS[number % len(GUESTS)] if outcome == "guest" else {}
    desk.requests[number] = use_ask(
        actor=actor, sort="loan", things=things, reason=why, wanted_from=clock.today(), wanted_until=clock.today() + timedelta(days=14),
        reader=desk.house.people[reader] if reader else None, purpose=purpose, place=place, **guest,
    )  # fmt: skip


def _decide(desk: Desk, *, number: int) -> None:
    """Everybody whose turn it is agrees."""
    row = desk.requests.get(number)
    desk.asked.pop(number, None)
    for step in range(4):
        tasks = (
            Task.objects.filter(case_id=row.case_id, state=TaskState.WAITING)
            if row is not None
            else Task.objects.none()
        )
        task = tasks.select_related("person").order_by("pk").first()
        if task is None or row is None:
            return
        case_approve(actor=task.person, case=row.case_id, opinion="同意。" if step == 0 else "同意，请按期归还。")


def _fetch(desk: Desk, *, number: int) -> None:
    for loan in desk.loans(number):
        loan_fetch(actor=desk.house.people[KEEPER], loan=loan)


def _hand(desk: Desk, *, number: int, outcome: str) -> None:
    """Handed over; some readers confirm in their own session, others at the desk, one has not yet."""
    at_desk = outcome != "open" and number % 3 != 1
    for loan in desk.loans(number):
        handed = loan_issue(
            actor=desk.house.people[KEEPER], loan=loan, pages=loan.expected_pages, seat=str(1 + number % 8) if loan.place == "room" else "",
            condition="worn" if number % 7 == 2 else "whole", signed_how="typed" if at_desk else "",
            signed_name=loan.reader_name or loan.borrower.name if at_desk else "",
        )  # fmt: skip
        if not at_desk and outcome != "open":
            loan_sign(actor=loan.borrower, loan=handed)


def _renew(desk: Desk, *, number: int) -> None:
    for loan in desk.loans(number):
        loan_renew(actor=loan.borrower, loan=loan)


def _recall(desk: Desk, *, number: int) -> None:
    day = desk.today + timedelta(days=1)
    for loan in desk.loans(number):
        loan_recall(actor=desk.house.people[KEEPER], loan=loan, reason="销售一部投标急用原件", back_on=day)


def _cancel(desk: Desk, *, number: int) -> None:
    for loan in desk.loans(number):
        loan_cancel(actor=loan.borrower, loan=loan, reason="已从电子件中查到，不再需要原件")


def _back(desk: Desk, *, number: int, outcome: str) -> None:
    """Most comes back whole; what does not is told page by page."""
    for loan in desk.loans(number):
        if loan.issued_pages is not None:
            _one_back(desk.house.people[KEEPER], loan, loan.issued_pages, outcome)


def _one_back(actor: Any, loan: Loan, pages: int, outcome: str) -> None:
    if outcome == "broken":
        faults = [Fault("missing", pages - 1, pages, "末两页被撕下"), Fault("altered", 2, text="铅笔划线并写有批注")]
        loan_return(
            actor=actor,
            loan=loan,
            pages=pages - 2,
            condition="poor",
            note="装订线松脱，末两页缺失，已通知借阅人",
            faults=faults,
        )
    elif outcome == "damaged":
        faults = [Fault("damaged", 1, text="右上角撕裂约 3 厘米")]
        loan_return(actor=actor, loan=loan, pages=pages, condition="worn", note="归还时当面指出", faults=faults)
    else:
        loan_return(actor=actor, loan=loan, pages=pages, condition=loan.issued_condition)


def _settle(desk: Desk, *, number: int) -> None:
    for loan in desk.loans(number):
        loan_close(actor=desk.house.people[KEEPER], loan=loan, reason="撕裂处已用宣纸修补并压平，借阅人已写说明")
