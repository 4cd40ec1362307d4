"""借阅登记 and the loan desk, declared; menu entries; tabs on volumes and items."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from kedang.business.lending import events
from kedang.business.lending.choices import OUT_STATES, WAITING_STATES, LoanState
from kedang.business.lending.models import Loan
from kedang.business.lending.numbers import NUMBER_CODE, NUMBER_KEY
from kedang.business.lending.services.correcting import loan_correct
from kedang.business.lending.services.fetching import loan_cancel, loan_fetch
from kedang.business.lending.services.going import loan_recall, loan_renew
from kedang.business.lending.services.issuing import loan_sign
from kedang.business.lending.services.returning import loan_close
from kedang.business.lending.views import home
from kedang.business.lending.views.desk import Desk
from kedang.business.lending.views.figures import Figures
from kedang.business.lending.views.handing import IssuePage, ReturnPage
from kedang.business.lending.views.loans import PLACE_TONES, STATE_TONES, LoanPage, late_words
from kedang.business.lending.views.papers import Receipt, RegisterPrint, Slip
from kedang.business.lending.views.registering import RegisterPage
from kedang.business.lending.views.room import ReadingRoom
from kedang.business.lending.views.rules import RulesPage
from kedang.business.lending.views.thing_tab import ThingTab
from kedang.foundation.access.policies import can
from kedang.foundation.kernel import clock
from kedang.foundation.numbering.subjects import NumberSubject, register_subject
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Column, Filter, Panel, RecordPages, Tab, Verb, View

LOOK, KEEP, ASK, RULES = "lending.view", "lending.keep", "lending.reserve", "lending.rules"
SECRECY_TONES = {0: "plain", 1: "plain", 2: "warn", 3: "bad", 4: "bad"}
OWN_VERBS = frozenset({"sign", "renew", "cancel"})
"""What readers do themselves, with their own loans."""


def out(actor: Any) -> Q:
    """In somebody's hands."""
    return Q(state__in=OUT_STATES)


def is_out(loan: Any) -> bool:
    """In the reader's hands."""
    return loan.state in OUT_STATES


def day_field() -> forms.DateField:
    """A day that may be left empty."""
    return forms.DateField(label=_("请于何日前归还"), required=False, help_text=_("留空为 3 天之内"))


