"""去向: taking paper out of the store and bringing it back. Lending and disposal meet here and refuse each other without having met.

A volume that is issued takes its papers with it: they are away too. A paper that is out of its volume by itself keeps the volume at home,
until it is back. The volume is locked before its papers, always in this order.
"""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.models import Customer
from kedang.business.holdings.choices import Carrier, ItemState, VolumeState, Whereabouts
from kedang.business.holdings.events.custody import THING_CAME_BACK, THING_ISSUED, THING_PUT_BACK, THING_WITHDRAWN
from kedang.business.holdings.models import Item, Volume
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

Thing = Volume | Item
Guard = Callable[[Thing], Refused | None]
_guards: list[Guard] = []


def guard(refuses: Guard) -> None:
    """Rooms above say what stands against withdrawing a thing (it is promised to a reader). At start-up only."""
    if refuses not in _guards:
        _guards.append(refuses)


def thing_locked(thing: Thing) -> Thing:
    """The thing as it is now, under lock until the transaction ends; of a paper in a volume, the volume too and first.

    Raises:
        OutOfScope: there is none.
    """
    if isinstance(thing, Volume):
        volume: Volume | None = Volume.objects.select_for_update(of=("self",)).filter(pk=thing.pk).first()
        if volume is None:
            raise OutOfScope
        return volume
    inside = Item.objects.filter(pk=thing.pk).values_list("volume_id", flat=True).first()
    above = Volume.objects.select_for_update(of=("self",)).filter(pk=inside).first() if inside else None
    item: Item | None = Item.objects.select_for_update(of=("self",)).filter(pk=thing.pk).first()
    if item is None or item.volume_id != inside:
        raise OutOfScope
    if above is not None:
        item.volume = above
    return item


def held(thing: Thing, *, for_loan: bool = False) -> Refused | None:
    """Why a thing must stay as it is: it, its volume, its papers or its customer is held (冻结). Called with the thing locked; the
    customer is locked here, so that a hold that is set at the same moment is seen or sees what was done.
    """
    name = {"name": thing.reference_code or thing.title}
    column = "loan_hold_count" if for_loan else "hold_count"
    is_held = bool(getattr(thing, column))
    if isinstance(thing, Volume):
        is_held = is_held or thing.items.filter(**{f"{column}__gt": 0}).exists()
    elif thing.volume is not None:
        is_held = is_held or bool(getattr(thing.volume, column))
    if not is_held and not for_loan and thing.customer_id is not None:
        owner = (
            Customer.objects.select_for_update(of=("self",))
            .only("id", "hold_count")
            .filter(pk=thing.customer_id)
            .first()
        )
        is_held = owner is not None and owner.is_held
    if not is_held:
        return None
    if for_loan:
        return Refused("thing_held", _("“%(name)s”已冻结且不外借，解除冻结后才能借出。") % name)
    return Refused("thing_held", _("“%(name)s”或其客户已冻结，冻结期间不得提出、移出或销毁。") % name)


def away(thing: Thing) -> Refused | None:
    """Why a thing cannot leave the store now, or None: destroyed, without paper, out, withdrawn, or part of something that is."""
    name = {"name": thing.reference_code or thing.title}
    if thing.whereabouts == Whereabouts.GONE or thing.state in (
        VolumeState.DESTROYED,
        ItemState.DESTROYED,
        ItemState.REMOVED,
    ):
        return Refused("thing_gone", _("“%(name)s”已移出或销毁，没有实物可借。") % name)
    if thing.carrier == Carrier.ELECTRONIC:
        return Refused("no_paper", _("“%(name)s”只有电子文件，没有实物可借。请申请查档，在线阅读。") % name)
    if thing.whereabouts == Whereabouts.WITHDRAWN:
        return Refused("thing_withdrawn", _("“%(name)s”已提出待销毁，不能借出。请联系档案室。") % name)
    if refusal := held(thing, for_loan=True):
        return refusal
    if isinstance(thing, Volume):
        if thing.state == VolumeState.OPEN:
            return Refused("volume_open", _("案卷“%(name)s”还在组卷，结卷后才能借阅。") % name)
        if thing.whereabouts == Whereabouts.ISSUED:
            return Refused("thing_issued", _("“%(name)s”已经借出，还没有归还。") % name)
        papers = thing.items.exclude(whereabouts=Whereabouts.IN_STORE).count()
        if papers:  # their titles may be above what the reader of this sentence may know
            told = _("案卷“%(name)s”中有 %(n)s 件不在库，收回后才能整卷借出。")
            return Refused("paper_of_volume_away", told % {**name, "n": papers})
        return None
    above = thing.volume
    if above is not None and above.whereabouts != Whereabouts.IN_STORE:
        told = _("“%(name)s”随案卷“%(volume)s”不在库（%(where)s）。")
        said = {**name, "volume": above.reference_code, "where": above.get_whereabouts_display()}
        return Refused("volume_of_paper_away", told % said)
    if thing.whereabouts == Whereabouts.ISSUED:
        return Refused("thing_issued", _("“%(name)s”已经借出，还没有归还。") % name)
    return None


