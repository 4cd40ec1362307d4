"""到期提醒: before the term ends, and step by step upwards once it is over."""

from django.db import transaction

from kedang.business.lending.choices import OUT_STATES
from kedang.business.lending.events import LOAN_REMINDED
from kedang.business.lending.models import LendingRules, Loan
from kedang.business.lending.services.fetching import CLOCK, loans_lapse
from kedang.business.lending.services.rules import rules_of
from kedang.business.lending.services.share_reminding import shares_remind
from kedang.business.lending.services.telling import DUE, OVERDUE, tell
from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.approvals.resolving import superior
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock

SOON, LATE, HEAD, ABOVE = 1, 2, 3, 4
"""Rungs of the ladder."""


def rung_of(rules: LendingRules, days_late: int) -> int:
    """How far up a loan's lateness (negative: days left) goes; 0 for not at all."""
    steps = ((ABOVE, rules.overdue_superior_days), (HEAD, rules.overdue_head_days), (LATE, rules.overdue_days))
    found = next((rung for rung, days in steps if days_late >= days), 0)
    return found or (SOON if -rules.remind_days <= days_late <= 0 else 0)


def people_of(loan: Loan, rung: int) -> list[Person]:
    """Who is told at a rung: the borrower always, from the third the head of the department, at the fourth the one above."""
    people = [loan.borrower]
    for level in range(1, rung - LATE + 1):
        people += [one for one in superior(loan.borrower, level, loan.fonds_id) if one not in people]
    return people


def loans_remind() -> int:
    """Daily: every loan that has come to a higher rung since it was last told of; how many. A rung is told of once."""
    told, today = 0, clock.today()
    for fonds_id in Fonds.objects.order_by("pk").values_list("pk", flat=True):
        rules = rules_of(fonds_id)
        rows = Loan.objects.filter(fonds_id=fonds_id, state__in=OUT_STATES, due_on__isnull=False, rung__lt=ABOVE)
        for key, due, rung in list(rows.order_by("pk").values_list("pk", "due_on", "rung")):
            if due is not None and rung_of(rules, (today - due).days) > rung:
                told += _remind(key, rules)
    return told


@transaction.atomic
def _remind(key: int, rules: LendingRules) -> int:
    row: Loan = Loan.objects.select_for_update(of=("self",)).select_related("borrower__department").get(pk=key)
    if row.state not in OUT_STATES or row.due_on is None:
        return 0
    rung = rung_of(rules, (clock.today() - row.due_on).days)
    if rung <= row.rung:
        return 0
    before, row.rung, row.reminded_at, row.version = row.rung, rung, clock.now(), row.version + 1
    row.save(update_fields=["rung", "reminded_at", "version"])
    names = tell(row, people_of(row, rung), DUE if rung == SOON else OVERDUE)
    record(CLOCK, LOAN_REMINDED, row, changes={"rung": (before, rung)}, meta={"to": names})
    return 1


def daily() -> dict[str, int]:
    """What the desk does by itself every morning."""
    return {"lapsed": loans_lapse(), "told": loans_remind(), "shares": shares_remind()}
