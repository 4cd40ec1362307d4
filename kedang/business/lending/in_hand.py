"""Loans in somebody's hands when they leave or move: what is out on their name, and what lies or waits for them."""

from collections.abc import Iterator

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kedang.business.lending.choices import OPEN_STATES
from kedang.business.lending.events import LOAN_PASSED_ON
from kedang.business.lending.models import Loan
from kedang.business.lending.services.locking import locked_loan, save
from kedang.foundation.access.handover import HandoverKind, InHand, declare
from kedang.foundation.access.models import Person
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor


def loans_of(person: Person) -> Iterator[InHand]:
    """Loans on the person's name that are not back yet."""
    for row in Loan.objects.filter(borrower=person, state__in=OPEN_STATES).order_by("id"):
        due = _now("应还 %(day)s") % {"day": row.due_on.isoformat()} if row.due_on else str(row.get_state_display())
        yield InHand(row.pk, f"{row.subject_code} {row.subject_title}".strip(), row.number, due, row.secrecy_level)


def loan_pass(actor: Actor, leaver: Person, to: Person, key: int, why: str) -> None:
    """The thing stays out, on the successor's name and by the same day; their signature is that of the hand-over."""
    row = locked_loan(actor, key, "lending.view")
    if row.borrower_id != leaver.pk or row.state not in OPEN_STATES:
        return
    row.borrower, row.department = to, to.department
    save(row, "borrower", "department")
    record(actor, LOAN_PASSED_ON, row, changes={"borrower": (leaver.name, to.name)}, reason=why)


def declare_kinds() -> None:
    """At start-up."""
    declare(
        HandoverKind("lending.loan", _("借阅未还"), "lending.loan", loans_of, loan_pass, needs="lending.view", order=15)
    )
