"""Pages of approvals, declared; their menu entries; what they put on the work list."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.urls import path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kedang.foundation.approvals import events
from kedang.foundation.approvals.choices import CaseState, FlowState, TaskState
from kedang.foundation.approvals.models import Case, CaseCopy, Flow, StandIn, Task
from kedang.foundation.approvals.policies import stood_in_for
from kedang.foundation.approvals.registry import is_known, kind_of, kinds
from kedang.foundation.approvals.services import deciding
from kedang.foundation.approvals.services import flows as flow_services
from kedang.foundation.approvals.services import stand_ins as stand_in_services
from kedang.foundation.approvals.views.asking import CaseAsk, CaseStart
from kedang.foundation.approvals.views.cases import CaseAct, CaseDetail, CasePrint
from kedang.foundation.approvals.views.flows import FlowDetail, FlowEdit, FlowNext
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.prepared import Prepared, one_row
from kedang.foundation.web.home import Block, Line, Tile, work_list
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Column, Filter, Panel, RecordPages, Verb, View

STATE_TONES = {
    CaseState.RUNNING: "blue", CaseState.RETURNED: "warn", CaseState.CONFIRMING: "warn", CaseState.APPROVED: "good",
    CaseState.REJECTED: "bad",
}  # fmt: skip
FLOW_TONES = {FlowState.DRAFT: "warn", FlowState.IN_FORCE: "good", FlowState.RETIRED: ""}
MOST_LINES = 8


def others_of(actor: Any) -> list[int]:
    """Whom the actor stands in for, asked once a page."""
    known: list[int] | None = getattr(actor, "_kedang_stands_in_for", None)
    if known is None:
        known = actor._kedang_stands_in_for = stood_in_for(actor)
    return known


def waiting_for(actor: Any, *, late: bool = False) -> Any:
    """Tasks that wait for the actor, or for somebody they stand in for: nobody is asked about their own requests, but whom one stands in
    for may be.
    """
    others = others_of(actor)
    rows = Task.objects.filter(person_id__in=[actor.pk, *others], state=TaskState.WAITING)
    if others:
        rows = rows.exclude(case__requester_id=actor.pk)
    return rows.filter(due_at__lte=clock.now()) if late else rows


_own_count = Prepared(
    lambda me, moment: one_row(
        Task.objects.filter(person_id=me, state=TaskState.WAITING),
        waiting=Count("pk"),
        late=Count("pk", filter=Q(due_at__lte=moment)),
    ),
    me=int,
    moment=datetime,
)


def waiting_count(actor: Any) -> tuple[int, int]:
    """How many tasks wait, and how many of them are late: one query."""
    if others_of(actor):
        found = waiting_for(actor).aggregate(waiting=Count("pk"), late=Count("pk", filter=Q(due_at__lte=clock.now())))
        return found["waiting"], found["late"]
    waiting, late = _own_count.tuples(me=actor.pk, moment=clock.now())[0]
    return waiting, late


def in_tasks(rows: Any) -> Q:
    """Cases of tasks."""
    return Q(pk__in=rows.values("case_id"))


def done_by(actor: Any) -> Q:
    """Cases in which the actor has said something as an approver."""
    return Q(
        pk__in=Task.objects.filter(person_id=actor.pk, state__in=[TaskState.DONE, TaskState.PASSED_ON]).values(
            "case_id"
        )
    )


def told_to(actor: Any) -> Q:
    """Cases of which the actor was told."""
    return Q(pk__in=CaseCopy.objects.filter(person_id=actor.pk).values("case_id"))


def kind_choices(actor: Any) -> list[tuple[str, Any]]:
    """Kinds of request."""
    return [(kind.code, kind.title) for kind in kinds()]


def kind_title(case: Any, actor: Any) -> Any:
    """Title of a case's kind."""
    return kind_of(case.kind).title if is_known(case.kind) else case.kind


def stand_in_state(row: Any, actor: Any) -> Any:
    """Whether a stand-in is to come, holds, or is over."""
    now = clock.now()
    if row.ended_at is not None or row.until <= now:
        return _now("已结束")
    return _now("生效中") if row.since <= now else _now("未开始")


