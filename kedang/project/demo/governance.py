"""A quarter of governance in the demo company: agreements, two who leave, rights asked for and reviewed, what was unusual."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from kedang.business.customers.events import CUSTOMER_VIEWED
from kedang.business.customers.models import Customer
from kedang.business.customers.services import customer_change
from kedang.business.governance.alerts.following import alerts_run
from kedang.business.governance.choices import Finding, RightsKind, Verdict
from kedang.business.governance.models import AgreementText, Alert, AlertMark, Handover, RightsRequest, RightsReview
from kedang.business.governance.services import agreements, handing, reviews, taking_over
from kedang.business.governance.services.alerts import alert_close, alert_look
from kedang.business.governance.services.rights import rights_ask
from kedang.foundation.access.models import Person, Role
from kedang.foundation.access.services import grant_give, person_create
from kedang.foundation.approvals.choices import TaskState
from kedang.foundation.approvals.models import Task
from kedang.foundation.approvals.services.deciding import case_approve, case_reject
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.project.demo.acts import Act
from kedang.project.demo.staff import BUILDER, House, one_hash

SECURITY, AUDITOR, MANAGER = "bailu", "qiujingyi", "zhengmingqu"
LEAVERS = (("dongzhiyuan", "董知远", "销售一部", "chengyu", 12), ("weiruolan", "韦若兰", "销售二部", "luozijin", 48))
"""Two who leave within the quarter: user name, name, department, from whom their dossiers came, how many."""
BODY = """第一条　保密范围。本人在工作中接触的客户档案，包括客户的名称、地址、联系人、证件与银行账号、合同、报价、往来、评级及其他未公开的信息，不论以纸质、电子还是口头形式存在，均属保密内容。

第二条　保密义务。本人只在工作需要和授权范围内查阅、使用客户档案；未经批准不复制、不拍照、不外传、不带离工作场所，不在公共场合谈论，不存入私人设备或网盘。

第三条　账号与权限。本人的账号、密码、验证器由本人使用，不出借、不共用。发现权限超出工作需要，主动申请收回。

第四条　离职与调岗。离职或调岗前，本人把名下的客户档案、借阅的案卷和全部载体清点移交，不留存副本。离职后在本协议约定的期限内继续承担保密义务。

第五条　报告。发现泄露或可能泄露的，立即报告安全保密员，并协助处理。

第六条　责任。违反本协议的，按公司《客户档案管理制度》处理；造成损失的，依法承担赔偿责任；构成犯罪的，移送司法机关。