@transaction.atomic
def thing_issue(*, actor: Actor, thing: Thing, reason: str = "") -> Thing:
    """Out of the store into a reader's hands, as part of a loan; that act has asked for its own right.

    Raises:
        Refused: what :func:`away` says.
    """
    row = thing_locked(thing)
    _refuse(away(row))
    _set(actor, row, Whereabouts.ISSUED, THING_ISSUED, reason)
    if isinstance(row, Volume):
        row.items.exclude(carrier=Carrier.ELECTRONIC).update(whereabouts=Whereabouts.ISSUED)
    return row


@transaction.atomic
def thing_take_back(*, actor: Actor, thing: Thing, reason: str = "") -> Thing:
    """Back from a reader, as part of a return.

    Raises:
        Refused: ``thing_not_out``.
    """
    row = thing_locked(thing)
    if row.whereabouts != Whereabouts.ISSUED:
        told = _("“%(name)s”的去向是“%(where)s”，不是借出，不能办理归还。")
        said = {"name": row.reference_code or row.title, "where": row.get_whereabouts_display()}
        raise Refused("thing_not_out", told % said)
    _set(actor, row, Whereabouts.IN_STORE, THING_CAME_BACK, reason)
    if isinstance(row, Volume):
        row.items.filter(whereabouts=Whereabouts.ISSUED).update(whereabouts=Whereabouts.IN_STORE)
    return row


@transaction.atomic
def thing_withdraw(*, actor: Actor, thing: Thing, reason: str) -> Thing:
    """提出待销毁: out of use, until it is destroyed or put back.

    Raises:
        Refused: ``reason_missing``, what :func:`away` says, and what rooms above have against it.
    """
    require(actor, "custody.keep")
    row = thing_locked(thing)
    require(actor, "custody.keep", row)
    told = _reason(reason)
    _refuse(held(row))
    _refuse(away(row))
    for refuses in _guards:
        _refuse(refuses(row))
    _set(actor, row, Whereabouts.WITHDRAWN, THING_WITHDRAWN, told)
    if isinstance(row, Volume):
        row.items.exclude(carrier=Carrier.ELECTRONIC).update(whereabouts=Whereabouts.WITHDRAWN)
    return row


@transaction.atomic
def thing_put_back(*, actor: Actor, thing: Thing, reason: str) -> Thing:
    """Back into use: it is not destroyed after all.

    Raises:
        Refused: ``reason_missing``, ``thing_not_withdrawn``.
    """
    require(actor, "custody.keep")
    row = thing_locked(thing)
    require(actor, "custody.keep", row)
    told = _reason(reason)
    if row.whereabouts != Whereabouts.WITHDRAWN:
        said = {"name": row.reference_code or row.title}
        raise Refused("thing_not_withdrawn", _("“%(name)s”没有提出待销毁，不用放回。") % said)
    _set(actor, row, Whereabouts.IN_STORE, THING_PUT_BACK, told)
    if isinstance(row, Volume):
        row.items.filter(whereabouts=Whereabouts.WITHDRAWN).update(whereabouts=Whereabouts.IN_STORE)
    return row


def _set(actor: Actor, row: Any, to: Whereabouts, event: Any, reason: str) -> None:
    before, row.whereabouts = row.whereabouts, to
    row.save(update_fields=["whereabouts"])
    record(actor, event, row, changes={"whereabouts": (before, to)}, reason=reason)


def _refuse(refusal: Refused | None) -> None:
    if refusal is not None:
        raise refusal


def _reason(reason: str) -> str:
    told = " ".join(reason.split())[:300]
    if len(told) < 2:
        raise Refused("reason_missing", _("请写明原因，例如“列入2026年第一批销毁清册”。"), "reason")
    return told
