"""Locks of the loan desk, always in the same order: the thing (its volume first), then its loans."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from kedang.business.holdings.models import Item, Volume
from kedang.business.holdings.services.whereabouts import thing_locked
from kedang.business.lending.choices import WAITING_STATES, LoanState
from kedang.business.lending.models import Loan
from kedang.foundation.access.policies import require
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

Thing = Volume | Item


def locked_loan(actor: Actor, loan: Loan | int, action: str) -> Loan:
    """The loan as it is now, under lock together with its thing, once the actor may do the action.

    Raises:
        OutOfScope, NotAllowed.
    """
    key = loan if isinstance(loan, int) else loan.pk
    seen: Loan | None = Loan.objects.select_related("volume", "item").filter(pk=key).first()
    if seen is None:
        raise OutOfScope
    require(actor, action, seen)
    thing = thing_locked(seen.thing)
    row: Loan = Loan.objects.select_for_update(of=("self",)).select_related("borrower").get(pk=seen.pk)
    if isinstance(thing, Volume):
        row.volume = thing
    else:
        row.item = thing
    row.secrecy_level = thing.secrecy_level
    return row


def of_thing(thing: Thing) -> dict[str, int]:
    """Condition on the loans of a thing."""
    return {"volume_id": thing.pk} if isinstance(thing, Volume) else {"item_id": thing.pk}


def queue_of(thing: Thing) -> list[Loan]:
    """Who waits for a thing, first come first served; also who has it ready at the desk."""
    rows = Loan.objects.filter(**of_thing(thing), state__in=WAITING_STATES)
    return list(rows.select_related("borrower").order_by("pk"))


def related(thing: Thing) -> Any:
    """Loans of a thing, of its papers, and of the volume it is in."""
    if isinstance(thing, Volume):
        return Loan.objects.filter(Q(volume=thing) | Q(item__volume=thing))
    return (
        Loan.objects.filter(Q(item=thing) | Q(volume_id=thing.volume_id))
        if thing.volume_id
        else Loan.objects.filter(item=thing)
    )


def promised(thing: Thing) -> Refused | None:
    """Guard of holdings: what lies at the desk for a reader is not withdrawn."""
    near = related(thing).filter(state=LoanState.PREPARED).first()
    if near is None:
        return None
    told = _("“%(name)s”已为读者提取（%(number)s），请先办完或取消借阅，再提出待销毁。")
    return Refused("promised_to_reader", told % {"name": near.subject_code, "number": near.number})


def refuse_state(loan: Loan, *wanted: LoanState) -> None:
    """The loan must be in one of these states.

    Raises:
        Refused: ``loan_state``.
    """
    if loan.state not in wanted:
        told = _("借阅 %(number)s 现在是“%(state)s”，不能办理这一步，可能刚由他人办理。请刷新后再看。")
        raise Refused("loan_state", told % {"number": loan.number, "state": loan.get_state_display()}, state=loan.state)


def save(loan: Loan, *names: str) -> None:
    """Save the named fields, the level and the next version."""
    loan.version += 1
    loan.save(update_fields=[*names, "secrecy_level", "version"])
