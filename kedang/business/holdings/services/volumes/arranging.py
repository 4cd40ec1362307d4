"""Order of the items in a volume: by the rules, or one's own within them."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import NoteKind
from kedang.business.holdings.events.volumes import VOLUME_REORDERED
from kedang.business.holdings.models import Item, Volume
from kedang.business.holdings.services.volumes.notes import note_if_known
from kedang.business.holdings.services.volumes.ordering import items_in_order, natural_order, out_of_step
from kedang.business.holdings.services.volumes.writing import locked_volume, note_volume, save_volume, settle
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused


@transaction.atomic
def volume_reorder(
    *, actor: Actor, volume: Volume, order: Sequence[int] | None = None, item: Item | int | None = None, to: int | None = None,
    version: int | None = None, reason: str = "",
) -> Volume:  # fmt: skip
    """Lay the items in another order: the natural one when nothing is said, a whole order by keys, or one item to a position.

    An order by keys may leave out items that its writer cannot see; they keep their places.

    Raises:
        Refused: ``order_stale`` when the keys are not those of the volume any more, ``position_unknown``, ``companion_before`` when an
        attachment, a draft … would lie before what it belongs to, ``volume_closed``, ``stale_version``.
    """
    found = locked_volume(actor, volume, "holdings.arrange", version=version)
    present = items_in_order(found)
    if item is not None:
        wanted = _moved(present, item if isinstance(item, int) else item.pk, to)
    elif order is not None:
        wanted = _ordered(actor, present, order)
    else:
        wanted = natural_order(present)
    if [one.pk for one in wanted] == [one.pk for one in present]:
        return found
    early = out_of_step(wanted)
    if early is not None:
        companion, main = early
        told = _("“%(companion)s”是“%(main)s”的%(relation)s，应排在它后面。")
        names = {
            "companion": companion.shown_title,
            "main": main.shown_title,
            "relation": companion.get_relation_display(),
        }
        raise Refused("companion_before", told % names, "order")
    saving = settle(found, wanted)
    save_volume(actor, found, saving=saving)
    note_volume(
        actor,
        VOLUME_REORDERED,
        found,
        reason=reason,
        order=[one.pk for one in wanted],
        is_natural=order is None and item is None,
    )
    note_if_known(actor, found, NoteKind.REORDERED, _("调整卷内文件顺序。%(why)s") % {"why": reason.strip()})
    return found


def _moved(present: Sequence[Item], key: int, to: int | None) -> list[Item]:
    """One item to a position, the others closing up."""
    moving = next((one for one in present if one.pk == key), None)
    if moving is None:
        raise Refused("order_stale", _("卷内文件刚有变动，顺序未保存。请刷新后再调整。"), "order")
    if to is None or not 1 <= to <= len(present):
        raise Refused("position_unknown", _("顺序号应在 1 到 %(last)s 之间。") % {"last": len(present)}, "to")
    others = [one for one in present if one.pk != key]
    return [*others[: to - 1], moving, *others[to - 1 :]]


def _ordered(actor: Actor, present: Sequence[Item], order: Sequence[int]) -> list[Item]:
    """The items named, in their new order, on the places that the named ones had."""
    by_key = {one.pk: one for one in present}
    seen = set(Item.objects.visible_to(actor).filter(pk__in=list(by_key)).values_list("pk", flat=True))
    if len(set(order)) < len(order) or not seen <= set(order) or not set(order) <= set(by_key):
        raise Refused("order_stale", _("卷内文件刚有变动，顺序未保存。请刷新后再调整。"), "order")
    waiting = iter(order)
    return [by_key[next(waiting)] if one.pk in set(order) else one for one in present]
