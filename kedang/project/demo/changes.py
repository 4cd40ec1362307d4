"""A quarter of changes under approval, new dossiers under review, holds: agreed, refused, waiting, for a later day, released."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from kedang.business.customers.models import Customer
from kedang.business.customers.services import customer_change, customer_create
from kedang.business.holdings.models import Volume
from kedang.business.retention.models import Hold
from kedang.business.retention.services.holding import hold_ask, release_ask
from kedang.foundation.access.policies import can
from kedang.foundation.approvals.models import Case
from kedang.foundation.approvals.services.deciding import case_approve, case_reject, case_return
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.sure import sure
from kedang.project.demo.acts import Act
from kedang.project.demo.party import ZONE
from kedang.project.demo.staff import House

KEEPER = "shenzhixing"
CHANGES: tuple[tuple[int, int, dict[str, Any], str, str, int], ...] = (
    (
        62,
        0,
        {"bank_account": "6228480402564890018", "bank_name": "中国农业银行"},
        "客户来函变更收款账户，盖章函已存",
        "agree",
        0,
    ),
    (41, 1, {"name": "{name}（更名）"}, "营业执照变更", "refuse", 0),
    (20, 2, {"legal_representative": "顾文澜"}, "股东会决议，工商已变更", "agree", 0),
    (3, 3, {"bank_account": "6225880137706868"}, "客户财务口头告知，函件在途", "wait", 0),
    (2, 4, {"legal_representative": "沈若谷"}, "自下月起变更法定代表人", "agree", 12),
    (1, 5, {"name": "{name}", "bank_name": "交通银行"}, "账户迁移至交通银行", "wait", 0),
)
FRESH: tuple[tuple[int, str, str, str, str], ...] = (
    (25, "lujiahe", "绍兴越溪纸品有限公司", "展会结识，已寄样品", "pass"),
    (12, "chengyu", "佛山禾田包装材料有限公司", "老客户介绍", "pass"),
    (4, "lujiahe", "嘉兴南湖数控设备有限公司", "官网留言", "return"),
    (1, "chengyu", "东莞松山水处理工程有限公司", "招标公告", "wait"),
    (0, "lujiahe", "宁波海曙印刷器材有限公司", "电话询价", "wait"),
)
LOOKED_AT = 40
"""Of so many customers one belongs to somebody who may still change it: people move, and their customers wait for somebody."""
BASIS = "(2026)浙0402民初3187号 财产保全裁定书"


def change_acts(house: House, today: date) -> list[Act]:
    """All acts, in no order."""
    acts: list[Act] = []
    for ago, nth, values, reason, course, later in CHANGES:
        kept: dict[str, Any] = {}
        day = today + timedelta(days=later) if later else None
        acts.append(_at(today, ago, "10:10", "", partial(_change, house, kept, nth, values, reason, day)))
        acts += _decided(today, ago, kept, course, "来函未盖章，请取得原件后再提。")
    for ago, who, name, reason, course in FRESH:
        kept = {}
        acts.append(_at(today, ago, "08:50", who, partial(_fresh, house, kept, who, name, reason)))
        acts += _decided(today, ago, kept, course, "请补统一社会信用代码和联系人。")
    acts.append(
        _at(
            today,
            38,
            "09:20",
            KEEPER,
            partial(_hold, house, "与客户货款纠纷一案", BASIS, "法院裁定保全，相关合同与对账函原样保留", 0, "agree"),
        )
    )
    acts.append(
        _at(
            today,
            30,
            "15:30",
            KEEPER,
            partial(_hold, house, "三季度合同专项审计", "内审通知〔2026〕12号", "审计期间不得调整", 2, "agree"),
        )
    )
    acts.append(_at(today, 6, "16:10", KEEPER, partial(_release, house)))
    acts.append(
        _at(
            today,
            0,
            "08:40",
            KEEPER,
            partial(_hold, house, "质量投诉复核", "客诉处理单 KS-2026-118", "待第三方检测", 4, "wait"),
        )
    )
    return acts


def _at(today: date, ago: int, at: str, who: str, run: Callable[[], Any]) -> Act:
    return Act(datetime.combine(today - timedelta(days=ago), time.fromisoformat(at), tzinfo=ZONE), who, run)


def _decided(today: date, ago: int, kept: dict[str, Any], course: str, told: str) -> list[Act]:
    """What the approvers say, some hours later each."""
    if course == "wait":
        return []
    times = ("13:30", "15:20") if ago else ("11:00", "11:30")
    return [_at(today, ago, at, "", partial(_say, kept, course, told)) for at in times]


def _say(kept: dict[str, Any], course: str, told: str) -> None:
    case = Case.objects.filter(pk=kept.get("case") or 0).first()
    task = (
        case.tasks.filter(state="waiting").select_related("person").order_by("id").first() if case is not None else None
    )
    if case is None or task is None:
        return
    if course == "refuse":
        case_reject(actor=task.person, case=case, opinion=told)
    elif course == "return":
        case_return(actor=task.person, case=case, opinion=told)
    else:
        case_approve(actor=task.person, case=case, opinion="核对无误，同意。")


def _change(
    house: House, kept: dict[str, Any], nth: int, values: dict[str, Any], reason: str, day: date | None
) -> None:
    """Somebody who keeps customers asks for a change of one of theirs."""
    rows = Customer.objects.filter(
        fonds=house.fonds, party_kind="enterprise", withdrawn_at__isnull=True, responsible__isnull=False
    )
    rows = rows.filter(secrecy_level__lte=1).exclude(change_requests__state__in=["waiting", "scheduled"])
    some = rows.select_related("responsible").order_by("-id")[nth * 7 : nth * 7 + LOOKED_AT]
    mine = ((house.people.get(sure(one.responsible).username, sure(one.responsible)), one) for one in some)
    actor, customer = next((pair for pair in mine if can(pair[0], "customers.change", pair[1])), (None, None))
    if actor is None or customer is None:
        return
    given = {
        name: value.format(name=customer.name) if isinstance(value, str) else value for name, value in values.items()
    }
    saved = customer_change(
        actor=actor,
        customer=customer,
        values=given,
        version=None,
        reason=reason,
        effective_on=day,
        confirmed_duplicates=True,
    )
    row = getattr(saved, "waiting_change", None)
    kept["case"] = row.case_id if row is not None else None


def _fresh(house: House, kept: dict[str, Any], who: str, name: str, reason: str) -> None:
    values = {"name": name, "phone": "0573-82071234", "source": "exhibition", "stage": "potential"}
    made = customer_create(actor=house.people[who], values=values, reason=reason, confirmed_duplicates=True)
    kept["case"] = made.review_case_id


def _hold(house: House, title: str, basis: str, reason: str, nth: int, course: str) -> None:
    volumes = Volume.objects.filter(
        fonds=house.fonds, customer__isnull=False, whereabouts="in_store", secrecy_level__lte=2
    )
    volume = volumes.select_related("customer").order_by("-id")[nth * 3 : nth * 3 + 1].first()
    if volume is None or volume.customer is None:
        return
    things: list[Any] = [volume.customer, volume] if nth == 0 else [volume]
    review = clock.today() + timedelta(days=90)
    row = hold_ask(
        actor=house.people[KEEPER],
        title=title,
        legal_basis=basis,
        reason=reason,
        things=things,
        is_no_loan=nth == 4,
        review_on=review,
    )
    if course == "agree":
        _agree(row.case)


def _release(house: House) -> None:
    row = Hold.objects.filter(fonds=house.fonds, state="in_force").order_by("-id").first()
    if row is not None:
        released = release_ask(actor=house.people[KEEPER], hold=row, reason="审计结束，结论已出")
        _agree(released.release_case)


def _agree(case: Any) -> None:
    task = case.tasks.filter(state="waiting").select_related("person").order_by("id").first()
    if task is not None:
        case_approve(actor=task.person, case=case, opinion="同意。")
