"""Pages of projects, declared; the tabs 项目 and 档案 of a customer's dossier; their menu entry."""

from typing import Any

from django.db.models import Q
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kedang.business.holdings.events import projects as events
from kedang.business.holdings.models import Project, ProjectState
from kedang.business.holdings.panels.scheme import SECRECY_TONES
from kedang.business.holdings.services import projects
from kedang.business.holdings.views import projects as drawn
from kedang.foundation.numbering.subjects import NumberSubject, register_subject
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Column, Filter, Panel, RecordPages, Tab, View

WIDE = ("content", "service_need", "technical_note")


def person_name(row: Any, actor: Any) -> str:
    """Name alone: the person's record is not the reader's business."""
    return row.responsible.name if row.responsible_id else ""


class ProjectPages(RecordPages):
    """项目: /archive/projects/"""

    model, prefix, icon, takes_values = Project, "archive/projects", "briefcase", True
    lead = _("同一客户的不同项目分别整理，各有编号，在客户档案的“项目”页有索引。从客户档案中新建。")
    empty_hint = _("打开一个客户，在“项目”页点“新建项目”。")
    head_code, head_tags, head_keys = "number", ("state", "secrecy_level"), ("customer", "responsible")
    tones = {"state": drawn.PROJECT_TONES, "secrecy_level": SECRECY_TONES}
    panels = (
        Panel(_("项目"), ("name", "state", "started_on", "ended_on", "content", "service_need"), wide=WIDE),
        Panel(_("报价与合同"), ("quotation", "contract_number", "contract_amount")),
        Panel(_("资料与归属"), ("technical_note", "responsible", "department", "secrecy_level"), wide=WIDE),
    )
    columns = (
        Column("number"), Column("name", lead=True, wrap=True), Column("customer"), Column("state", tones=drawn.PROJECT_TONES),
        Column("started_on"), Column("ended_on"), Column("contract_number"), Column("contract_amount"),
        Column("responsible", _("负责人"), text=person_name, needs=("responsible",)),
        Column("quotation", shown=False), Column("secrecy_level", shown=False, tones=SECRECY_TONES),
    )  # fmt: skip
    filters = (
        Filter("name"), Filter("number"), Filter("customer", _("客户名称"), kind="text", path="customer__name"), Filter("state"),
        Filter("started_on"), Filter("ended_on"), Filter("contract_number"), Filter("contract_amount", basic=False),
        Filter("secrecy_level", basic=False),
    )  # fmt: skip
    views = (
        View("mine", _("我负责的"), lambda actor: Q(responsible=actor.pk)),
        View("running", _("进行中"), lambda actor: Q(state=ProjectState.RUNNING)),
    )
    change_action = "holdings.project"
    change_service, form_view = projects.project_change, drawn.ProjectForm
    read_event, export_event = events.PROJECT_VIEWED, events.PROJECTS_EXPORTED
    export_action = "holdings.export"
    tabs = (
        Tab("papers", _("档案"), template="holdings/projects/papers.html", rows=drawn.papers_of_project,
            counted=drawn.counted_papers),
    )  # fmt: skip


URLS: list[URLPattern] = [
    path(
        "archive/customers/<int:customer_pk>/projects/new/",
        drawn.ProjectForm.as_view(pages=ProjectPages),
        name="project-create",
    ),
    *ProjectPages.urls(),
]

RecordPages.add_tab(
    "customers.customer",
    Tab("projects", pgettext_lazy("多条", "项目"), template="holdings/projects/of_customer.html", rows=drawn.projects_of,
        action="holdings.projects_tab", counted=drawn.counted_for_customer(Project)),
)  # fmt: skip
RecordPages.add_tab(
    "customers.customer",
    Tab("archive", _("档案"), template="holdings/projects/papers.html", rows=drawn.papers_of_customer, action="holdings.papers_tab",
        counted=drawn.counted_papers_of_customer),
)  # fmt: skip
menu.add(
    Entry(
        pgettext_lazy("多条", "项目"),
        "holdings:project-list",
        icon="briefcase",
        action="holdings.view",
        group="dossiers",
        order=25,
    )
)
register_subject(
    NumberSubject(
        projects.NUMBER_KEY, _("项目编号"), (("project", _("项目")),), projects.CODES,
        _("例如 XM20260001。项目编号可以编进档号，其中不要用“-”。"),
    )
)  # fmt: skip
