"""What every verb of an item does around its change: lock in one order, note the difference, save, trace, index."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from kedang.business.customers.services.writing import first_values, take_over
from kedang.business.holdings.choices import FilingStep, ItemState
from kedang.business.holdings.filing.group import Together, together_of
from kedang.business.holdings.models import FilingTrace, Item, Volume
from kedang.business.holdings.services.items.indexing import reindex
from kedang.foundation.access.policies import policy_for, require, require_still_in_scope
from kedang.foundation.audit.record import record
from kedang.foundation.audit.vocabulary import EventType
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.prepared import Prepared
from kedang.foundation.kernel.refused import OutOfScope, Refused

FILE = "holdings.file"
DELIVER = "holdings.deliver"


def locked_item(actor: Actor, item: Item | int, action: str = FILE, *, volumes: Iterable[int | None] = ()) -> Item:
    """The item as it is now, under lock until the transaction ends, once the actor may do the action.

    Volumes are locked before items, everywhere, and both in the order of their keys; so nobody waits in a circle.

    Args:
        volumes: keys of further volumes that the act will touch.

    Raises:
        OutOfScope, NotAllowed, Refused: as ``require`` says; ``item_busy`` when it changed its volume at this moment.
    """
    key = item if isinstance(item, int) else item.pk
    known = Item.objects.filter(pk=key).values_list("volume_id", "belongs_to_id").first()
    if known is None:
        raise OutOfScope
    wanted = sorted({one for one in (known[0], *volumes) if one is not None})
    if wanted:
        list(Volume.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk", flat=True))
    main = known[1] or key
    list(
        Item.objects.select_for_update()
        .filter(models.Q(pk=main) | models.Q(belongs_to=main))
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    found: Item | None = _whole.first(key=key)
    if found is None:
        raise OutOfScope
    if found.volume_id != known[0]:
        raise Refused("item_busy", _("这件文件刚被他人编入或移出案卷，请刷新后再办。"))
    require(actor, action, found)
    return found


def full(rows: Any) -> Any:
    """Rows with everything that proposals and rules look at."""
    return rows.select_related(
        "document_type__retention__reads_as", "customer", "project__customer", "volume", "belongs_to__volume",
        "belongs_to__series", "belongs_to__retention", "belongs_to__document_type__retention__reads_as",
        "belongs_to__project", "belongs_to__customer", "series", "retention",
    )  # fmt: skip


_whole = Prepared[Item](lambda key: full(Item.objects.filter(pk=key)), key=int)


def require_state(item: Item, *states: ItemState) -> None:
    """The steps of filing come in their order.

    Raises:
        Refused: ``item_state``.
    """
    if item.state not in states:
        wanted = "”、“".join(str(state.label) for state in states)
        told = _("“%(title)s”现为“%(state)s”，只有“%(wanted)s”的件才能这样办。请刷新后按当前步骤办理。")
        raise Refused("item_state", told % {"title": item.title, "state": item.get_state_display(), "wanted": wanted})


def require_open(actor: Actor, volume: Volume | None) -> None:
    """Items of a closed volume stay as they are until it is opened again."""
    if volume is not None:
        refusal = policy_for(Volume).refuse(actor, FILE, volume)
        if refusal is not None:
            raise refusal


def require_reason(reason: str, told: str) -> str:
    """A reason of at least two characters.

    Raises:
        Refused: ``reason_missing`` with the sentence; ``reason_long``.
    """
    reason = " ".join(reason.split())
    if len(reason) < 2:
        raise Refused("reason_missing", told, "reason")
    if len(reason) > 300:
        raise Refused("reason_long", _("理由最多 300 个字，现为 %(count)s 个。") % {"count": len(reason)}, "reason")
    return reason


def save_change(
    actor: Actor,
    item: Item,
    event: EventType,
    values: Mapping[str, Any],
    *,
    reason: str = "",
    action: str = FILE,
    **meta: Any,
) -> dict[str, Any]:
    """Put values into an item under lock, save them with a new version, and write the entry; the changes come back."""
    changes = take_over(item, values)
    item.version += 1
    item.save(update_fields=[*changes, "version"])
    record(actor, event, item, changes=changes, reason=reason, meta={"version": item.version, **meta})
    require_still_in_scope(actor, item, action)
    reindex([item.pk])
    return changes


def recount_volume(item: Item, changed: Iterable[str]) -> None:
    """What a volume tells of its items follows when pages or date of one of them change; the volume is under lock since the item is."""
    if item.volume_id is None or not {"pages", "dated_on"} & set(changed):
        return
    from kedang.business.holdings.services.volumes.writing import volume_recounted

    volume_recounted(item.volume_id)


def trace(
    actor: Actor, item: Item, step: FilingStep, *, proposed: Mapping[str, Any], decided: Mapping[str, Any],
    because: str, reason: str = "",
) -> FilingTrace:  # fmt: skip
    """One step of filing, as it was proposed and as it was decided; inside the transaction whose event tells the change."""
    row = FilingTrace(
        item=item, step=step.value, proposed=dict(proposed), decided=dict(decided), because=because[:500],
        reason=reason[:300], made_by=actor.display_name[:80], made_at=clock.now(),
    )  # fmt: skip
    row.save(force_insert=True)
    return row


def group_of(item: Item) -> Together:
    """The documents that belong together with an item under lock."""
    return together_of(item)


__all__ = ["first_values", "take_over"]
