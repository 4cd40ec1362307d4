"""报告重大事项: written, amended until it is accepted, reported again after it came back."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.models import Customer
from kedang.business.customers.services.problems import Problems
from kedang.business.customers.services.writing import first_values, locked_customer, refuse_stale, take_over
from kedang.business.service import events as e
from kedang.business.service.choices import ReportState
from kedang.business.service.models import ContactReport
from kedang.business.service.numbers import report_number
from kedang.business.service.policies import REPORT
from kedang.business.service.services.checking import FIELDS, values_of, whole
from kedang.business.service.telling import RETURNED, STEP, STEP_DUE, WAITING, receivers, settle, tell
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import require, require_still_in_scope
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused

Values = Mapping[str, Any]


@transaction.atomic
def report_make(*, actor: Actor, customer: Customer | int, values: Values) -> ContactReport:
    """Report an important contact: it lies in the dossier at once, and the information department is told as far as it is cleared.

    Raises:
        OutOfScope, NotAllowed: by the customer. Refused: ``customer_withdrawn``, ``values_invalid``, ``out_of_writer_scope``.
    """
    owner = locked_customer(actor, customer, REPORT.code)
    if not isinstance(actor, Person):
        raise NotAllowed(_("重大事项由人报告。"), action=REPORT.code)
    problems = Problems()
    made = ContactReport(
        fonds_id=owner.fonds_id, customer=owner, reporter=actor, keeper=actor, department=actor.department, reported_at=clock.now(),
    )  # fmt: skip
    clean = {
        "secrecy_level": max(made.secrecy_level, owner.secrecy_level),
        **values_of(values, owner.fonds_id, problems),
    }
    take_over(made, clean)
    whole(actor, made, FIELDS, problems)
    made.number = report_number(actor, owner.fonds_id)
    made.save(force_insert=True)
    told = tell(made, WAITING, receivers(made))
    _tell_step(actor, made)
    record(actor, e.REPORT_MADE, made, changes=first_values(made, ("number", "customer", *FIELDS)), meta={"told": told})
    require_still_in_scope(actor, made)
    return made


@transaction.atomic
def report_change(
    *, actor: Actor, report: ContactReport | int, values: Values, version: int | None = None
) -> ContactReport:
    """Amend a report that is not accepted yet; what it said before stays in the trail.

    Raises:
        OutOfScope, NotAllowed. Refused: ``report_accepted``, ``not_keeper``, ``stale_version``, ``values_invalid``.
    """
    row = locked_report(actor, report)
    require(actor, REPORT.code, row)
    refuse_stale(row, version)
    problems = Problems()
    was_done_by = row.next_person_id
    changes = take_over(row, values_of(values, row.fonds_id, problems))
    if not changes:
        return row
    whole(actor, row, FIELDS, problems)
    if row.next_done_at is not None and {"next_step", "next_due_on", "next_person"} & set(changes):
        raise Refused("step_done", _("后续事项已办结，不能再改；有新的约定请另报。"), "next_step")
    save(row, *changes)
    if "secrecy_level" in changes and row.state == ReportState.REPORTED:
        settle(row, WAITING)
        tell(row, WAITING, receivers(row))
    if row.next_person_id != was_done_by:
        settle(row, STEP, STEP_DUE)
        _tell_step(actor, row)
    record(actor, e.REPORT_CHANGED, row, changes=changes, meta={"version": row.version})
    require_still_in_scope(actor, row)
    return row


@transaction.atomic
def report_again(*, actor: Actor, report: ContactReport | int, reason: str = "") -> ContactReport:
    """Hand a returned report in again, once it says what was missing.

    Raises:
        OutOfScope, NotAllowed. Refused: ``not_keeper``, ``report_accepted``, ``not_returned``.
    """
    row = locked_report(actor, report)
    require(actor, REPORT.code, row)
    if row.state != ReportState.RETURNED:
        raise Refused("not_returned", _("此报告已在受理中，不必再次报告。请刷新。"))
    was, row.state, row.reported_at, row.reminded_on = row.state, ReportState.REPORTED, clock.now(), None
    save(row, "state", "reported_at", "reminded_on")
    settle(row, RETURNED)
    told = tell(row, WAITING, receivers(row))
    record(actor, e.REPORT_AGAIN, row, changes={"state": (was, row.state)}, reason=reason.strip(), meta={"told": told})
    return row


def locked_report(actor: Actor, report: ContactReport | int) -> ContactReport:
    """The report as it is now, locked until the transaction ends, if it exists for the actor."""
    key = report if isinstance(report, int) else report.pk
    row: ContactReport | None = ContactReport.objects.select_for_update(of=("self",)).filter(pk=key).first()
    if row is None:
        raise OutOfScope
    require(actor, "service.view", row)
    return row


def save(row: ContactReport, *names: str) -> None:
    """What changed, with the next version."""
    row.version += 1
    row.save(update_fields=[*names, "version"])


def _tell_step(actor: Actor, row: ContactReport) -> None:
    if row.next_person is not None and row.has_open_step and row.next_person_id != actor.id:
        tell(row, STEP, [row.next_person])
