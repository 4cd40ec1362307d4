"""Pages of what comes after use, declared: 利用效果登记, 更正任务, 利用统计; work list."""

from typing import Any

from django.db.models import Q
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kedang.business.lending import events_use as events
from kedang.business.lending.choices_use import UpdateState
from kedang.business.lending.models import UpdateTask, UseFeedback
from kedang.business.lending.services import feedback as services
from kedang.business.lending.services.things import words_of
from kedang.business.lending.views.use import after, figures
from kedang.business.lending.views.use.openings import GuardedVerb
from kedang.foundation.access.policies import can
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.prepared import Prepared
from kedang.foundation.web.home import Block, Line, work_list
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Column, Filter, Panel, RecordPages, Verb, View

ACCURACY_TONES = {"good": "good", "lacking": "warn", "wrong": "bad"}
STATE_TONES = {"open": "warn", "done": "good", "dismissed": ""}
MOST_LINES = 6


class FeedbackPages(RecordPages):
    """利用效果登记: /use/feedback/"""

    model, prefix, noun, icon = UseFeedback, "use/feedback", "feedback", "award"
    lead = _("每次利用结束后征询：档案准不准、全不全，起了什么作用。内容有误的转给维护人更正。")
    empty_hint = _("专项授权到期或借阅归还以后，系统向利用人征询。")
    head_name, head_tags, head_keys, tones = (
        "request",
        ("accuracy",),
        ("person", "department"),
        {"accuracy": ACCURACY_TONES},
    )
    panels = (
        Panel(_("利用效果"), ("request", "person", "department", "asked_at", "answered_at", "accuracy", "problem", "effect_kind",
        "amount", "effect"),
              wide=("problem", "effect")),
    )  # fmt: skip
    columns = (
        Column("number", _("申请单号"), lead=True, text=lambda row, actor: row.request.case.number, needs=("request",)),
        Column("person"), Column("department"), Column("accuracy", tones=ACCURACY_TONES), Column("effect_kind"), Column("effect",
        wrap=True),
        Column("amount"), Column("answered_at", sort=True), Column("asked_at", shown=False),
    )  # fmt: skip
    filters = (
        Filter("accuracy"), Filter("effect_kind"), Filter("department"), Filter("person", _("利用人"), kind="text", path="person__name"),
        Filter("answered_at"), Filter("amount", basic=False),
    )  # fmt: skip
    views = (
        View("waiting", _("待我填写"), lambda actor: Q(person_id=actor.pk, answered_at__isnull=True)),
        View("answered", _("已填写"), lambda actor: Q(answered_at__isnull=False)),
        View("wrong", _("内容有误或不全"), lambda actor: ~Q(problem="")),
    )
    toolbar_links = ((_("打印登记簿"), "lending:feedback-print", "printer", "lending.export"),)
    export_action, export_event, read_event = "lending.export", events.FEEDBACK_EXPORTED, events.FEEDBACK_VIEWED

    @classmethod
    def for_list(cls, queryset: Any, columns: Any) -> Any:
        """With its request and case."""
        return super().for_list(queryset, columns).select_related("request__case", "person", "department")

    @classmethod
    def for_detail(cls, queryset: Any) -> Any:
        """With its request and case."""
        return queryset.select_related("request__case", "person", "department")


