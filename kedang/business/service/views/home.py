"""What the work list shows of reports."""

from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from kedang.business.service.choices import ReportState
from kedang.business.service.models import ContactReport
from kedang.business.service.policies import ACCEPT
from kedang.business.service.services.reminding import late_before, step_open
from kedang.foundation.access.policies import can
from kedang.foundation.access.prepared import PreparedWithin
from kedang.foundation.kernel import clock
from kedang.foundation.web.home import Line

MOST_LINES = 6


def _to_do(rows: Any, me: int, late: Q) -> Any:
    found = rows.filter(Q(state=ReportState.RETURNED, keeper_id=me) | (step_open() & (Q(next_person_id=me) | late)))
    return _narrow(found).order_by("next_due_on", "id")[:MOST_LINES]


def _narrow(rows: Any) -> Any:
    """With the name of the customer, of whose many columns nothing else is shown."""
    own = ("number", "subject", "state", "keeper", "happened_on", "reported_at", "next_step", "next_due_on")
    return rows.select_related("customer").only(*own, "customer__name")


_reported = PreparedWithin(
    ContactReport,
    lambda rows: _narrow(rows.filter(state=ReportState.REPORTED)).order_by("reported_at", "id")[:MOST_LINES],
    ACCEPT.code,
)
_own = PreparedWithin(ContactReport, lambda rows, me: _to_do(rows, me, Q(pk__in=[])), me=int)
_of_all = PreparedWithin(
    ContactReport, lambda rows, me, today: _to_do(rows, me, Q(next_due_on__lt=today)), me=int, today=date
)


def waiting(actor: Any) -> list[Line]:
    """Reports that the information department has to accept, the oldest first."""
    found = _reported.rows(actor)
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
    found = _of_all.rows(actor, me=actor.pk, today=today) if can(actor, ACCEPT.code) else _own.rows(actor, me=actor.pk)
    lines = []
    for row in found:
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
