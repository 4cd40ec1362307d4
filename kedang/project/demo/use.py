"""A quarter of requests to read, copy, print, export and unmask in the demo company: every way they go, and what readers say afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from kedang.business.customers.models import Customer
from kedang.business.holdings.models import Item, Volume
from kedang.business.lending.models import UpdateTask, UseFeedback, UseRequest
from kedang.business.lending.services.basket import basket_add
from kedang.business.lending.services.feedback import feedback_due, feedback_give, update_dismiss, update_done
from kedang.business.lending.services.granting import use_close
from kedang.business.lending.services.matching import wanted_match, wanted_refuse
from kedang.business.lending.services.requesting import use_ask
from kedang.foundation.access.models import Person
from kedang.foundation.approvals.choices import TaskState
from kedang.foundation.approvals.models import Task
from kedang.foundation.approvals.services.deciding import case_approve, case_reject, case_return
from kedang.foundation.approvals.services.owning import case_withdraw
from kedang.foundation.kernel import clock
from kedang.project.demo.acts import Act
from kedang.project.demo.staff import House

CHIEF = "shenzhixing"
QUARTER, ORDINARY = 88, 40
ASKERS = ("liangsiyuan", "mengxiaotang", "guqinghe", "suman", "hanqiming", "fangruogu")
SORTS = ("read", "read", "copy", "print", "read", "unmask", "export", "read")
WHY = (
    ("work", "核对 2025 年供货合同付款条件"), ("audit", "配合年度审计抽查合同档案"), ("dispute", "货款纠纷，律师要求提供验收单"),
    ("work", "接手客户，熟悉历年往来"), ("copy", "客户要求补一份合同复印件"), ("compile", "编写重点客户大事记"),
    ("work", "报价前查阅历次成交价格"), ("other", "新员工培训用案例"),
)  # fmt: skip
EFFECTS = (
    ("good", "", "work", "查清了付款节点，按合同催收到位。", None), ("good", "", "proof", "以合同原件为据，客户确认了违约责任。", "86000"),
    ("good", "", "avoided", "发现重复报价，避免了损失。", "32500"), ("wrong", "开票地址仍是搬迁以前的，请按 2025 年变更函更正。", "work", "", None),
    ("good", "", "service", "回访前了解历次服务，客户满意。", None), ("lacking", "缺 2024 年的补充协议，请补收归档。", "work", "其余材料够用。", None),
    ("good", "", "gained", "据历年用量谈成年度框架合同。", "450000"), ("good", "", "written", "写入大事记初稿。", None),
)  # fmt: skip
LATELY: tuple[tuple[int, str, str, str], ...] = (
    (9, "read", "refused", "liangsiyuan"), (8, "copy", "part", "mengxiaotang"), (7, "read", "typed", "lujiahe"), (6, "read",
    "urgent", "suman"),
    (5, "print", "closed", "hanqiming"), (5, "read", "open", "liangsiyuan"), (4, "copy", "open", "mengxiaotang"), (4, "unmask",
    "open", "guqinghe"),
    (3, "export", "open", "suman"), (3, "read", "withdrawn", "fangruogu"), (3, "read", "returned", "liangsiyuan"), (2, "read",
    "guest", "hanqiming"),
    (2, "read", "open", "mengxiaotang"), (2, "print", "open", "liangsiyuan"), (1, "read", "halfway", "guqinghe"), (1, "copy",
    "halfway", "suman"),
    (1, "read", "to_match", "chengyu"), (1, "read", "urgent_open", "mengxiaotang"), (0, "read", "asked", "hanqiming"),
    (0, "export", "asked", "liangsiyuan"), (0, "read", "open", "liangsiyuan"),
)  # fmt: skip
"""(days ago, what was asked for, what became of it, who asked) of what is under way now."""


@dataclass(slots=True)
class Use:
    """What the acts tell each other."""

    house: House
    today: date
    dice: Random
    requests: dict[int, UseRequest] = field(default_factory=dict)


def use_acts(house: House, today: date) -> list[Act]:
    """All acts of the quarter up to today, in no order."""
    use = Use(house, today, Random("demo-use"))  # noqa: S311  (play data)
    acts: list[Act] = []
    for number in range(ORDINARY):
        ago = QUARTER - round(number * (QUARTER - 12) / ORDINARY)
        outcome = (
            "refused"
            if number % 9 == 4
            else "withdrawn"
            if number % 17 == 11
            else "guest"
            if number % 13 == 7
            else "open"
        )
        acts += _story(use, number, ago, SORTS[number % len(SORTS)], outcome, ASKERS[number % len(ASKERS)])
    for number, (ago, sort, outcome, who) in enumerate(LATELY, ORDINARY):
        acts += _story(use, number, ago, sort, outcome, who)
    acts += [_act(use, ago, "17:30", CHIEF, _evening) for ago in range(84, -1, -3)]
    acts.append(_act(use, 0, "16:40", "liangsiyuan", _basket))
    return acts


def _act(use: Use, ago: float, at: str, by: str, run: Callable[..., Any]) -> Act:
    hour, minute = (int(part) for part in at.split(":"))
    moment = datetime.combine(use.today - timedelta(days=int(ago)), time(hour, minute), ZoneInfo(settings.TIME_ZONE))
    return Act(moment, by, partial(run, use))


def _story(use: Use, number: int, ago: int, sort: str, outcome: str, who: str) -> list[Act]:
    minute = 11 * number % 50
    acts = [_act(use, ago, f"09:{minute:02}", who, partial(_ask, number=number, sort=sort, outcome=outcome, who=who))]
    if outcome not in ("asked", "to_match"):
        acts.append(_act(use, ago, f"10:{minute:02}", CHIEF, partial(_decide, number=number, outcome=outcome)))
    if outcome == "to_match":
        acts.append(_act(use, ago, f"10:{minute:02}", CHIEF, partial(_agree, number=number, steps=1)))
    if outcome == "closed":
        acts.append(_act(use, ago, f"15:{minute:02}", CHIEF, partial(_close, number=number)))
    return acts


def _thing(use: Use, sort: str, actor: Any, number: int) -> Any:
    """Something that this person sees, of a kind that fits."""
    rows: Any
    if sort == "unmask" or (sort in ("print", "export") and number % 2):
        rows = Customer.objects.visible_to(actor).filter(secrecy_level__lte=2)
    elif number % 3 == 0:
        rows = (
            Volume.objects.visible_to(actor).filter(secrecy_level__lte=2, item_count__gte=2).exclude(state="destroyed")
        )
    else:
        rows = Item.objects.visible_to(actor).filter(secrecy_level__lte=2, state="filed", files__isnull=False)
    keys = list(dict.fromkeys(rows.order_by("pk").values_list("pk", flat=True)[:400]))
    return rows.model.objects.get(pk=use.dice.choice(keys)) if keys else None


def _ask(use: Use, *, number: int, sort: str, outcome: str, who: str) -> None:
    actor = use.house.people[who]
    purpose, why = WHY[number % len(WHY)]
    typed = outcome in ("typed", "to_match")
    hidden = (
        Volume.objects.filter(fonds_id=actor.fonds_id, item_count__gte=2)
        .exclude(pk__in=Volume.objects.visible_to(actor).values("pk"))
        .first()
    )
    things = (
        []
        if typed
        else [one for one in {_thing(use, sort, actor, number), _thing(use, sort, actor, number)} if one is not None]
    )
    if not typed and not things:
        return
    if outcome != "part":
        things = things[:1]
    guest: dict[str, Any] = (
        {
            "outside_name": "郭子衡",
            "outside_unit": "正诚会计师事务所",
            "outside_paper": "执业证 3100-0472",
            "outside_phone": "13917004721",
        }
        if outcome == "guest"
        else {}
    )
    use.requests[number] = use_ask(
        actor=actor, sort=sort, things=things, typed=[hidden.reference_code if hidden is not None else "KH-2024-0018",
        "2019 年老合同"] if typed else [],
        reason=why, purpose=purpose, wanted_from=clock.today(), wanted_until=clock.today() + timedelta(days=3 + number % 9),
        field_classes=["contact", "account"] if sort == "unmask" else [], copies=1 + number % 2,
        urgent_reason="客户现场停机，连夜要查安装图纸" if outcome.startswith("urgent") else "", **guest,
    )  # fmt: skip


def _tasks(row: UseRequest) -> Any:
    return Task.objects.filter(case_id=row.case_id, state=TaskState.WAITING).select_related("person").order_by("pk")


def _agree(use: Use, *, number: int, steps: int = 4, lines: Any = None) -> None:
    row = use.requests.get(number)
    for step in range(steps):
        task = _tasks(row).first() if row is not None else None
        if task is None or row is None:
            return
        last = {line.pk: line.position == 1 for line in row.case.lines.all()} if lines and step == 1 else None
        opinion = "第二项与事由无关，不予开放。" if last else ("同意。" if step == 0 else "同意，用后自动收回。")
        case_approve(actor=task.person, case=row.case_id, opinion=opinion, lines=last)


def _decide(use: Use, *, number: int, outcome: str) -> None:
    row = use.requests.get(number)
    task = _tasks(row).first() if row is not None else None
    if row is None or task is None:
        return
    if outcome == "refused":
        case_reject(actor=task.person, case=row.case_id, opinion="与本职工作无关，请说明具体用途后再提。")
    elif outcome == "returned":
        case_return(actor=task.person, case=row.case_id, opinion="请写明要用哪几份合同、用到什么时候。")
    elif outcome == "withdrawn":
        case_withdraw(actor=row.case.requester, case=row.case_id, reason="客户已自行找到原件")
    elif outcome in ("halfway", "urgent_open"):
        _agree(use, number=number, steps=1)
    elif outcome == "typed":
        _agree(use, number=number, steps=1)
        _match(use, row)
        _agree(use, number=number)
    else:
        _agree(use, number=number, lines=outcome == "part" and row.case.lines.count() > 1)


def _match(use: Use, row: UseRequest) -> None:
    chief = use.house.people[CHIEF]
    first, *others = row.wanted.all()
    volume = Volume.objects.visible_to(chief).filter(reference_code=first.text).first()
    if volume is not None:
        wanted_match(actor=chief, wanted=first, thing=volume)
    for one in others:
        wanted_refuse(actor=chief, wanted=one)


def _close(use: Use, *, number: int) -> None:
    row = use.requests.get(number)
    if row is not None:
        use_close(actor=use.house.people[CHIEF], request=row, reason="事已办完，提前收回")


def _evening(use: Use) -> None:
    """Readers whose time is over are asked; most answer a few days later, and what they found wrong is looked at."""
    feedback_due()
    waiting = UseFeedback.objects.filter(
        answered_at__isnull=True, asked_at__lt=clock.now() - timedelta(days=2)
    ).select_related("person")
    for row in waiting.order_by("id")[:12]:
        if row.pk % 5 == 4 and (clock.today() - clock.local(row.asked_at).date()).days < 40:
            continue
        accuracy, problem, kind, effect, amount = EFFECTS[row.pk % len(EFFECTS)]
        values = {"accuracy": accuracy, "problem": problem, "effect_kind": kind, "effect": effect, "amount": amount}
        feedback_give(actor=Person.objects.get(pk=row.person_id), feedback=row, values=values)
    late = UpdateTask.objects.filter(state="open", made_at__lt=clock.now() - timedelta(days=6)).order_by("id")
    for task in late[:2]:
        settle = update_dismiss if task.pk % 3 == 0 else update_done
        settle(actor=use.house.people[CHIEF], update_task=task, reason="已对照原件核对并处理。")


def _basket(use: Use) -> None:
    actor = use.house.people["liangsiyuan"]
    for number in range(3):
        thing = _thing(use, "read", actor, number)
        if thing is not None:
            basket_add(actor=actor, thing=thing)
