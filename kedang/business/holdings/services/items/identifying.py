"""鉴别: is it within the filing scope? First step of filing (A-I4)."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import FilingStep, ItemState
from kedang.business.holdings.events.items import ITEM_IDENTIFIED, ITEM_NOT_KEPT
from kedang.business.holdings.filing.proposal import Identification, propose_identification
from kedang.business.holdings.filing.rules import Rules
from kedang.business.holdings.models import DocumentType, Item
from kedang.business.holdings.services.items.writing import (
    locked_item,
    require_reason,
    require_state,
    save_change,
    trace,
)
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused


@transaction.atomic
def item_identify(
    *,
    actor: Actor,
    item: Item,
    is_kept: bool | None = None,
    document_type: DocumentType | int | None = None,
    reason: str = "",
    rules: Rules | None = None,
) -> Item:
    """Decide whether a document is kept, and of what kind it is; what is not said follows the proposal.

    Args:
        is_kept: within the filing scope or not.
        document_type: its kind, as a record or by key.
        reason: why otherwise than proposed.

    Raises:
        Refused: ``item_state``, ``type_unknown``, ``reason_missing``.
    """
    found = locked_item(actor, item)
    require_state(found, ItemState.RECEIVED)
    proposed = propose_identification(found, rules)
    kind = _kind(found, document_type) or proposed.document_type.value
    kept = _kept(proposed, is_kept, kind, found)
    differs = _differs(proposed, kind, kept)
    if differs:
        reason = require_reason(reason, _("与系统建议不同，请写明理由，例如“虽不在归档范围，但涉及诉讼”。"))
    decided = {"document_type": str(kind) if kind else "", "is_kept": kept}
    values: dict[str, Any] = {
        "state": ItemState.IDENTIFIED.value if kept else ItemState.OUT_OF_SCOPE.value,
        "document_type": kind,
    }
    if kind is not None and kind != found.document_type and found.secrecy_level < kind.secrecy_level:
        values["secrecy_level"] = kind.secrecy_level
    event = ITEM_IDENTIFIED if kept else ITEM_NOT_KEPT
    told = reason or proposed.because
    trace(
        actor, found, FilingStep.IDENTIFY, proposed=proposed.noted(), decided=decided,
        because=proposed.because, reason=reason if differs else "",
    )  # fmt: skip
    save_change(actor, found, event, values, reason=told)
    return found


def _kind(item: Item, asked: DocumentType | int | None) -> DocumentType | None:
    if asked is None:
        return None
    key = asked if isinstance(asked, int) else asked.pk
    found = DocumentType.objects.filter(pk=key, fonds_id=item.fonds_id, is_active=True).first()
    if found is None:
        raise Refused("type_unknown", _("所选的文件材料种类不存在或已停用，请重新选择。"), "document_type")
    return found


def _kept(proposed: Identification, asked: bool | None, kind: DocumentType | None, item: Item) -> bool:
    if asked is None:
        asked = True if item.belongs_to_id else kind.is_kept if kind is not None else None
    if asked is None or (asked and kind is None and item.belongs_to_id is None):
        raise Refused("type_unknown", proposed.document_type.because, "document_type")
    return asked


def _differs(proposed: Identification, kind: DocumentType | None, kept: bool) -> bool:
    """Whether the archivist decides otherwise than the rules: another kind than recognised, or against its own scope."""
    known = proposed.document_type.value
    if known is not None and kind != known:
        return True
    expected = (
        proposed.is_kept.value if proposed.is_kept.value is not None else kind.is_kept if kind is not None else None
    )
    return expected is None or expected != kept