class LoanPages(RecordPages):
    """借阅登记簿: /loans/ …"""

    model, prefix, noun, icon = Loan, "loans", "loan", "notebook"
    title = _("借阅登记")
    lead = _("每一次借阅从登记到销号的全过程；在外的、逾期的、待销号的各成一览。")
    empty_hint = _("借档申请批准后自动登记在这里。")
    head_name, head_code = "subject_title", "number"
    head_tags = ("state", "place", "secrecy_level")
    head_keys = ("subject_code", "borrower")
    tones = {"state": STATE_TONES, "place": PLACE_TONES, "secrecy_level": SECRECY_TONES}
    panels = (
        Panel(
            _("借阅"), ("subject_code", "subject_title", "location_text", "place", "days", "copies", "seat", "due_on", "renewals"),
            columns=3, wide=("subject_title",),
            readonly=("subject_code", "subject_title", "location_text", "place", "days", "due_on", "renewals"),
        ),
        Panel(
            _("利用人"),
            ("borrower", "department", "reader_name", "reader_unit", "reader_paper", "reader_phone", "purpose", "reason", "approved_by"),
            columns=3, wide=("reason",), readonly=("borrower", "department", "approved_by"),
        ),
        Panel(_("备注"), ("remarks",), columns=1, when=lambda loan: True),
    )  # fmt: skip
    columns = (
        Column("number", lead=True, sort="pk"), Column("state", tones=STATE_TONES), "subject_code", Column("subject_title", wrap=True),
        "borrower", Column("place", tones=PLACE_TONES), Column("due_on", sort=True),
        Column("late", _("期限"), text=late_words, needs=("state", "due_on")),
        Column("department", shown=False), Column("issued_at", shown=False), Column("renewals", shown=False),
        Column("returned_at", shown=False), Column("is_whole", shown=False), Column("purpose", shown=False, tones={}),
        Column("approved_by", shown=False), Column("location_text", shown=False), Column("issued_by", shown=False),
        Column("returned_by", shown=False), Column("reader_name", shown=False), Column("remarks", shown=False, wrap=True),
    )  # fmt: skip
    filters = (
        "number", Filter("subject_code"), Filter("subject_title"), Filter("state"), Filter("place"), Filter("due_on"),
        Filter("purpose", basic=False), Filter("issued_at", basic=False), Filter("returned_at", basic=False),
        Filter("is_whole", basic=False), Filter("reader_name", basic=False), Filter("secrecy_level", basic=False),
    )  # fmt: skip
    views = (
        View("mine", _("我的"), lambda actor: Q(borrower_id=actor.pk)),
        View("waiting", _("待提取、待领"), lambda actor: Q(state__in=WAITING_STATES)),
        View("out", _("在外清单"), out),
        View("today", _("今日到期"), lambda actor: out(actor) & Q(due_on=clock.today())),
        View(
            "soon",
            _("7 天内到期"),
            lambda actor: out(actor) & Q(due_on__range=(clock.today(), clock.today() + timedelta(days=7))),
        ),
        View("late", _("逾期"), lambda actor: out(actor) & Q(due_on__lt=clock.today())),
        View("damaged", _("待销号"), lambda actor: Q(state=LoanState.RETURNED)),
    )
    toolbar_links = (
        (_("借阅台"), "lending:desk", "scan", KEEP), (_("打印登记簿"), "lending:register-print", "printer", "lending.export"),
        (_("借阅统计"), "lending:figures", "chart-bar", LOOK),
    )  # fmt: skip
    change_service, takes_values, in_drawer = loan_correct, True, True
    export_action, export_event = "lending.export", events.REGISTER_EXPORTED
    read_event = events.LOAN_VIEWED
    detail_view = LoanPage
    verbs = (
        Verb(
            "sign", _("确认签收"), loan_sign, action=ASK, icon="signature", main=True,
            when=lambda loan: is_out(loan) and loan.signed_how != "own", done=_("已签收。"),
            confirm=_("确认收到的实体、页数和状况与登记一致。签收记在您的名下，连同时间长期保留。"),
        ),
        Verb(
            "fetch", _("提取"), loan_fetch, action=KEEP, icon="archive", main=True, batch=True,
            when=lambda loan: loan.state == LoanState.RESERVED, done=_("已提取，已通知借阅人来领。"),
            confirm=_("从架上取到借阅台，按规则保留几天，逾期未领自动放回并轮到下一位。"),
        ),
        Verb(
            "renew", _("续借"), loan_renew, action=ASK, icon="refresh", main=True,
            when=lambda loan: loan.state == LoanState.ISSUED and loan.place == "away", done=_("已续借，请按新的日期归还。"),
            confirm=_("从原应还日期起顺延；有人等候、已催还或已逾期的不能续借。"),
        ),
        Verb(
            "recall", _("催还"), loan_recall, action=KEEP, icon="bell", main=True, reason=True, batch=True, fields={"back_on": day_field},
            when=lambda loan: loan.state == LoanState.ISSUED, done=_("已催还，借阅人已收到通知。"),
            confirm=_("提前收回。应还日期改为所填的日期，不能再续借。"),
        ),
        Verb(
            "close", _("销号"), loan_close, action=KEEP, icon="check", main=True, reason="optional", batch=True,
            when=lambda loan: loan.state == LoanState.RETURNED, done=_("已销号。"),
            confirm=_("完好归还的可直接销号；有缺损的，请写明怎样处理，例如“缺页已补回并重新装订”。"),
        ),
        Verb(
            "cancel", _("取消借阅"), loan_cancel, action=ASK, icon="x", reason=True, danger=True,
            when=lambda loan: loan.state in WAITING_STATES, done=_("已取消，轮到下一位预约人。"),
            confirm=_("放弃这次借阅；登记保留，排在后面的人顺次向前。"),
        ),
    )  # fmt: skip

    @classmethod
    def verbs_for(cls, actor: Any, obj: Any) -> list[Verb]:
        """Readers act on their own loans, and sign only those."""
        found = super().verbs_for(actor, obj)
        own, keeps = obj.borrower_id == actor.pk, can(actor, KEEP, obj)
        return [verb for verb in found if verb.key not in OWN_VERBS or own or (keeps and verb.key != "sign")]

    @classmethod
    def for_detail(cls, queryset: Any) -> Any:
        """One query for the loan and everything named on it."""
        return queryset.select_related(
            "borrower", "department", "request", "volume__location", "item__location", "item__volume__location"
        )


URLS: list[URLPattern] = [
    path("lending/desk/", Desk.as_view(), name="desk"),
    path("lending/room/", ReadingRoom.as_view(), name="room"),
    path("lending/rules/", RulesPage.as_view(), name="rules"),
    path("lending/figures/", Figures.as_view(), name="figures"),
    path("loans/new/<str:kind>/<int:pk>/", RegisterPage.as_view(), name="loan-new"),
    path("loans/print/", RegisterPrint.as_view(pages=LoanPages), name="register-print"),
    path("loans/<int:pk>/issue/", IssuePage.as_view(), name="loan-issue"),
    path("loans/<int:pk>/return/", ReturnPage.as_view(), name="loan-return"),
    path("loans/<int:pk>/slip/", Slip.as_view(), name="loan-slip"),
    path("loans/<int:pk>/receipt/", Receipt.as_view(), name="loan-receipt"),
    *LoanPages.urls(),
]

for kind in ("holdings.volume", "holdings.item"):
    RecordPages.add_tab(kind, Tab("loans", _("借阅"), view=ThingTab, action="holdings.view"))

menu.add_group("lending", _("利用"), 28)
menu.add(
    Entry(_("借阅台"), "lending:desk", icon="scan", action=KEEP, group="lending", order=30),
    Entry(_("阅览室"), "lending:room", icon="school", action=KEEP, group="lending", order=40),
    Entry(_("借阅登记"), "lending:loan-list", icon="notebook", action=LOOK, group="lending", order=50),
    Entry(_("借阅统计"), "lending:figures", icon="chart-bar", action="lending.export", group="lending", order=60),
    Entry(_("借阅规则"), "lending:rules", icon="adjustments", action=RULES, group="lending", order=90),
)
register_subject(
    NumberSubject(
        NUMBER_KEY,
        _("借阅登记号"),
        ((NUMBER_KEY, _("借阅登记")),),
        {NUMBER_KEY: NUMBER_CODE},
        _("借阅登记按年连续编号，取消的号不再使用。"),
    )
)
home.declare()
