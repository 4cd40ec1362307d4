"""A code that was given and is given up again: void for ever, and kept with the item that had it."""

from contextlib import suppress

from django.db import transaction

from kedang.business.holdings.choices import CodeState
from kedang.business.holdings.codes.ledger import ITEM_KEY, series_of
from kedang.business.holdings.events.scheme import CODE_WITHDRAWN
from kedang.business.holdings.models import Item, ReferenceCode
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.numbering.services import number_void


@transaction.atomic
def code_withdraw(*, actor: Actor, item: Item, reason: str) -> str:
    """Take the code of an item back that is placed anew: void with the reason, kept with the item, never given again. The caller, who has
    asked for the right and locked the item, saves it without the code.

    Returns:
        The code that was withdrawn; empty where it had none.
    """
    code = item.reference_code
    if not code:
        return ""
    row = ReferenceCode.objects.select_for_update(of=("self",)).filter(fonds_id=item.fonds_id, code=code).first()
    if row is not None:
        row.state, row.reason = CodeState.VOID, reason[:200]
        row.save(update_fields=["state", "reason"])
    found = series_of(item.fonds_id, ITEM_KEY, code)
    if found is not None and found[1] <= found[0].last:
        with suppress(Refused):  # void already: its gap was explained by hand
            number_void(actor=actor, series=found[0], first=found[1], last=found[1], reason=reason)
    record(actor, CODE_WITHDRAWN, item, reason=reason, meta={"code": code})
    return code
