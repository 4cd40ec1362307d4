"""提取: fetching a thing for the first in the queue, giving it up again, and telling who is next."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import constraints_refuse
from kedang.business.holdings.services.whereabouts import away
from kedang.business.lending.choices import TAKEN_STATES, WAITING_STATES, LoanState
from kedang.business.lending.events import LOAN_CANCELLED, LOAN_LAPSED, LOAN_NEXT_TOLD, LOAN_PREPARED
from kedang.business.lending.models import Loan
from kedang.business.lending.services.locking import Thing, locked_loan, queue_of, refuse_state, related, save
from kedang.business.lending.services.rules import rules_of
from kedang.business.lending.services.telling import READY, TURN, settle, tell
from kedang.foundation.access.policies import can
from kedang.foundation.audit.record import record
from kedang.foundation.audit.vocabulary import EventType
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor, system_actor
from kedang.foundation.kernel.refused import NotAllowed, Refused

CLOCK = system_actor("定时任务")


@transaction.atomic
def loan_fetch(*, actor: Actor, loan: Loan) -> Loan:
    """From the shelf to the desk, where it is kept for the reader for as many days as the rules say.

    Raises:
        Refused: ``loan_state``, ``not_first``, ``kept_for_another``, what ``whereabouts.away`` says.
    """
    row = locked_loan(actor, loan, "lending.keep")
    refuse_state(row, LoanState.RESERVED)
    fetch(actor, row)
    return row


def fetch(actor: Actor, row: Loan) -> None:
    """The act of :func:`loan_fetch`, for a loan under lock."""
    thing = row.thing
    refuse_not_free(row, thing)
    row.state, row.prepared_by, row.prepared_at = LoanState.PREPARED, actor.display_name[:80], clock.now()
    row.held_until = clock.today() + timedelta(days=rules_of(row.fonds_id).hold_days)
    told = _("“%(name)s”刚由他人提取，请刷新后再看。") % {"name": row.subject_code}
    said = ("kept_for_another", "", told)
    with constraints_refuse(
        {"loan_volume_taken_once": said, "loan_item_taken_once": said, "volume_id": said, "item_id": said}
    ):
        save(row, "state", "prepared_by", "prepared_at", "held_until")
    changes = {"state": (LoanState.RESERVED, LoanState.PREPARED), "held_until": (None, row.held_until)}
    record(actor, LOAN_PREPARED, row, changes=changes)
    tell(row, [row.borrower], READY)


def refuse_not_free(row: Loan, thing: Thing) -> None:
    """The thing must be in store, the loan first in the queue, and nothing of it kept for somebody else.

    Raises:
        Refused.
    """
    stands = away(thing)
    if stands is not None:
        raise stands
    first = next(iter(queue_of(thing)), row)
    if first.pk != row.pk:
        told = _("“%(name)s”由 %(who)s 先登记（%(number)s），请按先后办理；对方不再需要的，先取消其登记。")
        raise Refused("not_first", told % {"name": row.subject_code, "who": first.reader, "number": first.number})
    near = related(thing).filter(state__in=TAKEN_STATES).exclude(pk=row.pk).select_related("borrower").first()
    if near is not None:
        told = _("“%(name)s”已为 %(who)s 提取（%(number)s），请先办完或取消。")
        raise Refused("kept_for_another", told % {"name": near.subject_code, "who": near.reader, "number": near.number})


@transaction.atomic
def loan_cancel(*, actor: Actor, loan: Loan, reason: str) -> Loan:
    """No longer wanted: by the reader or the desk, before it was handed over. The next in the queue is told.

    Raises:
        Refused: ``loan_state``, ``reason_missing``. NotAllowed: somebody else's.
    """
    row = locked_loan(actor, loan, "lending.view")
    refuse_not_own(actor, row)
    refuse_state(row, *WAITING_STATES)
    told = reason_of(reason, _("项目取消，不再需要"))
    give_up(actor, row, told, LOAN_CANCELLED)
    return row


def give_up(actor: Actor, row: Loan, reason: str, event: EventType) -> None:
    """Off the queue; who is next gets to know."""
    before, row.state = row.state, LoanState.CANCELLED
    row.closed_by, row.closed_at, row.closing_note = actor.display_name[:80], clock.now(), reason
    save(row, "state", "closed_by", "closed_at", "closing_note")
    record(actor, event, row, changes={"state": (before, LoanState.CANCELLED)}, reason=reason)
    settle(row)
    if before == LoanState.PREPARED:
        tell_next(actor, row.thing)


def tell_next(actor: Actor, thing: Thing) -> Loan | None:
    """The first in the queue is told that it is their turn, once."""
    waiting = queue_of(thing)
    first = waiting[0] if waiting else None
    if first is None or first.state != LoanState.RESERVED or first.told_at is not None or away(thing) is not None:
        return None
    first.told_at = clock.now()
    first.version += 1
    first.save(update_fields=["told_at", "version"])
    record(actor, LOAN_NEXT_TOLD, first, changes={"told_at": (None, first.told_at)})
    tell(first, [first.borrower], TURN)
    return first


def loans_lapse() -> int:
    """Daily: what was not collected in time goes back, and to who is next. How many."""
    keys = (
        Loan.objects.filter(state=LoanState.PREPARED, held_until__lt=clock.today())
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    return sum(_lapse(key) for key in list(keys))


@transaction.atomic
def _lapse(key: int) -> int:
    row = locked_loan(CLOCK, key, "lending.keep")
    if row.state != LoanState.PREPARED or row.held_until is None or row.held_until >= clock.today():
        return 0
    give_up(CLOCK, row, _("保留到 %(day)s，逾期未领") % {"day": row.held_until}, LOAN_LAPSED)
    return 1


def refuse_not_own(actor: Actor, row: Loan) -> None:
    """What readers do themselves they do with their own loans; the desk with all.

    Raises:
        NotAllowed.
    """
    if actor.is_system or can(actor, "lending.keep", row):
        return
    if row.borrower_id != actor.id or not can(actor, "lending.reserve"):
        raise NotAllowed(_("这是他人的借阅，只有借阅人本人和档案管理员可以办理。"))


def reason_of(reason: str, example: str) -> str:
    """The reason, or the refusal that asks for one."""
    told = " ".join(reason.split())[:300]
    if len(told) < 2:
        raise Refused("reason_missing", _("请写明原因，例如“%(example)s”。") % {"example": example}, "reason")
    return told
