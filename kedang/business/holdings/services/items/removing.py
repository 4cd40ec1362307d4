"""退回重办 and 移出: the way back out of filing, each with its reason."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import ItemState, Whereabouts
from kedang.business.holdings.events.items import ITEM_REMOVED, ITEM_STEPPED_BACK
from kedang.business.holdings.filing.group import together_of
from kedang.business.holdings.models import Item
from kedang.business.holdings.services.code_withdrawing import code_withdraw
from kedang.business.holdings.services.items.writing import (
    locked_item,
    require_open,
    require_reason,
    require_state,
    save_change,
)
from kedang.business.holdings.services.whereabouts import held
from kedang.foundation.files.models import StoredFile
from kedang.foundation.files.reading.forgetting import derived_withdraw
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

BACK = {
    ItemState.OUT_OF_SCOPE.value: ItemState.RECEIVED,
    ItemState.IDENTIFIED.value: ItemState.RECEIVED,
    ItemState.PLACED.value: ItemState.IDENTIFIED,
    ItemState.CATALOGUED.value: ItemState.PLACED,
}
"""To which step a document goes back."""


@transaction.atomic
def item_step_back(*, actor: Actor, item: Item, reason: str) -> Item:
    """One step back, where the step was a mistake. Back from its place it leaves its volume; its companions go back with it.

    A code that it has got by then is void from now on, stays findable and leads to the one it gets when it is catalogued anew.

    Raises:
        Refused: ``item_state``, ``reason_missing``, ``companion_follows``, ``volume_closed``.
    """
    reason = require_reason(reason, _("退回重办须写明理由，例如“类别选错”。"))
    found = locked_item(actor, item)
    require_state(found, *(ItemState(state) for state in BACK))
    require_open(actor, found.volume)
    if found.state == ItemState.PLACED:
        _leave_place(actor, found, reason)
        return locked_item(actor, found)
    save_change(actor, found, ITEM_STEPPED_BACK, {"state": BACK[found.state].value}, reason=reason)
    return found


def _leave_place(actor: Actor, item: Item, reason: str) -> None:
    """Back to 待定位, out of the volume, with all that belongs together."""
    group = together_of(item)
    if group.main.pk != item.pk and group.main.state not in (ItemState.RECEIVED, ItemState.IDENTIFIED):
        told = _("此件随“%(main)s”定位，请退回“%(main)s”，本件随之退回。")
        raise Refused("companion_follows", told % {"main": group.main.title})
    along = [item, *(one for one in group.companions if one.pk != item.pk)]
    late = next(
        (one for one in along if one.state not in (ItemState.PLACED, ItemState.IDENTIFIED, ItemState.RECEIVED)), None
    )
    if late is not None:
        told = _("成套的“%(title)s”已是“%(state)s”，请先把它退回到待编目。")
        raise Refused("companion_follows", told % {"title": late.title, "state": late.get_state_display()})
    _release(actor, item, reason)
    for one in along:
        fresh = Item.objects.select_related("series", "retention").get(pk=one.pk)
        if fresh.state == ItemState.PLACED:
            values: dict[str, Any] = {
                "state": ItemState.IDENTIFIED.value,
                "series": None,
                "year": None,
                "retention": None,
            }
            if fresh.reference_code:
                code_withdraw(actor=actor, item=fresh, reason=reason)
                values |= {"reference_code": "", "number": None}
            save_change(actor, fresh, ITEM_STEPPED_BACK, values, reason=reason)


@transaction.atomic
def item_remove(*, actor: Actor, item: Item, reason: str) -> Item:
    """移出: a document leaves the archive's order; its entry, code, files and history stay. What belongs to it goes with it. The text that
    was taken out of its files is given up: nobody finds it by its words any more.

    Raises:
        Refused: ``item_state``, ``reason_missing``, ``item_away``, ``volume_closed``, ``companion_follows``.
    """
    reason = require_reason(reason, _("移出须写明理由，例如“误归他人文件，退回销售部”。"))
    found = locked_item(actor, item)
    require_state(found, *(state for state in ItemState if state not in (ItemState.REMOVED, ItemState.DESTROYED)))
    require_open(actor, found.volume)
    group = together_of(found)
    along = group.every if group.main.pk == found.pk else [found]
    away = next((one for one in along if one.whereabouts != Whereabouts.IN_STORE), None)
    if away is not None:
        told = _("“%(title)s”的去向是“%(where)s”，归还以后才能移出。")
        raise Refused("item_away", told % {"title": away.title, "where": away.get_whereabouts_display()})
    for one in along:
        if refusal := held(one):
            raise refusal
    if len(along) == 1 and found.belongs_to_id is not None and found.volume_id is not None:
        told = _("此件是“%(main)s”的%(relation)s，成套文件一并移出；只移出此件的，请先解除附属关系。")
        names = {"main": group.main.title, "relation": found.get_relation_display()}
        raise Refused("companion_follows", told % names)
    _release(actor, found, reason)
    _off_the_shelf(actor, along, reason)
    for one in along:
        fresh = found if one.pk == found.pk else one
        fresh.refresh_from_db()
        save_change(actor, fresh, ITEM_REMOVED, {"state": ItemState.REMOVED.value}, reason=reason)
    derived_withdraw(StoredFile.objects.filter(item_file__item__in=[one.pk for one in along]).order_by("pk"))
    return found


def _release(actor: Actor, item: Item, reason: str) -> None:
    if item.volume is None:
        return
    from kedang.business.holdings.services.volumes import volume_release

    volume_release(actor=actor, volume=item.volume, item=item, reason=reason, with_companions=True)


def _off_the_shelf(actor: Actor, items: list[Item], reason: str) -> None:
    standing = [one for one in items if one.location_id is not None]
    if standing:
        from kedang.business.holdings.services.placing import take_out

        take_out(actor=actor, items=standing, reason=reason)