第七条　记录。本人知悉系统对登录、查阅、检索、修改、打印、导出等操作留有记录，并同意公司据此核查。"""


class Desk:
    """What the acts tell each other."""

    def __init__(self, house: House, today: date) -> None:
        self.house, self.today = house, today
        self.asked: dict[str, RightsRequest] = {}

    def who(self, name: str) -> Person:
        """As they are now."""
        found: Person = Person.objects.select_related("fonds", "department").get(username=name)
        return found

    def act(self, ago: int, at: str, by: str, run: Callable[[], Any]) -> Act:
        """Something on a day so many days ago."""
        moment = datetime.combine(
            self.today - timedelta(days=ago), time.fromisoformat(at), ZoneInfo(settings.TIME_ZONE)
        )
        return Act(moment, by, run)


def governance_acts(house: House, today: date) -> list[Act]:
    """All acts of the room up to today, in no order."""
    desk = Desk(house, today)
    return [*_agreements(desk), *_leavers(desk), *_rights(desk), *_reviews(desk), *_unusual(desk)]


def _agreements(desk: Desk) -> list[Act]:
    """Everybody signed the first version a year ago; most have signed the second; two not yet."""
    acts = [desk.act(352, "09:00", SECURITY, partial(_text, desk, "客户档案保密协议"))]
    late = {"fangruogu", "tangboan"}
    for number, name in enumerate(desk.house.people):
        acts.append(
            desk.act(350 - number % 9, f"{9 + number % 8:02}:{10 + number:02}", name, partial(_sign, desk, name))
        )
        if name not in late:
            acts.append(
                desk.act(58 - number, f"{9 + number % 8:02}:{20 + number:02}", name, partial(_sign, desk, name))
            )
    return [*acts, desk.act(60, "09:00", SECURITY, partial(_text, desk, "客户档案保密协议（2026 年修订）"))]


def _text(desk: Desk, title: str) -> None:
    actor = desk.who(SECURITY)
    text = agreements.text_draft(actor=actor, title=title, body=BODY, term_months=12, after_months=24)
    agreements.text_put_in_force(actor=actor, text=text)


def _sign(desk: Desk, name: str) -> None:
    text = AgreementText.objects.get(fonds=desk.house.fonds, state="in_force")
    person = desk.who(name)
    agreements.agreement_sign(actor=person, text=text, digest=text.digest, typed_name=person.name, is_read=True)


def _leavers(desk: Desk) -> list[Act]:
    """董知远 left a month ago, cleared and signed; 韦若兰 leaves in ten days, half of her folder is with her successors."""
    acts: list[Act] = []
    for user, name, department, source, count in LEAVERS:
        acts.append(desk.act(100, "08:50", SECURITY, partial(_employ, desk, user, name, department, source, count)))
        acts.append(desk.act(99, "10:30", user, partial(_sign, desk, user)))
    first, second = LEAVERS[0][0], LEAVERS[1][0]
    return [
        *acts,
        desk.act(38, "09:30", "mengxiaotang", partial(_open, desk, first, "mengxiaotang", 31)),
        desk.act(37, "10:00", first, partial(_split, desk, first, first, (("lujiahe", ""),))),
        desk.act(36, "14:10", "lujiahe", partial(_accept, desk, first, "lujiahe")),
        desk.act(32, "16:20", first, partial(_leave, desk, first)),
        desk.act(31, "17:30", "mengxiaotang", partial(_close, desk, first, "mengxiaotang")),
        desk.act(4, "09:15", "hanqiming", partial(_open, desk, second, "hanqiming", -10)),
        desk.act(
            3, "10:40", second, partial(_split, desk, second, second, (("xuniansheng", "17"), ("luozijin", "10")))
        ),
        desk.act(2, "11:05", "xuniansheng", partial(_accept, desk, second, "xuniansheng")),
    ]


def _employ(desk: Desk, user: str, name: str, department: str, source: str, count: int) -> None:
    with one_hash():
        person = person_create(
            actor=BUILDER,
            fonds=desk.house.fonds,
            username=user,
            name=name,
            password=settings.DEMO_PASSWORD,
            title="业务员",
            department=desk.house.departments[department],
            must_change_password=False,
        )
    grant_give(actor=BUILDER, person=person, role=Role.objects.get(code="salesperson"), scope="own", reason="到岗任职")
    desk.house.addresses[user] = f"10.20.9.{20 + count}"
    for row in Customer.objects.filter(
        responsible__username=source, withdrawn_at__isnull=True, secrecy_level__lte=1
    ).order_by("-id")[:count]:
        customer_change(
            actor=BUILDER, customer=row, values={"responsible": person.pk}, version=None, reason="新员工接手"
        )


def _folder(user: str) -> Handover:
    found: Handover = Handover.objects.get(person__username=user)
    return found


def _open(desk: Desk, user: str, head: str, last: int) -> None:
    day = desk.today - timedelta(days=last)
    handing.handover_open(
        actor=desk.who(head),
        person=desk.who(user),
        last_day=day,
        supervisor=desk.who(head),
        reason="本人提出离职，已批准",
    )


def _split(desk: Desk, user: str, by: str, to: tuple[tuple[str, str], ...]) -> None:
    folder = _folder(user)
    keys = list(folder.lines.filter(ends=False).order_by("id").values_list("pk", flat=True))
    for name, count in to:
        mine, keys = (keys[: int(count)], keys[int(count) :]) if count else (keys, [])
        if mine:
            handing.handover_split(actor=desk.who(by), handover=folder, successor=desk.who(name), lines=mine)


def _accept(desk: Desk, user: str, name: str) -> None:
    part = _folder(user).parts.filter(successor__username=name).first()
    if part is None:  # a small demo company has no dossiers for them
        return
    taking_over.part_accept(actor=desk.who(name), part=part, typed_name=desk.who(name).name)


def _leave(desk: Desk, user: str) -> None:
    taking_over.handover_sign(actor=desk.who(user), handover=_folder(user), typed_name=desk.who(user).name)


def _close(desk: Desk, user: str, head: str) -> None:
    taking_over.handover_close(actor=desk.who(head), handover=_folder(user), typed_name=desk.who(head).name)


def _rights(desk: Desk) -> list[Act]:
    """Given, for a time, refused, and two on their way."""
    soon = datetime.combine(desk.today + timedelta(days=9), time(18), ZoneInfo(settings.TIME_ZONE))
    return [
        desk.act(
            44,
            "09:20",
            "mengxiaotang",
            partial(_ask, desk, "given", "mengxiaotang", "suman", "reader", "协助部门盘点客户，需查询全部门档案"),
        ),
        desk.act(43, "10:00", MANAGER, partial(_approve, desk, "given")),
        desk.act(43, "15:30", SECURITY, partial(_approve, desk, "given")),
        desk.act(
            16,
            "11:10",
            "hanqiming",
            partial(_ask, desk, "limited", "hanqiming", "xuniansheng", "reader", "年底对账，临时查询", soon),
        ),
        desk.act(15, "09:00", MANAGER, partial(_approve, desk, "limited")),
        desk.act(15, "10:45", SECURITY, partial(_approve, desk, "limited")),
        desk.act(
            12,
            "16:00",
            "chengyu",
            partial(_ask, desk, "refused", "chengyu", "chengyu", "executive", "想查看全公司客户"),
        ),
        desk.act(11, "09:40", "mengxiaotang", partial(_refuse, desk, "refused")),
        desk.act(
            3,
            "09:50",
            "lujiahe",
            partial(_ask, desk, "security", "lujiahe", "lujiahe", "clerk", "接手董知远的客户，需录入往来资料"),
        ),
        desk.act(2, "10:20", "mengxiaotang", partial(_approve, desk, "security")),
        desk.act(
            1,
            "14:00",
            "fangruogu",
            partial(_ask, desk, "superior", "fangruogu", "fangruogu", "clerk", "客服要登记客户回访"),
        ),
    ]


def _ask(desk: Desk, key: str, by: str, person: str, role: str, reason: str, until: datetime | None = None) -> None:
    kind = RightsKind.TEMPORARY if until else RightsKind.GIVE
    desk.asked[key] = rights_ask(
        actor=desk.who(by),
        kind=kind,
        person=desk.who(person),
        role=Role.objects.get(code=role),
        scope="department",
        until=until,
        reason=reason,
    )


def _deciders(desk: Desk, key: str) -> Any:
    return (
        Task.objects.filter(case_id=desk.asked[key].case_id, state=TaskState.WAITING)
        .select_related("person__fonds")
        .order_by("id")
        .first()
    )


def _approve(desk: Desk, key: str) -> None:
    task = _deciders(desk, key)
    if task is not None:
        case_approve(actor=task.person, case=task.case_id, opinion="同意")


def _refuse(desk: Desk, key: str) -> None:
    task = _deciders(desk, key)
    if task is not None:
        case_reject(actor=task.person, case=task.case_id, opinion="超出岗位需要，不同意")


def _reviews(desk: Desk) -> list[Act]:
    """Last year's review is closed, this year's half done."""
    year = desk.today.year
    return [
        desk.act(340, "09:00", SECURITY, lambda: reviews.review_open(actor=desk.who(SECURITY), year=year - 1)),
        desk.act(338, "15:00", SECURITY, partial(_judge, desk, year - 1, 999)),
        desk.act(337, "16:00", SECURITY, partial(_end_review, desk, year - 1)),
        desk.act(20, "09:00", SECURITY, lambda: reviews.review_open(actor=desk.who(SECURITY), year=year)),
        desk.act(19, "10:00", SECURITY, partial(_judge, desk, year, 11)),
    ]


def _judge(desk: Desk, year: int, count: int) -> None:
    review = RightsReview.objects.get(year=year)
    lines = review.lines.exclude(person__username=SECURITY).order_by("id")[:count]
    reviews.review_judge(
        actor=desk.who(SECURITY),
        review=review,
        verdicts={line.pk: str(Verdict.KEEP) for line in lines},
        remark="与岗位相符",
    )


def _end_review(desk: Desk, year: int) -> None:
    told = "全部授权与岗位相符，未发现多余权限。"
    reviews.review_close(actor=desk.who(SECURITY), review=RightsReview.objects.get(year=year), conclusion=told)


def _unusual(desk: Desk) -> list[Act]:
    """What the rules find in the last weeks, and what the auditor made of it."""
    return [
        desk.act(24, "08:00", AUDITOR, _mark),
        *[
            desk.act(22, f"22:{40 + number // 3:02}", "chengyu", partial(_read, desk, "chengyu", number))
            for number in range(36)
        ],
        *[
            desk.act(6, f"15:{10 + number // 6:02}", LEAVERS[1][0], partial(_read, desk, LEAVERS[1][0], number))
            for number in range(34)
        ],
        desk.act(0, "07:30", AUDITOR, alerts_run),
        desk.act(0, "08:40", AUDITOR, partial(_look, desk)),
    ]


def _mark() -> None:
    last = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
    AlertMark.objects.update_or_create(name="trail", defaults={"last_event_id": last, "at": clock.now()})


def _read(desk: Desk, user: str, number: int) -> None:
    row = Customer.objects.filter(responsible__username=user).order_by("id")[number : number + 1].first()
    if row is not None:
        record(desk.who(user), CUSTOMER_VIEWED, row)


def _look(desk: Desk) -> None:
    auditor = desk.who(AUDITOR)
    rows = list(Alert.objects.visible_to(auditor).order_by("id"))
    for row in rows[:1]:
        alert_close(
            actor=auditor,
            alert=row,
            finding=Finding.REMINDED,
            reason="已找本人谈话：赶写投标书，承诺今后在上班时间查阅并事先说明。",
        )
    for row in rows[1:2]:
        alert_look(actor=auditor, alert=row)
