"""台账 of codes: numbers set aside, and gaps explained."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import CodeState
from kedang.business.holdings.codes.ledger import KEYS, tallies
from kedang.business.holdings.events.scheme import GAP_EXPLAINED
from kedang.business.holdings.models import ReferenceCode
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused
from kedang.foundation.numbering.models import NumberEntry, NumberSeries
from kedang.foundation.numbering.services import number_reserve, number_void

SHORTEST_REASON = 2


@transaction.atomic
def gap_explain(*, actor: Actor, series: NumberSeries, first: int, last: int, reason: str) -> NumberEntry:
    """Say why numbers of a series of codes stand for nothing; they are void from now on and never given again.

    Raises:
        Refused: ``reason_missing``, ``code_in_use`` (one of them belongs to something), ``number_not_issued``, ``number_void_already``.
    """
    found = _locked_series(actor, series)
    reason = _reason(reason)
    tally = tallies([found])[0]
    if 1 <= first <= last <= found.last:
        texts = [text for number in range(first, last + 1) for text in tally.texts(number)]
        held = (
            ReferenceCode.objects.filter(fonds_id=found.fonds_id, code__in=texts).exclude(state=CodeState.VOID).first()
        )
        if held is not None:
            told = _("档号 %(code)s 属于一卷或一件，不是空号。请刷新台账查看。")
            raise Refused("code_in_use", told % {"code": held}, "first")
    entry = number_void(actor=actor, series=found, first=first, last=last, reason=reason)
    now = clock.now()
    ReferenceCode.objects.bulk_create(
        [
            ReferenceCode(
                fonds_id=found.fonds_id, code=tally.text(number), state=CodeState.VOID, reason=reason, given_by=actor.display_name,
                given_at=now,
            )
            for number in range(first, last + 1)
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    meta = {"first": tally.text(first), "last": tally.text(last)}
    record(actor, GAP_EXPLAINED, entry, reason=reason, meta=meta, fonds_id=found.fonds_id)
    return entry


@transaction.atomic
def codes_reserve(*, actor: Actor, series: NumberSeries, count: int, reason: str) -> NumberEntry:
    """Set the next numbers of a series aside, e.g. for boxes that come later; they are taken up one by one by replacing a code.

    Raises:
        Refused: ``reason_missing``, ``reserve_count_odd``.
    """
    found = _locked_series(actor, series)
    return number_reserve(actor=actor, series=found, count=count, reason=_reason(reason))


def _locked_series(actor: Actor, series: NumberSeries) -> Any:
    require(actor, "holdings.scheme")
    found = NumberSeries.objects.select_for_update().filter(pk=series.pk, key__in=KEYS).first()
    if found is None or (not actor.is_system and found.fonds_id != actor.fonds_id):
        raise OutOfScope
    return found


def _reason(text: str) -> str:
    reason = text.strip()[:200]
    if len(reason) < SHORTEST_REASON:
        raise Refused("reason_missing", _("请写明理由，例如“编目撤销，号不再用”。"), "reason")
    return reason
