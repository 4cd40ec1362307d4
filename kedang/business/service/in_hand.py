"""Reports in somebody's hands when they leave or move: not accepted yet, or with a next step that is theirs."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kedang.business.service.choices import OPEN_STATES
from kedang.business.service.events import REPORT_PASSED_ON
from kedang.business.service.models import ContactReport
from kedang.business.service.policies import REPORT, VIEW
from kedang.business.service.services.reminding import step_open
from kedang.business.service.services.reporting import save
from kedang.foundation.access.handover import HandoverKind, InHand, declare
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import can
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused


def in_hands(person: Person) -> Q:
    """Reports that wait for something of the person's."""
    return Q(keeper=person, state__in=OPEN_STATES) | step_open() & Q(next_person=person)


def reports_of(person: Person) -> Iterator[InHand]:
    """Each with its number; what it is about is for its readers."""
    rows = (
        ContactReport.objects.filter(in_hands(person), fonds_id=person.fonds_id)
        .select_related("customer")
        .order_by("id")
    )
    for row in rows:
        due = (
            _now("后续期限 %(day)s") % {"day": row.next_due_on.isoformat()}
            if row.has_open_step and row.next_due_on
            else ""
        )
        level = max(row.secrecy_level, row.customer.secrecy_level)
        yield InHand(row.pk, str(row.get_kind_display()), row.number, due or str(row.get_state_display()), level)


def report_pass(actor: Actor, leaver: Person, to: Person, key: int, why: str) -> None:
    """The successor answers for the report and does what was agreed; who reported it stays written.

    Raises:
        Refused: ``successor_blind``.
    """
    row = ContactReport.objects.select_for_update(of=("self",)).filter(in_hands(leaver), pk=key).first()
    if row is None:
        return
    if not can(to, VIEW.code, row):
        told = _now("%(who)s看不到此客户或此密级的报告。请先把客户交给%(who)s，再转交此项。")
        raise Refused("successor_blind", told % {"who": to.name})
    names = []
    if row.keeper_id == leaver.pk:
        row.keeper = to
        names.append("keeper")
    if row.has_open_step and row.next_person_id == leaver.pk:
        row.next_person = to
        names.append("next_person")
    save(row, *names)
    record(actor, REPORT_PASSED_ON, row, changes=dict.fromkeys(names, (leaver.pk, to.pk)), reason=why)


def declare_kinds() -> None:
    """At start-up."""
    declare(
        HandoverKind(
            "service.report",
            _("重大事项报告与后续事项"),
            "service.contactreport",
            reports_of,
            report_pass,
            needs=REPORT.code,
            order=12,
        )
    )
