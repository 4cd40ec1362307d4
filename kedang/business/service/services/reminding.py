"""Every morning: reports that nobody accepted in time, and next steps that are due. Each is told of when it falls due, then weekly."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from kedang.business.service.choices import ReportState
from kedang.business.service.events import REPORT_REMINDED
from kedang.business.service.models import ContactReport
from kedang.business.service.services.rules import rules_of
from kedang.business.service.telling import LATE, STEP_DUE, receivers, tell
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import can
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import system_actor

CLOCK = system_actor("重大事项提醒")
AGAIN = timedelta(days=7)
WEEKEND = 5


def working_days_back(day: date, days: int) -> date:
    """The day that lies so many working days (Monday to Friday) before a day."""
    while days > 0:
        day -= timedelta(days=1)
        days -= day.weekday() < WEEKEND
    return day


def late_before(fonds_id: int) -> datetime:
    """What was reported before this moment and is not accepted is late."""
    return clock.end_of_day(working_days_back(clock.today(), rules_of(fonds_id).accept_days + 1))


def late_q(fonds_id: int) -> Q:
    """Reports that wait longer than the company allows."""
    return Q(state=ReportState.REPORTED, reported_at__lte=late_before(fonds_id))


def step_open() -> Q:
    """Next steps that nobody has ended."""
    return Q(next_person__isnull=False, next_done_at__isnull=True)


def reports_remind() -> int:
    """Quiet run of the morning; how many reports were told of."""
    told, today = 0, clock.today()
    for fonds_id in Fonds.objects.order_by("pk").values_list("pk", flat=True):
        rows = ContactReport.objects.filter(fonds_id=fonds_id).order_by("pk")
        for name, due in (
            ("reminded_on", late_q(fonds_id)),
            ("step_reminded_on", step_open() & Q(next_due_on__lte=today)),
        ):
            unsaid = Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__lte": today - AGAIN})
            told += sum(
                _remind(key, name, due & unsaid) for key in list(rows.filter(due & unsaid).values_list("pk", flat=True))
            )
    return told


@transaction.atomic
def _remind(key: int, name: str, due: Q) -> int:
    row: ContactReport | None = ContactReport.objects.select_for_update(of=("self",)).filter(due, pk=key).first()
    if row is None:
        return 0
    if name == "reminded_on":
        names = tell(row, LATE, receivers(row))
    else:
        person: Any = row.next_person
        names = tell(row, STEP_DUE, [one for one in (person,) if can(one, "service.view", row)])
    was, today = getattr(row, name), clock.today()
    setattr(row, name, today)
    row.save(update_fields=[name])
    record(CLOCK, REPORT_REMINDED, row, changes={name: (was, today)}, meta={"to": names})
    return 1
