"""What every verb of volumes does around its change: lock, take over, keep the counts, write it down."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.writing import noted
from kedang.business.holdings.models import Item, Volume
from kedang.business.holdings.services.volumes.ordering import items_in_order
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import require, require_still_in_scope
from kedang.foundation.audit.record import Entry, record, record_many, subject_of
from kedang.foundation.audit.vocabulary import EventType
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

SCOPE_FIELDS = frozenset({"department", "responsible", "secrecy_level"})
SEARCHED = SCOPE_FIELDS | {"title", "reference_code", "customer", "project", "state"}
FULL = ("series", "retention", "template", "department", "responsible", "customer", "project")


def locked_volume(actor: Actor, volume: Volume | int, action: str, *, version: int | None = None) -> Volume:
    """The volume as it is now, under lock until the transaction ends, once the actor may do the action.

    Lock order of the room: volumes by key, then items by key. Who holds an item may not ask for its volume any more.

    Raises:
        OutOfScope, NotAllowed, Refused: as ``require`` says; ``stale_version`` when it was changed since ``version``.
    """
    key = volume if isinstance(volume, int) else volume.pk
    rows = Volume.objects.select_for_update(of=("self",)).select_related(*FULL)
    found: Volume | None = rows.filter(pk=key).first()
    if found is None:
        raise OutOfScope
    require(actor, action, found)
    if version is not None and version != found.version:
        told = _("案卷 %(code)s 刚被他人改动过，您的修改未保存。请刷新后在最新内容上重新办理。")
        raise Refused("stale_version", told % {"code": found.reference_code}, current=found.version)
    return found


def locked_items(ids: Iterable[int]) -> list[Item]:
    """These items as they are now, under lock, in the order of their keys."""
    rows = Item.objects.select_for_update(of=("self",)).select_related(
        "series", "retention", "document_type", "volume", "customer", "project"
    )
    return list(rows.filter(pk__in=list(ids)).order_by("pk"))


def fonds_id_of(actor: Actor, fonds: Fonds | None) -> int:
    """The company of what is made: the actor's; machines must say which."""
    found = fonds.pk if fonds is not None else actor.fonds_id
    if found is None:
        raise ValueError("a machine must say for which company it acts")
    return found


def save_volume(actor: Actor, volume: Volume, *, saving: Iterable[str] = ()) -> None:
    """Version, time of change and the named fields; then the result must lie in scope and the index in step."""
    names = set(saving)
    volume.version += 1
    volume.changed_at = clock.now()
    volume.save(update_fields=[*names, "version", "changed_at"])
    if names & SCOPE_FIELDS:
        require_still_in_scope(actor, volume)
    if names & SEARCHED:
        reindex([volume.pk])


def reindex(volume_ids: Sequence[int]) -> None:
    """Volumes into the search index as they are now."""
    from kedang.business.holdings.services.volumes.indexing import volumes_indexed

    volumes_indexed(volume_ids)


def note_volume(
    actor: Actor,
    event: EventType,
    volume: Volume,
    *,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
    **meta: Any,
) -> None:
    """One entry about the volume, with its version and counts."""
    told = {"version": volume.version, "items": volume.item_count, "pages": volume.page_count, **meta}
    record(actor, event, volume, changes=changes, reason=reason.strip(), meta=told)


def note_items(
    actor: Actor, event: EventType, items: Iterable[Item], changes: Mapping[int, Mapping[str, Any]], reason: str
) -> None:
    """One entry per item."""
    entries = [
        Entry(
            subject_of(item),
            {name: (noted(old), noted(new)) for name, (old, new) in changes[item.pk].items()},
            reason.strip(),
            {"version": item.version},
        )
        for item in items
    ]
    record_many(actor, event, entries, model=Item)


def settle(volume: Volume, items: Sequence[Item]) -> set[str]:
    """Positions from 1, first pages and the counts of the volume, from its items in their order; returns the changed fields.

    From an item on whose pages are not known yet, first pages are not known either.
    """
    moved, page = [], 1
    for position, item in enumerate(items, 1):
        first = page if page and item.pages else None
        if item.position != position or item.first_page != first:
            item.position, item.first_page = position, first
            moved.append(item)
        page = page + item.pages if page and item.pages else 0 if not is_pageless(item) else page
    if moved:
        Item.objects.bulk_update(moved, ["position", "first_page"], batch_size=200)
    days = [item.dated_on for item in items if item.dated_on]
    counted = {
        "item_count": len(items), "page_count": sum(item.pages for item in items),
        "started_on": min(days, default=None), "ended_on": max(days, default=None),
    }  # fmt: skip
    changed = {name for name, value in counted.items() if getattr(volume, name) != value}
    for name, value in counted.items():
        setattr(volume, name, value)
    return changed


def is_pageless(item: Item) -> bool:
    """实物 have no pages."""
    return item.carrier == "object"


@transaction.atomic
def volume_recounted(volume_id: int) -> None:
    """After the pages or the date of an item changed: first pages and counts anew. The caller writes the entry about the item.

    Ask for it before the item is locked, or with the volume under lock already (see :func:`locked_volume`).
    """
    volume = Volume.objects.select_for_update().filter(pk=volume_id).first()
    if volume is None:
        return
    changed = settle(volume, items_in_order(volume))
    volume.changed_at = clock.now()
    volume.save(update_fields=[*changed, "changed_at"])
