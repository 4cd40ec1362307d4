"""Pages of handing over, tests and packages, declared; menu entries; what they put on the work list."""

from typing import Any

from django.db.models import Q
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kedang.business.holdings.choices import TransferState, Verdict
from kedang.business.holdings.events import handing as events
from kedang.business.holdings.models import CheckRun, Transfer
from kedang.business.holdings.services import transfers as services
from kedang.business.holdings.services.transfers import NUMBER_CODE, NUMBER_KEY
from kedang.business.holdings.views.handing import checks, packages
from kedang.business.holdings.views.handing import transfers as pages
from kedang.business.holdings.views.handing.shown import TRANSFER_TONES, VERDICT_TONES
from kedang.foundation.access.policies import can
from kedang.foundation.access.prepared import PreparedWithin
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.sure import sure
from kedang.foundation.numbering.subjects import NumberSubject, register_subject
from kedang.foundation.web.home import Block, Line, work_list
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Column, Filter, Panel, RecordPages, Verb, View

MOST_LINES = 8


def in_state(*states: TransferState) -> Any:
    """Whether a list is in one of these states."""
    return lambda transfer: transfer.state in states


def may_go_again(transfer: Any) -> bool:
    """Withdrawn, or received: something may have been sent back."""
    return bool(transfer.state == TransferState.WITHDRAWN) or (
        transfer.state == TransferState.RECEIVED and transfer.lines.filter(state="rejected").exists()
    )


class TransferPages(RecordPages):
    """移交: /archive/transfers/ …"""

    model, prefix, icon, head_name, head_code = Transfer, "archive/transfers", "truck", "title", "number"
    title, lead = _("移交与接收"), _("部门编制清册、签字移交；档案室逐条清点、接收或退回、签字。两人不能是同一人。")
    empty_hint = _("点“编制清册”，写明移交什么，再选择案卷和文件。")
    head_tags, head_keys, tones = ("state",), ("department",), {"state": TRANSFER_TONES}
    panels = (
        Panel(
            _("概况"),
            ("title", "department", "created_at", "line_count", "page_count", "remarks"),
            wide=("title", "remarks"),
        ),
    )  # fmt: skip
    columns = (
        "number", Column("title", lead=True), Column("state", tones=TRANSFER_TONES), "department", "line_count", "page_count", "handed_by",
        Column("handed_at"), "received_by", Column("created_at", sort="pk"),
    )  # fmt: skip
    filters = ("number", "title", Filter("state"), Filter("department", basic=False), Filter("handed_at", basic=False))
    views = (
        View("sent", _("待接收"), lambda actor: Q(state=TransferState.SENT)),
        View("mine", _("我移交的"), lambda actor: Q(handed_by_id=actor.pk)),
    )
    verbs = (
        Verb(
            "send", _("签字移交"), services.transfer_send, action="holdings.deliver", icon="signature", main=True,
            when=in_state(TransferState.DRAFT), done=_("已移交，档案室的工作台上会看到。"),
            confirm=_("签上您的姓名和时间。移交后条数和页数固定，不能再增减；系统随即逐条做四性检测。"),
        ),
        Verb(
            "withdraw", _("撤回"), services.transfer_withdraw, action="holdings.deliver", icon="arrow-back-up", reason=True,
            when=in_state(TransferState.DRAFT, TransferState.SENT), done=_("已撤回。"),
            confirm=_("清册作废留存，上面的案卷和文件可以列入新的清册。"),
        ),
        Verb(
            "again", _("再次移交"), services.transfer_again, action="holdings.deliver", icon="refresh", when=may_go_again,
            done=_("已把退回的列入一份新清册，请在“我移交的”中查看。"), confirm=_("退回（或撤回）的案卷和文件列入一份新的清册，改正后再签字移交。"),
        ),
    )  # fmt: skip
    create_action = change_action = "holdings.deliver"
    create_label = _("编制清册")
    create_fields = ("title", "department", "remarks")
    create_service, change_service = services.transfer_create, services.transfer_change
    takes_values = in_drawer = True
    read_event = events.TRANSFER_VIEWED
    detail_view, form_view = pages.TransferDetail, pages.TransferForm


class CheckRunPages(RecordPages):
    """四性检测: /archive/checks/ …"""

    model, prefix, noun, icon = CheckRun, "archive/checks", "check-run", "shield-check"
    title, lead = _("四性检测"), _("按 DA/T 70-2018 检测真实性、完整性、可用性、安全性。结果照当时的样子保存。")
    empty_hint = _("在案卷或件的“四性检测”页开始一次检测；移交时、每天夜里系统也会检测。")
    head_tags, tones = ("verdict", "occasion"), {"verdict": VERDICT_TONES}
    columns = (
        Column("made_at", sort="pk", lead=True), Column("verdict", tones=VERDICT_TONES), "score", "occasion",
        Column("subject", _("检测对象"), text=lambda run, actor: name_of(actor, run.volume or run.item),
               needs=("volume", "item")),
        "passed_count", "warned_count", "pending_count", "failed_count", "made_by", "rules_version",
    )  # fmt: skip
    filters = (Filter("verdict"), Filter("occasion"), Filter("made_at"))
    views = (
        View("failed", _("不通过"), lambda actor: Q(verdict=Verdict.FAILED)),
        View("pending", _("待人工核对"), lambda actor: Q(verdict=Verdict.PENDING)),
    )
    toolbar_links = ((_("检测趋势"), "holdings:check-trend", "chart-line", "holdings.check"),)
    read_event = events.CHECK_VIEWED
    has_history = has_export = False
    detail_view = checks.CheckReport

    @classmethod
    def for_detail(cls, queryset: Any) -> Any:
        """What was tested comes along."""
        return queryset.select_related("volume", "item", "transfer", "fonds")