class CasePages(RecordPages):
    """审批: /cases/ …"""

    model, prefix, icon, head_name, head_code = Case, "cases", "checklist", "title", "number"
    title, lead = _("审批"), _("待办、已办、我发起的和抄送给我的申请。批了什么、谁批的、何时批的，都在单子上。")
    empty_hint = _("没有符合条件的申请。")
    head_tags, head_keys, tones = ("state",), ("requester", "department"), {"state": STATE_TONES}
    panels = (
        Panel(_("申请"), ("requester", "department", "opened_at", "reason", "urgent_reason", "effective_at", "closed_at"),
              wide=("reason", "urgent_reason")),
    )  # fmt: skip
    columns = (
        "number", Column("title", lead=True), Column("kind_title", _("申请种类"), text=kind_title, needs=("kind",)),
        Column("state", tones=STATE_TONES), "requester", "department", Column("opened_at", sort="pk"), "closed_at",
    )  # fmt: skip
    filters = (
        "number", "title", Filter("kind", choices=kind_choices, kind="choice"), Filter("state"), Filter("department", basic=False),
        Filter("opened_at", basic=False),
    )  # fmt: skip
    views = (
        View("waiting", _("待办"), lambda actor: in_tasks(waiting_for(actor))),
        View("late", _("逾期"), lambda actor: in_tasks(waiting_for(actor, late=True))),
        View("done", _("已办"), done_by),
        View("mine", _("我发起的"), lambda actor: Q(requester_id=actor.pk)),
        View("copies", _("抄送我的"), told_to),
    )
    default_view = "waiting"
    read_event = events.CASE_VIEWED
    verbs = (
        Verb(
            "agree", _("同意"), deciding.case_agree, action="approvals.use", icon="check", main=True, batch=True, reason="optional",
            done=_("已同意。"), confirm=_("对勾选的申请逐份表示同意；须逐份打开审批的会说明原因，其余照办。"),
        ),
        Verb(
            "refuse", _("不同意"), deciding.case_refuse, action="approvals.use", icon="x", danger=True, batch=True, reason=True,
            done=_("已答复不同意，申请人会看到理由。"), confirm=_("勾选的申请都不予批准，理由写给申请人。"),
        ),
    )  # fmt: skip
    toolbar_links = ((_("发起申请"), "approvals:case-start", "plus", "approvals.use"),)
    has_export = False
    detail_view = CaseDetail

    @classmethod
    def view_counts(cls, actor: Any) -> dict[str, int]:
        """What waits, how much of it is late, what came back, and what was not read yet: two queries over indexes."""
        waiting, late = waiting_count(actor)
        unread = CaseCopy.objects.filter(person_id=actor.pk, read_at__isnull=True).count()
        return {"waiting": waiting, "late": late, "copies": unread}

    @classmethod
    def verbs_for(cls, actor: Any, obj: Any) -> list[Verb]:
        """None at the head of a case: the box on its page has them, with the lines and the opinion."""
        return []


class FlowPages(RecordPages):
    """审批流程: /flows/ …"""

    model, prefix, icon = Flow, "flows", "sitemap"
    title, lead = (
        _("审批流程"),
        _("每种申请由谁审批、按什么顺序、多久办完。启用过的版本不再改动，在办的申请按提交时的版本办理。"),
    )
    empty_hint = _("点“新建审批流程”，选择申请种类，再逐步添加审批人。")
    head_tags, tones = ("state",), {"state": FLOW_TONES}
    panels = (
        Panel(_("概况"), ("name", "version", "position", "after_return", "urgent_role", "made_by", "made_at", "in_force_at", "retired_at",
        "note"),
              wide=("note",)),
    )  # fmt: skip
    columns = (
        Column("name", lead=True), Column("kind_title", _("申请种类"), text=kind_title, needs=("kind",)), "version",
        Column("state", tones=FLOW_TONES), "position", "in_force_at", "made_by",
    )  # fmt: skip
    filters = ("name", Filter("kind", choices=kind_choices, kind="choice"), Filter("state"))
    views = (
        View("in-force", _("启用中"), lambda actor: Q(state=FlowState.IN_FORCE)),
        View("drafts", _("草稿"), lambda actor: Q(state=FlowState.DRAFT)),
    )
    default_sort = ("kind", "position", "line", "-version")
    toolbar_links = ((_("新建审批流程"), "approvals:flow-new", "plus", "approvals.manage_flows"),)
    verbs = (
        Verb(
            "put-in-force", _("启用"), flow_services.flow_put_in_force, action="approvals.manage_flows", icon="player-play", main=True,
            when=lambda flow: flow.state == FlowState.DRAFT, done=_("已启用，此后的申请按此版本办理。"),
            confirm=_("新的申请从现在起按此版本办理；原来启用的版本停用，在办的申请不受影响。"),
        ),
        Verb(
            "retire", _("停用"), flow_services.flow_retire, action="approvals.manage_flows", icon="ban", reason=True,
            when=lambda flow: flow.state == FlowState.IN_FORCE, done=_("已停用。"), confirm=_("此后的申请改按其他适用的流程办理，在办的申请不受影响。"),
        ),
    )  # fmt: skip
    has_export = False
    detail_view = FlowDetail


