"""Pages of reports, declared; the tab 重大事项 of a customer's dossier; menu and work list."""

from typing import Any

from django.db.models import Q
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from kedang.business.service import events
from kedang.business.service.choices import ReportState
from kedang.business.service.models import ContactReport
from kedang.business.service.policies import ACCEPT, REPORT
from kedang.business.service.services import reporting, settling
from kedang.business.service.services.reminding import late_q, step_open
from kedang.business.service.views import home, pages
from kedang.business.service.views.rules import RulesPage
from kedang.business.service.views.shown import (
    KIND_TONES,
    SECRECY_TONES,
    STATE_TONES,
    customer_name,
    note_input,
    person_name,
)
from kedang.foundation.access.policies import can
from kedang.foundation.web.home import Block, work_list
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Column, Filter, Panel, RecordPages, Tab, Verb, View

NEXT = ("next_step", "next_due_on", "next_person", "next_done_at", "next_done_by", "next_note")


class ReportPages(RecordPages):
    """重大事项报告: /reports/"""

    model, prefix, noun, icon, takes_values = ContactReport, "reports", "report", "message", True
    lead = _("与客户接触的重大事项都在这里报告信息部，存进客户档案，不留在业务员个人手里。从客户档案中报告。")
    empty_hint = _("打开一个客户，在“重大事项”页点“报告重大事项”。")
    head_name, head_code = "subject", "number"
    head_tags, head_keys = ("state", "kind", "secrecy_level"), ("customer", "keeper")
    tones = {"state": STATE_TONES, "kind": KIND_TONES, "secrecy_level": SECRECY_TONES}
    panels = (
        Panel(
            _("接触情况"),
            ("happened_on", "way", "kind", "subject", "told", "our_people", "their_people"),
            columns=3,
            wide=("subject", "told"),
        ),
        Panel(_("后续事项"), NEXT, key="next", wide=("next_step", "next_note")),
        Panel(_("保密"), ("secrecy_level", "secrecy_reason"), key="secrecy", wide=("secrecy_reason",)),
        Panel(
            _("报告与受理"),
            ("reporter", "department", "reported_at", "keeper", "settled_by", "settled_at"),
            key="course",
            columns=3,
        ),
    )
    columns = (
        Column("number"), Column("subject", lead=True, wrap=True),
        Column("customer", _("客户"), text=customer_name, needs=("customer",)), Column("kind", tones=KIND_TONES),
        Column("happened_on", sort=True), Column("state", tones=STATE_TONES), Column("next_due_on"),
        Column("reporter", _("报告人"), text=person_name("reporter"), needs=("reporter",)), Column("department"),
        Column("way", shown=False), Column("their_people", shown=False), Column("secrecy_level", tones=SECRECY_TONES, shown=False),
        Column("settled_by", shown=False), Column("reported_at", shown=False),
    )  # fmt: skip
    filters = (
        Filter("subject"), Filter("customer", _("客户名称"), kind="text", path="customer__name"), Filter("kind"), Filter("state"),
        Filter("department"), Filter("happened_on"), Filter("number", basic=False), Filter("way", basic=False),
        Filter("reporter", _("报告人"), kind="text", path="reporter__name", basic=False), Filter("next_due_on", basic=False),
        Filter("secrecy_level", basic=False),
    )  # fmt: skip
    views = (
        View("waiting", _("待受理"), lambda actor: Q(state=ReportState.REPORTED)),
        View("late", _("逾期未受理"), lambda actor: late_q(actor.fonds_id)),
        View("mine", _("我经办的"), lambda actor: Q(keeper_id=actor.pk)),
        View("returned", _("已退回，待补充"), lambda actor: Q(state=ReportState.RETURNED)),
        View("steps", _("后续未办"), lambda actor: step_open()),
    )
    toolbar_links = ((_("设置"), "service:rules", "settings", ACCEPT.code),)
    change_service, change_action = reporting.report_change, REPORT.code
    read_event, export_event, export_action = events.REPORT_VIEWED, events.REPORTS_EXPORTED, "service.export"
    form_view, detail_view, verb_view = pages.ReportForm, pages.ReportDetail, pages.OfferedVerb
    verbs = (
        Verb(
            "accept", _("受理"), settling.report_accept, action=ACCEPT.code, icon="check", main=True, batch=True,
            when=lambda row: row.state == ReportState.REPORTED, done=_("已受理，归入客户档案。"),
            confirm=_("受理后归入客户档案，不能再改，只能补充。"),
        ),
        Verb(
            "return", _("退回补充"), settling.report_return, action=ACCEPT.code, icon="arrow-back-up", reason=True,
            when=lambda row: row.state == ReportState.REPORTED, done=_("已退回经办人补充。"), confirm=_("请写明还缺什么。"),
        ),
        Verb(
            "again", _("再次报告"), reporting.report_again, action=REPORT.code, icon="send", main=True, reason="optional",
            when=lambda row: row.state == ReportState.RETURNED, done=_("已再次报告，等待受理。"), confirm=_("先点“修改”补全内容，再提交。"),
        ),
        Verb(
            "supplement", _("补充"), settling.report_supplement, action="", icon="message-circle", main=True, done=_("已补充。"),
            fields={"text": lambda: note_input(_("补充内容"), 2000)}, when=lambda row: row.state == ReportState.ACCEPTED,
            confirm=_("补充的内容附在报告后面，注明补充人和时间，不能再改。"),
        ),
        Verb(
            "step-done", _("后续已办"), settling.step_done, action="", icon="checks", main=True, done=_("后续事项已办结。"),
            fields={"note": lambda: note_input(_("办理情况"), 300)}, when=lambda row: row.has_open_step,
            confirm=_("办理情况记在报告上，不再提醒。"),
        ),
    )  # fmt: skip

    @classmethod
    def verbs_for(cls, actor: Any, obj: Any) -> list[Verb]:
        """Supplements are for who may report of the customer, ends of steps for who may end them."""
        may = {
            "supplement": lambda: can(actor, REPORT.code, obj.customer),
            "step-done": lambda: settling.may_end_step(actor, obj),
        }
        return [verb for verb in super().verbs_for(actor, obj) if verb.key not in may or may[verb.key]()]

    @classmethod
    def for_list(cls, queryset: Any, columns: Any) -> Any:
        """With the customer, by which the rule asks."""
        return super().for_list(queryset, columns).select_related("customer", "reporter", "department")

    @classmethod
    def for_detail(cls, queryset: Any) -> Any:
        """With everybody on it."""
        return queryset.select_related("customer", "reporter", "department", "keeper", "next_person")


URLS: list[URLPattern] = [
    path("customers/<int:customer_pk>/reports/new/", pages.ReportForm.as_view(pages=ReportPages), name="report-create"),
    path("reports/settings/", RulesPage.as_view(), name="rules"),
    *ReportPages.urls(),
]

RecordPages.add_tab(
    "customers.customer",
    Tab("reports", _("重大事项"), template="service/of_customer.html", rows=pages.reports_of, action="service.view",
        counted=pages.counted_for_customer),
)  # fmt: skip
menu.add(Entry(_("重大事项"), "service:report-list", icon="message", action="service.view", group="dossiers", order=15))
work_list.add_block(
    Block(
        "reports-waiting",
        _("待受理的重大事项报告"),
        home.waiting,
        "message",
        "service:report-list",
        ACCEPT.code,
        6,
    )
)
work_list.add_block(
    Block("reports-mine", _("重大事项：退回与后续"), home.mine, "list-check", "service:report-list", REPORT.code, 7)
)
