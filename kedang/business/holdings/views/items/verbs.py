"""Verbs whose other record is named in words."""

from typing import Any

from django.utils.translation import gettext as _

from kedang.business.holdings.models import Item
from kedang.business.holdings.services.items import item_advance, item_bind, item_gather
from kedang.business.holdings.views.pickers import ItemField
from kedang.foundation.kernel.refused import Refused


def bind_named(*, actor: Any, item: Item, main: str, relation: str) -> Item:
    """:func:`item_bind` with the main document as people name it."""
    found = ItemField(actor).named(" ".join(main.split()))
    if found is None:
        raise Refused(
            "main_unknown", _("没有找到“%(text)s”，请从提示中选择，或填写它的档号。") % {"text": main[:40]}, "main"
        )
    return item_bind(actor=actor, item=item, belongs_to=found, relation=relation)


def advance_told(*, actor: Any, item: Item) -> str:
    """:func:`item_advance`; the sentence says where it stopped and why, empty when it went all the way."""
    stopped: list[str] = []
    return _told(item_advance(actor=actor, item=item, stopped=stopped), stopped)


def gather_told(*, actor: Any, item: Item) -> str:
    """:func:`item_gather`, told the same way."""
    stopped: list[str] = []
    return _told(item_gather(actor=actor, item=item, stopped=stopped), stopped)


def _told(after: Item, stopped: list[str]) -> str:
    if not stopped:
        return ""
    return _("停在“%(state)s”：%(why)s") % {"state": after.get_state_display(), "why": stopped[0]}