class UpdateTaskPages(RecordPages):
    """更正任务: /use/updates/"""

    model, prefix, noun, icon = UpdateTask, "use/updates", "update-task", "edit"
    argument = "update_task"
    lead = _("利用人发现档案有误或不全，由维护人核对、更正后办结。")
    empty_hint = _("没有更正任务。")
    head_name, head_tags, head_keys, tones = "label", ("state",), ("maintainer", "department"), {"state": STATE_TONES}
    panels = (
        Panel(_("任务"), ("label", "text", "maintainer", "department", "made_at", "due_on", "state", "done_by", "done_at", "done_note"),
              wide=("text", "done_note")),
    )  # fmt: skip
    columns = (
        Column("label", lead=True), Column("kind", _("种类"), text=lambda row, actor: words_of(row.subject_type), needs=("subject_type",)),
        Column("text", wrap=True), Column("maintainer"), Column("department"), Column("due_on"), Column("state", tones=STATE_TONES),
        Column("done_by", shown=False), Column("done_at", shown=False),
    )  # fmt: skip
    filters = (
        Filter("state"),
        Filter("maintainer", _("维护人"), kind="text", path="maintainer__name"),
        Filter("department"),
        Filter("due_on", basic=False),
    )
    views = (
        View("mine", _("待我更正"), services.mine_to_settle),
        View("late", _("逾期"), lambda actor: Q(state=UpdateState.OPEN, due_on__lt=clock.today())),
        View("open", _("待更正"), lambda actor: Q(state=UpdateState.OPEN)),
    )
    verbs = (
        Verb(
            "done", _("已更正"), services.update_done, action="", icon="check", main=True, reason=True,
            when=lambda row: row.state == UpdateState.OPEN,
            done=_("已办结。"), confirm=_("先在档案中更正，再写明改了什么；办理情况留在记录里。"),
        ),
        Verb(
            "dismiss", _("核对无误"), services.update_dismiss, action="", icon="checks", reason=True,
            when=lambda row: row.state == UpdateState.OPEN,
            done=_("已办结。"), confirm=_("核对后档案没有错的，写明依据。"),
        ),
    )  # fmt: skip
    has_export, verb_view = False, GuardedVerb

    @classmethod
    def verbs_for(cls, actor: Any, obj: Any) -> list[Verb]:
        """For who may settle it."""
        return super().verbs_for(actor, obj) if services.may_settle(actor, obj) else []


_unanswered = Prepared(
    lambda me: (
        UseFeedback.objects.filter(person_id=me, answered_at__isnull=True)
        .select_related("request__case")
        .order_by("id")[:MOST_LINES]
    ),
    me=int,
)


def to_answer(actor: Any) -> list[Line]:
    """What the reader is asked."""
    return [
        Line(
            row.request.case.title, reverse("lending:feedback-give", args=[row.pk]), f"{clock.local(row.asked_at):%m-%d}",
            _now("请填写"), "blue",
            note=row.request.case.number,
        )
        for row in _unanswered.rows(me=actor.pk)
    ]  # fmt: skip


def _mending(keeps: bool) -> Prepared[UpdateTask]:
    return Prepared(
        lambda me, fonds_id: UpdateTask.objects.filter(services.to_settle(me, keeps), fonds_id=fonds_id).order_by(
            "due_on", "id"
        )[:MOST_LINES],
        me=int,
        fonds_id=int,
    )


_to_mend = {keeps: _mending(keeps) for keeps in (True, False)}


def to_mend(actor: Any) -> list[Line]:
    """What is to be put right."""
    rows = _to_mend[can(actor, "lending.keep")].rows(me=actor.pk, fonds_id=actor.fonds_id)
    today = clock.today()
    return [
        Line(
            row.text, reverse("lending:update-task-detail", args=[row.pk]), f"{row.due_on:%m-%d}", _now("逾期") if row.due_on < today else "",
            "warn" if row.due_on < today else "", note=row.label,
        )
        for row in rows
    ]  # fmt: skip


URLS: list[URLPattern] = [
    path("use/feedback/<int:pk>/give/", after.FeedbackGive.as_view(), name="feedback-give"),
    path("use/feedback/print.pdf", after.EffectsPrint.as_view(pages=FeedbackPages), name="feedback-print"),
    *FeedbackPages.urls(),
    *UpdateTaskPages.urls(),
    path("use/figures/", figures.UseFigures.as_view(), name="use-figures"),
    path("use/figures/export/", figures.UseFiguresExport.as_view(), name="use-figures-export"),
]
menu.add(
    Entry(_("利用效果"), "lending:feedback-list", icon="award", action="lending.view", group="lending", order=55),
    Entry(_("更正任务"), "lending:update-task-list", icon="edit", action="lending.view", group="lending", order=56),
    Entry(_("利用统计"), "lending:use-figures", icon="chart-pie", action="lending.view", group="lending", order=58),
)
work_list.add_block(
    Block(
        "use-feedback", _("请填写利用效果"), to_answer, "award", "lending:feedback-list", "lending.ask", 60, main=False
    )
)
work_list.add_block(
    Block("use-updates", _("待我更正的档案"), to_mend, "edit", "lending:update-task-list", "lending.ask", 27)
)
