"""附属关系 (A-I10): attachments, drafts, requests, what was forwarded, other languages belong to a document and stay with it."""

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import ItemState, Relation
from kedang.business.holdings.events.items import ITEM_BOUND, ITEM_UNBOUND
from kedang.business.holdings.filing.group import GONE
from kedang.business.holdings.models import Item
from kedang.business.holdings.services.items.writing import (
    DELIVER,
    FILE,
    full,
    locked_item,
    require_open,
    require_reason,
    save_change,
)
from kedang.foundation.access.policies import require
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

EARLY = (ItemState.RECEIVED, ItemState.IDENTIFIED)


@transaction.atomic
def item_bind(*, actor: Actor, item: Item, belongs_to: Item, relation: str) -> Item:
    """Say that an item belongs to another: they are filed together from now on.

    Raises:
        Refused: ``relation_unknown``, ``bound_to_itself``, ``bound_already``, ``main_is_companion``, ``has_companions``, ``item_ended``,
            ``companions_apart`` when both lie in different volumes already.
    """
    if relation not in Relation.values:
        raise Refused("relation_unknown", _("请选择与所属文件的关系。"), "relation")
    if item.pk == belongs_to.pk:
        raise Refused("bound_to_itself", _("一件文件不能从属于它自己，请另选。"), "belongs_to")
    low, high = sorted((item, belongs_to), key=lambda one: one.pk)
    action = DELIVER if item.state == ItemState.RECEIVED else FILE
    locked = {one.pk: locked_item(actor, one, action if one.pk == item.pk else "holdings.view") for one in (low, high)}
    found, main = locked[item.pk], locked[belongs_to.pk]
    _check(found, main)
    require_open(actor, found.volume)
    values = {"belongs_to": main, "relation": relation}
    save_change(actor, found, ITEM_BOUND, values, action=action)
    bound: Item = full(Item.objects.filter(pk=found.pk)).get()
    return bound


def _check(item: Item, main: Item) -> None:
    if item.fonds_id != main.fonds_id:
        raise OutOfScope
    for one in (item, main):
        if one.state in GONE:
            told = _("“%(title)s”为“%(state)s”，不能登记附属关系。")
            raise Refused("item_ended", told % {"title": one.title, "state": one.get_state_display()}, "belongs_to")
    if item.belongs_to_id is not None:
        told = _("此件已是“%(main)s”的%(relation)s，请先解除，再登记新的关系。")
        names = {"main": item.belongs_to.title if item.belongs_to else "", "relation": item.get_relation_display()}
        raise Refused("bound_already", told % names, "belongs_to")
    if main.belongs_to_id is not None:
        told = _("“%(main)s”自己从属于另一件文件，请选择那一件正件。")
        raise Refused("main_is_companion", told % {"main": main.title}, "belongs_to")
    if item.companions.exclude(state__in=GONE).exists():
        raise Refused("has_companions", _("此件自己带有附属文件，请先把它们改属正件。"), "belongs_to")
    if item.state in EARLY:
        return
    if item.volume_id != main.volume_id or (item.series_id, item.year) != (main.series_id, main.year):
        told = _("两件已分放两处：成套文件须在同一卷。请先把此件退回重办，登记关系后随正件定位。")
        raise Refused("companions_apart", told, "belongs_to")


@transaction.atomic
def item_unbind(*, actor: Actor, item: Item, reason: str) -> Item:
    """Take a relation back, which was a mistake.

    Raises:
        Refused: ``not_bound``, ``reason_missing``, ``volume_closed``.
    """
    reason = require_reason(reason, _("解除附属关系须写明理由，例如“误登为附件”。"))
    found = locked_item(actor, item, DELIVER if item.state == ItemState.RECEIVED else FILE)
    if found.state != ItemState.RECEIVED:
        require(actor, FILE, found)
    if found.belongs_to_id is None:
        raise Refused("not_bound", _("此件没有登记附属关系，可能刚由他人解除。"))
    require_open(actor, found.volume)
    action = DELIVER if found.state == ItemState.RECEIVED else FILE
    save_change(actor, found, ITEM_UNBOUND, {"belongs_to": None, "relation": ""}, reason=reason, action=action)
    return found
