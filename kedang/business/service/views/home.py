"""What the work list shows of reports."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from kedang.business.service.choices import ReportState
from kedang.business.service.models import ContactReport
from kedang.business.service.policies import ACCEPT
from kedang.business.service.services.reminding import late_before, step_open
from kedang.foundation.access.policies import can
from kedang.foundation.kernel import clock
from kedang.foundation.web.home import Line

MOST_LINES = 6


def waiting(actor: Any) -> list[Line]:
    """Reports that the information department has to accept, the oldest first."""
    rows = ContactReport.objects.visible_to(actor, ACCEPT.code).filter(state=ReportState.REPORTED)
    found = list(rows.select_related("customer").order_by("reported_at", "id")[:MOST_LINES])
    late = late_before(actor.fonds_id) if found else None
    return [
        _line(
            row, f"{clock.local(row.reported_at):%m-%d}", _("逾期") if late and row.reported_at <= late else "", "bad"
        )
        for row in found
    ]


def mine(actor: Any) -> list[Line]:
    """Reports that came back to me, and next steps of mine; the information department sees late ones of everybody."""
    today = clock.today()
    steps = step_open() & (
        Q(next_person_id=actor.pk) | (Q(next_due_on__lt=today) if can(actor, ACCEPT.code) else Q(pk__in=[]))
    )
    rows = ContactReport.objects.visible_to(actor).filter(Q(state=ReportState.RETURNED, keeper_id=actor.pk) | steps)
    lines = []
    for row in rows.select_related("customer").order_by("next_due_on", "id")[:MOST_LINES]:
        if row.state == ReportState.RETURNED and row.keeper_id == actor.pk:
            lines.append(_line(row, f"{row.happened_on:%m-%d}", _("已退回，待补充"), "warn"))
        else:
            is_late = row.next_due_on < today
            lines.append(_line(row, f"{row.next_due_on:%m-%d}", _("逾期") if is_late else "", "bad", row.next_step))
    return lines


def _line(row: ContactReport, side: str, tag: str, tone: str, text: str = "") -> Line:
    note = f"{row.customer.name} · {row.number}"
    return Line(
        text or row.subject, reverse("service:report-detail", args=[row.pk]), side, tag, tone if tag else "", note=note
    )
