"""While it is out: renewing, and asking for it back."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.lending.choices import OUT_STATES, LoanState, Place
from kedang.business.lending.events import LOAN_RECALLED, LOAN_RENEWED
from kedang.business.lending.models import Loan
from kedang.business.lending.services.fetching import reason_of, refuse_not_own
from kedang.business.lending.services.locking import locked_loan, queue_of, refuse_state, save
from kedang.business.lending.services.rules import rules_of
from kedang.business.lending.services.telling import RECALLED, settle, tell
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

RECALL_DAYS = 3


@transaction.atomic
def loan_renew(*, actor: Actor, loan: Loan) -> Loan:
    """A further term, by the borrower or the desk; not where others wait, it was recalled or it is overdue.

    Raises:
        Refused: ``loan_state``, ``loan_recalled``, ``loan_overdue``, ``renewed_enough``, ``others_wait``, ``room_not_renewed``.
        NotAllowed: somebody else's.
    """
    row = locked_loan(actor, loan, "lending.view")
    refuse_not_own(actor, row)
    refuse_state(row, *OUT_STATES)
    _refuse_renewing(row)
    rules = rules_of(row.fonds_id)
    before = row.due_on
    row.due_on, row.renewals, row.rung = _due(row) + timedelta(days=rules.renew_days), row.renewals + 1, 0
    save(row, "due_on", "renewals", "rung")
    changes = {"due_on": (before, row.due_on), "renewals": (row.renewals - 1, row.renewals)}
    record(actor, LOAN_RENEWED, row, changes=changes)
    settle(row)
    return row


def _refuse_renewing(row: Loan) -> None:
    rules, said = rules_of(row.fonds_id), {"number": row.number, "day": row.due_on}
    if row.place == Place.ROOM:
        raise Refused("room_not_renewed", _("阅览室查阅当日归还，不办理续借。"))
    if row.state == LoanState.RECALLED:
        raise Refused("loan_recalled", _("借阅 %(number)s 已催还，请于 %(day)s 前归还，不能续借。") % said)
    if _due(row) < clock.today():
        raise Refused("loan_overdue", _("借阅 %(number)s 已于 %(day)s 到期，请先归还；仍需使用的，重新申请。") % said)
    if row.renewals >= rules.renew_times:
        told = _("借阅 %(number)s 已续借 %(n)s 次，达到上限，请按期归还。")
        raise Refused("renewed_enough", told % {**said, "n": row.renewals})
    waiting = queue_of(row.thing)
    if waiting:
        told = _("“%(name)s”有 %(n)s 人在等候，不能续借，请于 %(day)s 前归还。")
        raise Refused("others_wait", told % {"name": row.subject_code, "n": len(waiting), "day": row.due_on})


@transaction.atomic
def loan_recall(*, actor: Actor, loan: Loan, reason: str, back_on: date | None = None) -> Loan:
    """Ask for it back before its time, by a day.

    Raises:
        Refused: ``loan_state``, ``reason_missing``, ``recall_day``.
    """
    row = locked_loan(actor, loan, "lending.keep")
    refuse_state(row, LoanState.ISSUED)
    told, today, due = reason_of(reason, _("立卷单位急用")), clock.today(), _due(row)
    day = back_on or min(due, today + timedelta(days=RECALL_DAYS))
    if day < today:
        raise Refused("recall_day", _("归还日期不能早于今天。"), "back_on")
    changes: dict[str, tuple[Any, Any]] = {"state": (row.state, LoanState.RECALLED)}
    if day < due:
        changes["due_on"] = (due, day)
        row.due_on, row.rung = day, 0
    row.state, row.recalled_at, row.recall_reason = LoanState.RECALLED, clock.now(), told
    save(row, "state", "recalled_at", "recall_reason", "due_on", "rung")
    record(actor, LOAN_RECALLED, row, changes=changes, reason=told, meta={"to": tell(row, [row.borrower], RECALLED)})
    return row


def _due(row: Loan) -> date:
    if row.due_on is None:
        raise LookupError(f"loan {row.pk} is out without a term")
    return row.due_on
