"""A quarter of general requests: agreed, refused, sent back, taken back, urgent and confirmed, passed on, late, and one who stands in."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any

from kedang.foundation.approvals.general import GENERAL, case_ask
from kedang.foundation.approvals.models import Case, Flow
from kedang.foundation.approvals.services import deciding, owning
from kedang.foundation.approvals.services.flows import flow_change, flow_next, flow_put_in_force
from kedang.foundation.approvals.services.overdue import overdue_run
from kedang.foundation.approvals.services.stand_ins import stand_in_set
from kedang.foundation.kernel import clock
from kedang.project.demo.acts import Act
from kedang.project.demo.party import ZONE
from kedang.project.demo.staff import House

ASKED = (
    ("yezhen", "更换档案库房除湿机两台", "梅雨季相对湿度连续三周超过 65%，现有除湿机已用九年", "18600", "agree"),
    ("lujiahe", "借会议室办客户档案制度培训", "新到员工三人，须在上岗前完成培训", "", "agree"),
    ("yezhen", "外聘扫描公司整理 2019 年合同", "约四百卷，人手不足，计划十一月完成", "9800", "return"),
    ("chengyu", "参加华南水务展", "三家重点客户参展，拟预订标准展位一个", "26000", "refuse"),
    ("suman", "印制客户满意度问卷两千份", "年度调查用", "1600", "agree"),
    ("xuniansheng", "赴绍兴拜访滨海印务", "续签合同谈判，往返两天", "2400", "withdraw"),
    ("fangruogu", "购置录音电话三部", "投诉回访须留存录音", "3900", "pass"),
    ("luozijin", "客户急索 2023 年验收单盖章件", "客户今日开标，须当场出示", "", "urgent"),
    ("liangsiyuan", "对账函改由挂号信寄送", "平信三次退回", "600", "agree"),
    ("lujiahe", "为重点客户订阅行业月刊", "维护关系，全年十二期", "1440", "wait"),
    ("yezhen", "密集架导轨检修", "第三列推动费力，存在倾倒隐患", "5200", "wait"),
    ("tangboan", "借调笔记本一台用于现场取证", "客户现场不能联网", "", "late"),
)
HOUR = timedelta(hours=1)
TALKING: dict[str, str] = {
    "agree": "情况属实，同意。",
    "refuse": "本季度展会预算已用完，明年提前申报。",
    "return": "请附三家报价和完成时间。",
    "pass": "设备归口行政，请顾总审定。",
}


def approval_acts(house: House, today: date) -> list[Act]:
    """Acts in order of time; the last requests still wait on the day the company is loaded."""
    chance = Random(20261122)  # noqa: S311  (play data)
    acts = _rules(house, today)
    for n, (who, title, reason, amount, course) in enumerate(ASKED):
        late_ones = {"wait": 1, "late": 4}
        day = today - timedelta(days=late_ones.get(course, 80 - 6 * n))
        at = datetime.combine(day, time(9 + n % 8, chance.randrange(60)), tzinfo=ZONE)
        kept: dict[str, Case] = {}
        urgent = "客户十四时开标，来不及逐级审批" if course == "urgent" else ""
        acts.append(Act(at, who, partial(_ask, house, kept, who, title, reason, amount, urgent)))
        acts += [Act(at + after, "", run) for after, run in _course(house, kept, who, course)]
    return acts


def _rules(house: House, today: date) -> list[Act]:
    """The administrator draws a second version; a head is away for a week."""

    def second_version() -> None:
        flow = Flow.objects.get(fonds=house.fonds, kind=GENERAL, state="in_force")
        draft = flow_next(actor=house.people["helijun"], flow=flow)
        values = {"note": "办结后抄送档案室", "copies": [["end", "role", "archivist"]]}
        flow_change(actor=house.people["helijun"], flow=draft, values=values)
        flow_put_in_force(actor=house.people["helijun"], flow=draft)

    def away() -> None:
        now = clock.now()
        stand_in_set(
            actor=house.people["hanqiming"],
            stand_in=house.people["mengxiaotang"],
            since=now,
            until=now + timedelta(days=7),
            reason="赴德国验收设备",
        )

    at = datetime.combine(today - timedelta(days=45), time(8, 40), tzinfo=ZONE)
    return [Act(at, "helijun", second_version), Act(at + timedelta(days=42), "hanqiming", away)]


def _ask(house: House, kept: dict[str, Case], who: str, title: str, reason: str, amount: str, urgent: str) -> None:
    kept["case"] = case_ask(actor=house.people[who], title=title, reason=reason, amount=amount, urgent_reason=urgent)


def _course(house: House, kept: dict[str, Case], who: str, course: str) -> list[tuple[timedelta, Callable[[], Any]]]:
    """What happens to a request, each step some time after it was made."""
    step = partial(_decide, kept)
    if course in ("agree", "refuse"):
        return [(5 * HOUR, partial(step, course)), (29 * HOUR, partial(step, course))]
    if course == "return":
        return [
            (4 * HOUR, partial(step, "return")), (50 * HOUR, lambda: _complete(house, kept, who)), (54 * HOUR, partial(step, "agree")),
            (60 * HOUR, partial(step, "agree")),
        ]  # fmt: skip
    if course == "withdraw":
        return [
            (
                3 * HOUR,
                lambda: owning.case_withdraw(actor=house.people[who], case=kept["case"], reason="客户改为线上会谈"),
            )
        ]
    if course == "pass":
        return [(6 * HOUR, lambda: _pass_on(house, kept)), (30 * HOUR, partial(step, "agree"))]
    if course == "urgent":
        return [(HOUR / 2, partial(step, "agree")), (20 * HOUR, partial(step, "agree"))]
    return [(50 * HOUR, overdue_run), (76 * HOUR, overdue_run)] if course == "late" else []


def _decide(kept: dict[str, Case], course: str) -> None:
    """Who is asked says so; where nobody is asked any more, nothing happens."""
    case = Case.objects.get(pk=kept["case"].pk)
    task = case.tasks.filter(state="waiting").select_related("person").order_by("pk").first()
    if task is None or not case.is_open:
        return
    if course == "refuse":
        deciding.case_reject(actor=task.person, case=case, opinion=TALKING["refuse"])
    elif course == "return":
        deciding.case_return(actor=task.person, case=case, opinion=TALKING["return"])
    else:
        deciding.case_approve(actor=task.person, case=case, opinion=TALKING["agree"])


def _complete(house: House, kept: dict[str, Case], who: str) -> None:
    owning.case_remark(actor=house.people[who], case=kept["case"], text="三家报价已收齐，正在比较。")
    owning.case_resubmit(actor=house.people[who], case=kept["case"], reason="已附三家报价，十一月三十日前完成")


def _pass_on(house: House, kept: dict[str, Case]) -> None:
    case = Case.objects.get(pk=kept["case"].pk)
    task = case.tasks.filter(state="waiting").select_related("person").order_by("pk").first()
    if task is not None:
        to = house.people["guqinghe"] if task.person.username != "guqinghe" else house.people["zhengmingqu"]
        deciding.task_delegate(actor=task.person, case=case, to=to, opinion=TALKING["pass"])