def name_of(actor: Any, thing: Any) -> str:
    """What was tested: by its code, else by its title to who may see it."""
    if thing.reference_code:
        return str(thing.reference_code)
    return str(thing.title) if can(actor, "holdings.view", thing) else _now("未编档号的件")


_sent = PreparedWithin(
    Transfer,
    lambda rows, me: (
        rows.filter(state=TransferState.SENT)
        .exclude(handed_by_id=me)
        .select_related("department")
        .order_by("handed_at")[:MOST_LINES]
    ),
    "holdings.receive",
    me=int,
)
_unanswered = PreparedWithin(
    CheckRun,
    lambda rows: (
        rows.filter(verdict__in=[Verdict.PENDING, Verdict.FAILED]).select_related("volume", "item").order_by("-pk")[:5]
    ),
    "holdings.check",
)


def to_receive(actor: Any) -> list[Line]:
    """Lists that wait for the archive, the oldest first; never one's own."""
    return [
        Line(
            row.title, reverse("holdings:transfer-receive", args=[row.pk]), f"{clock.local(sure(row.handed_at)):%m-%d}",
            _now("待接收"), "warn",
            note=_now("%(number)s · %(department)s · %(lines)s 条 %(pages)s 页")
            % {"number": row.number, "department": row.department, "lines": row.line_count, "pages": row.page_count},
        )
        for row in _sent.rows(actor, me=actor.pk)
    ]  # fmt: skip


def to_answer(actor: Any) -> list[Line]:
    """Tests that failed or wait for a person, the newest first."""
    return [
        Line(
            name_of(actor, row.volume or row.item), reverse("holdings:check-run-detail", args=[row.pk]),
            f"{clock.local(row.made_at):%m-%d}", row.get_verdict_display(), VERDICT_TONES[row.verdict], note=row.get_occasion_display(),
        )
        for row in _unanswered.rows(actor)
    ]  # fmt: skip


def of_transfer(tail: str, view: Any, name: str) -> URLPattern:
    """A further page of a list."""
    made: URLPattern = path(
        f"archive/transfers/<int:pk>/{tail}", view.as_view(pages=TransferPages), name=f"transfer-{name}"
    )
    return made


def of_run(tail: str, view: Any, name: str) -> URLPattern:
    """A further page of a run."""
    made: URLPattern = path(
        f"archive/checks/<int:pk>/{tail}", view.as_view(pages=CheckRunPages), name=f"check-run-{name}"
    )
    return made


URLS: list[URLPattern] = [
    of_transfer("pick/", pages.TransferPick, "pick"),
    of_transfer("lines/<int:line_pk>/remove/", pages.TransferLineRemove, "line-remove"),
    of_transfer("test/", pages.TransferTest, "test"),
    of_transfer("receive/", pages.TransferReceive, "receive"),
    *TransferPages.urls(),
    path("archive/checks/trend/", checks.CheckTrend.as_view(), name="check-trend"),
    of_run("points/<int:result_pk>/", checks.CheckAnswer, "answer"),
    of_run("report.pdf", checks.CheckPaper, "print"),
    *CheckRunPages.urls(),
    path("volumes/<int:pk>/check/", checks.CheckStart.as_view(), name="volume-check"),
    path("archive/items/<int:pk>/check/", checks.ItemCheckStart.as_view(), name="item-check"),
    path("volumes/<int:pk>/package/", packages.PackageMake.as_view(), name="volume-package"),
    path("archive/packages/<int:pk>/file/", packages.PackageTake.as_view(), name="package-take"),
]

register_subject(NumberSubject(NUMBER_KEY, _("移交清册"), ((NUMBER_KEY, _("移交清册")),), {NUMBER_KEY: NUMBER_CODE}))
menu.add(
    Entry(_("移交与接收"), "holdings:transfer-list", icon="truck", action="holdings.view", group="archive", order=40),
    Entry(
        _("四性检测"),
        "holdings:check-run-list",
        icon="shield-check",
        action="holdings.check",
        group="archive",
        order=45,
    ),
)
work_list.add_block(
    Block("transfers-to-receive", _("待接收的移交"), to_receive, "truck", "holdings:transfer-list", "holdings.receive", 12,
          empty=_("没有待接收的移交。"))
)  # fmt: skip
work_list.add_block(
    Block("checks-to-answer", _("检测不通过与待核对"), to_answer, "shield-check", "holdings:check-run-list", "holdings.check", 60,
          empty=_("没有不通过或待核对的检测。"), main=False)
)  # fmt: skip