class StandInPages(RecordPages):
    """审批代理: /stand-ins/ …"""

    model, prefix, icon, noun, head_name = StandIn, "stand-ins", "users", "stand-in", "reason"
    title, lead = _("审批代理"), _("出差、休假期间由谁代为审批。代理人办理时，意见记在两人名下。")
    empty_hint = _("点“登记代理”，选择代理人和起止时间。")
    columns = (
        Column("person", lead=True), "stand_in", "since", "until", Column("state", _("状态"), text=stand_in_state, needs=("ended_at",)),
        "reason", "made_at",
    )  # fmt: skip
    filters = ("person", "stand_in")
    views = (
        View("mine", _("我登记的"), lambda actor: Q(person_id=actor.pk)),
        View("for-me", _("由我代理"), lambda actor: Q(stand_in_id=actor.pk)),
    )
    create_service, create_action, create_label, in_drawer = (
        stand_in_services.stand_in_set,
        "approvals.use",
        _("登记代理"),
        True,
    )
    create_fields = ("stand_in", "since", "until", "reason")
    panels = (
        Panel(_("代理"), ("person", "stand_in", "since", "until", "reason", "made_at", "ended_at"), wide=("reason",)),
    )
    verbs = (
        Verb(
            "end", _("提前结束"), stand_in_services.stand_in_end, action="approvals.use", icon="player-stop",
            when=lambda row: row.ended_at is None and row.until > clock.now(), done=_("代理已结束。"),
            confirm=_("从现在起不再代为审批；已经办理的照旧有效。"),
        ),
    )  # fmt: skip
    has_export = False

    @classmethod
    def verbs_for(cls, actor: Any, obj: Any) -> list[Verb]:
        """Only one's own is ended."""
        return super().verbs_for(actor, obj) if obj.person_id == actor.pk else []


def tiles(actor: Any) -> list[Tile]:
    """How much waits."""
    count, late = waiting_count(actor)
    note = _now("其中 %(late)s 件逾期") % {"late": late} if late else ""
    return [
        Tile(
            _("待我审批"),
            count,
            f"{reverse('approvals:case-list')}?view=waiting",
            "checklist",
            pgettext_lazy("单位", "件"),
            note,
            "warn" if late else "",
        )
    ]


def _first_of(tasks: Any) -> Any:
    """Of thousands that wait, only the first meet their cases."""
    order = ("due_at", "id")
    first = tasks.order_by(*order).values("pk")[:MOST_LINES]
    return Task.objects.filter(pk__in=first).select_related("case__requester").order_by(*order)


_own_first = Prepared(lambda me: _first_of(Task.objects.filter(person_id=me, state=TaskState.WAITING)), me=int)
_returned = Prepared(
    lambda me: Case.objects.filter(requester_id=me, state=CaseState.RETURNED).order_by("-id")[:3], me=int
)


def lines(actor: Any) -> list[Line]:
    """What waits, the oldest first; then one's own that were sent back."""
    rows = _first_of(waiting_for(actor)) if others_of(actor) else _own_first.rows(me=actor.pk)
    now = clock.now()
    made = [
        Line(
            row.case.title, reverse("approvals:case-detail", args=[row.case_id]), f"{clock.local(row.made_at):%m-%d}",
            _now("逾期") if row.due_at and row.due_at <= now else kind_title(row.case, actor), "warn" if row.due_at and row.due_at <= now
            else "",
            note=f"{row.case.number} · {row.case.requester.name}",
        )
        for row in rows
    ]  # fmt: skip
    made += [
        Line(row.title, reverse("approvals:case-detail", args=[row.pk]), "", _now("退回补充"), "warn", note=row.number)
        for row in _returned.rows(me=actor.pk)
    ]
    return made


URLS = [
    path("flows/new/", FlowEdit.as_view(), name="flow-new"),
    path("flows/<int:pk>/draft/", FlowEdit.as_view(), name="flow-edit"),
    path("flows/<int:pk>/next/", FlowNext.as_view(), name="flow-next"),
    *FlowPages.urls(),
    path("cases/new/", CaseStart.as_view(), name="case-start"),
    path("cases/new/general/", CaseAsk.as_view(), name="case-ask"),
    path("cases/<int:pk>/print/", CasePrint.as_view(pages=CasePages), name="case-print"),
    path("cases/<int:pk>/<slug:verb>/act/", CaseAct.as_view(pages=CasePages), name="case-act"),
    *CasePages.urls(),
    *StandInPages.urls(),
]
menu.add(Entry(_("审批"), "approvals:case-list", icon="checklist", action="approvals.view", group="work", order=20))
menu.add(
    Entry(
        _("审批流程"), "approvals:flow-list", icon="sitemap", action="approvals.manage_flows", group="system", order=40
    )
)
work_list.add_tiles(tiles, action="approvals.use", order=5)
work_list.add_block(
    Block(
        "cases-waiting",
        _("待我审批"),
        lines,
        "checklist",
        "approvals:case-list",
        "approvals.use",
        5,
        empty=_("没有等您审批的申请。"),
    )
)
