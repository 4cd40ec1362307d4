"""Several steps at once, as the rules propose them; what they cannot decide stays for the archivist."""

from collections.abc import Callable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import ItemState
from kedang.business.holdings.filing.proposal import LATER_VOLUME, waits_for_volume
from kedang.business.holdings.models import Item
from kedang.business.holdings.services.items.cataloguing import item_catalogue
from kedang.business.holdings.services.items.identifying import item_identify
from kedang.business.holdings.services.items.placing import item_place
from kedang.business.holdings.services.items.putting_away import item_put_away
from kedang.business.holdings.services.items.writing import FILE, locked_item
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import NotAllowed, Refused

STEPS: dict[str, Callable[..., Item]] = {
    ItemState.RECEIVED.value: item_identify,
    ItemState.IDENTIFIED.value: item_place,
    ItemState.PLACED.value: item_catalogue,
    ItemState.CATALOGUED.value: item_put_away,
}
"""What comes next in each state."""


@transaction.atomic
def item_advance(*, actor: Actor, item: Item, stopped: list[str] | None = None) -> Item:
    """Do the remaining steps of filing as proposed, as far as they go by themselves.

    Args:
        stopped: takes the sentence of the step that did not go by itself, if there is one.

    Raises:
        Refused: ``item_state`` when there is nothing left to do; the first refusal when not one step was done.
    """
    return _go_on(actor, item, stopped, STEPS)


@transaction.atomic
def item_gather(*, actor: Actor, item: Item, stopped: list[str] | None = None) -> Item:
    """:func:`item_advance`, but what is arranged by volume gets none yet: catalogued, it waits for 自动组卷 with others of its kind.

    Raises:
        Refused: as :func:`item_advance`.
    """
    return _go_on(actor, item, stopped, {**STEPS, ItemState.IDENTIFIED.value: _place_without_volume})


def _place_without_volume(*, actor: Actor, item: Item) -> Item:
    return item_place(actor=actor, item=item, values={"volume": LATER_VOLUME})


def _go_on(actor: Actor, item: Item, stopped: list[str] | None, steps: Mapping[str, Callable[..., Item]]) -> Item:
    found = locked_item(actor, item, FILE)
    waits = steps is not STEPS and found.state == ItemState.CATALOGUED and waits_for_volume(found)
    if found.state not in steps or waits:
        told = _("“%(title)s”已是“%(state)s”，没有要办的步骤。")
        raise Refused("item_state", told % {"title": found.title, "state": found.get_state_display()})
    done = 0
    while found.state in steps:
        if steps is not STEPS and found.state == ItemState.CATALOGUED and waits_for_volume(found):
            break
        try:
            found = steps[found.state](actor=actor, item=found)
        except NotAllowed:
            raise
        except Refused as refusal:
            if not done:
                raise
            if stopped is not None:
                stopped.append(refusal.sentence)
            break
        done += 1
    return found
