"""异常行为: /alerts/ …, 管控设置."""

from typing import Any

from django.db.models import Q
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from kedang.business.governance import events as e
from kedang.business.governance.choices import AlertState
from kedang.business.governance.models import Alert
from kedang.business.governance.views import alerts as pages
from kedang.business.governance.views.shown import ALERT_TONES
from kedang.foundation.access.policies import policy_for
from kedang.foundation.kernel import clock
from kedang.foundation.web.home import Block, Line, work_list
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Column, Filter, Panel, RecordPages, View

MOST_LINES = 8


class AlertPages(RecordPages):
    """异常行为警示."""

    model, prefix, icon, head_name = Alert, "alerts", "user-exclamation", "told"
    title, lead = (
        _("异常行为"),
        _(
            "系统按规则查看操作留痕：批量查阅、夜间操作、反复越权、用量超限、交接期间导出、大量导出。每条警示都要核查并写明结果。"
        ),
    )
    empty_hint = _("没有异常行为。")
    head_tags, head_keys, tones = ("rule", "state"), ("person", "day", "count"), {"state": ALERT_TONES}
    panels = (
        Panel(_("警示"), ("person", "rule", "day", "told", "first_at", "last_at", "raised_at"), wide=("told",)),
        Panel(
            _("核查"),
            ("looked_by", "finding", "closed_at", "conclusion"),
            wide=("conclusion",),
            when=lambda row: bool(row.looked_by_id),
        ),
    )
    columns = (
        Column("told", lead=True, wrap=True),
        "rule",
        "person",
        Column("day", sort="day"),
        "count",
        Column("state", tones=ALERT_TONES),
        "looked_by",
        "finding",
    )
    filters = (Filter("rule"), Filter("state"), Filter("day"), Filter("finding", basic=False))
    views = (
        View("open", _("待核查"), lambda actor: Q(state=AlertState.OPEN)),
        View("looked", _("核查中"), lambda actor: Q(state=AlertState.LOOKED)),
        View("closed", _("已核查"), lambda actor: Q(state=AlertState.CLOSED)),
    )
    read_event = e.ALERT_VIEWED
    has_export = False
    detail_view = pages.AlertDetail

    @classmethod
    def name_of(cls, actor: Any, obj: Any) -> str:
        """Who and what."""
        return f"{obj.person.name}：{obj.get_rule_display()}"

    @classmethod
    def for_detail(cls, queryset: Any) -> Any:
        """The person comes along."""
        return queryset.select_related("person", "looked_by", "fonds")


def lines(actor: Any) -> list[Line]:
    """Alerts that wait, the newest first."""
    rows = Alert.objects.filter(policy_for(Alert).scope(actor), state__in=[AlertState.OPEN, AlertState.LOOKED])
    return [
        Line(
            f"{row.person.name}：{row.get_rule_display()}",
            reverse("governance:alert-detail", args=[row.pk]),
            f"{clock.local(row.last_at):%m-%d %H:%M}",
            row.get_state_display(),
            ALERT_TONES.get(AlertState(row.state), ""),
            note=row.told,
        )
        for row in rows.select_related("person").order_by("-id")[:MOST_LINES]
    ]


URLS: list[URLPattern] = [
    path("alerts/<int:pk>/<slug:verb>/act/", pages.AlertAct.as_view(pages=AlertPages), name="alert-act"),
    *AlertPages.urls(),
    path("settings/governance/", pages.GovernanceSettings.as_view(), name="settings"),
]
menu.add(
    Entry(
        _("异常行为"),
        "governance:alert-list",
        icon="user-exclamation",
        action="governance.alerts",
        group="trail",
        order=30,
    ),
    Entry(_("管控设置"), "governance:settings", icon="settings", action="governance.review", group="system", order=46),
)
work_list.add_block(
    Block(
        "alerts",
        _("异常行为"),
        lines,
        "user-exclamation",
        "governance:alert-list",
        "governance.alerts",
        8,
        empty=_("没有待核查的异常行为。"),
    )
)
