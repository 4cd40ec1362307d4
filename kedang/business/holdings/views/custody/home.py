"""What custody puts on the work list: open findings, inspections and duties that are due, alarms."""

from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.holdings.choices import FindingState
from kedang.business.holdings.models import Equipment, Finding, FindingSource, Inspection, RoomVisit
from kedang.foundation.access.prepared import PreparedWithin
from kedang.foundation.kernel import clock
from kedang.foundation.web.home import Block, Line, work_list

MOST = 8
SOON = timedelta(days=7)


_findings = PreparedWithin(
    Finding,
    lambda rows, me: (
        rows.filter(Q(owner=me) | Q(owner__isnull=True), state=FindingState.OPEN)
        .select_related("location")
        .order_by(F("due_on").asc(nulls_last=True), "-id")[:MOST]
    ),
    me=int,
)
_inspections = PreparedWithin(
    Inspection,
    lambda rows, until: (
        rows.filter(done_at__isnull=True, planned_on__lte=until)
        .select_related("location")
        .order_by("planned_on")[:MOST]
    ),
    until=date,
)
_equipment = PreparedWithin(
    Equipment,
    lambda rows, until: (
        rows.filter(is_retired=False, due_on__lte=until).select_related("location").order_by("due_on")[:MOST]
    ),
    until=date,
)
_visits = PreparedWithin(
    RoomVisit, lambda rows: rows.filter(left_at__isnull=True).exclude(key_number="").order_by("entered_at")[:MOST]
)


def findings(actor: Any) -> list[Line]:
    """Open findings: one's own first, then those that are due first."""
    today = clock.today()
    return [
        Line(
            row.text, reverse("holdings:finding-detail", args=[row.pk]), str(row.due_on or ""), row.get_source_display(),
            "bad" if (row.due_on and row.due_on < today) or row.source == FindingSource.CLIMATE else "warn", note=row.location.label,
        )
        for row in _findings.rows(actor, me=actor.pk)
    ]  # fmt: skip


def duties(actor: Any) -> list[Line]:
    """Inspections and equipment that are due within a week, and people who have not left with a key."""
    today = clock.today()
    until = today + SOON
    lines = [
        (row.planned_on, Line(
            _("检查 %(place)s") % {"place": row.location.name or row.location.label}, reverse("holdings:inspection-detail", args=[row.pk]),
            str(row.planned_on), row.get_occasion_display(), "bad" if row.planned_on < today else "blue",
        ))
        for row in _inspections.rows(actor, until=until)
    ]  # fmt: skip
    lines += [
        (row.due_on or today, Line(
            row.name, reverse("holdings:equipment-detail", args=[row.pk]), str(row.due_on), row.get_kind_display(),
            "bad" if row.due_on and row.due_on < today else "blue", note=row.location.label,
        ))
        for row in _equipment.rows(actor, until=until)
    ]  # fmt: skip
    lines += [
        (clock.local(row.entered_at).date(), Line(
            _("钥匙 %(key)s 在 %(who)s 处") % {"key": row.key_number, "who": row.visitor},
            reverse("holdings:visit-detail", args=[row.pk]), f"{clock.local(row.entered_at):%m-%d %H:%M}", _("未交回"), "warn",
        ))
        for row in _visits.rows(actor)
    ]  # fmt: skip
    return [line for _day, line in sorted(lines, key=lambda pair: pair[0])[:MOST]]


def declare() -> None:
    """Put all this on the work list; called once when the pages are declared."""
    work_list.add_quick(gettext_lazy("扫码上架"), "holdings:scan", "scan", "custody.keep", 60)
    work_list.add_block(
        Block(
            "custody-findings", gettext_lazy("库房待处理问题"), findings, "alert-triangle", "holdings:finding-list", "custody.keep", 40,
            gettext_lazy("没有待处理的问题。"),
        )
    )  # fmt: skip
    work_list.add_block(
        Block(
            "custody-duties", gettext_lazy("到期的检查和保养"), duties, "calendar-event", "holdings:inspection-list", "custody.keep", 45,
            gettext_lazy("一周之内没有到期的检查和保养。"),
        )
    )  # fmt: skip
