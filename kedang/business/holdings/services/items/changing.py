"""Correcting what is written about an item: freely before it is filed, with a reason afterwards."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import Problems
from kedang.business.holdings.choices import ItemState, NoteKind
from kedang.business.holdings.events.items import ITEM_CHANGED, ITEM_CORRECTED
from kedang.business.holdings.models import Item
from kedang.business.holdings.services.items.checking import check_record, checked
from kedang.business.holdings.services.items.conflicts import refuse_conflict
from kedang.business.holdings.services.items.writing import (
    DELIVER,
    FILE,
    locked_item,
    require_open,
    require_reason,
    save_change,
)
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

COUNTED = frozenset({"pages", "dated_on"})
"""What first pages and counts of the volume are made of."""
BOUND_BY_PLACE = ("document_type", "customer", "project")
"""By these it was placed; afterwards they are changed only by stepping back."""
AFTER_PLACING = (ItemState.PLACED, ItemState.CATALOGUED, ItemState.FILED)


@transaction.atomic
def item_change(
    *, actor: Actor, item: Item, values: Mapping[str, Any], version: int | None = None, reason: str = ""
) -> Item:
    """Change what is written about an item; fields that are not in ``values`` stay as they are.

    Args:
        version: the version that the actor saw; None for machines that have just read it.
        reason: why; needed once it is filed.

    Raises:
        Refused: ``stale_version`` (``details["conflicts"]``), ``values_invalid``, ``reason_missing``, ``item_ended``,
            ``volume_closed``, ``top_secret_apart``, ``place_settled``.
    """
    received = ItemState.RECEIVED.value
    known_state = Item.objects.filter(pk=item.pk).values_list("state", flat=True).first()
    action = DELIVER if known_state == received else FILE
    found = locked_item(actor, item, action)
    if found.state != received and action == DELIVER:
        raise Refused("item_busy", _("此件刚由档案管理员办理，请刷新后再看。"))
    if found.state in (ItemState.REMOVED, ItemState.DESTROYED):
        raise Refused("item_ended", _("此件已移出或销毁，只保留著录，不能再改。"))
    problems = Problems()
    clean = checked(actor, values, found.fonds_id, problems, found)
    if "title" in clean and not clean["title"]:
        problems.tell("title", _("题名不能为空。"))
    if version is not None and version != found.version:
        refuse_conflict(actor, found, clean, version)
    changed = {name: value for name, value in clean.items() if _differs(getattr(found, name), value)}
    if not changed and not problems:
        return found
    _refuse_settled(found, changed)
    require_open(actor, found.volume)
    _refuse_secrecy(found, changed)
    if found.state == ItemState.FILED:
        told = _("此件已归档，更正著录须写明理由，例如“题名漏字，依原件更正”。")
        if not actor.is_system and "reason" not in problems and len(reason.strip()) < 2:
            problems.tell("reason", told)
    before = {name: getattr(found, name) for name in changed}
    for name, value in changed.items():
        setattr(found, name, value)
    check_record(found, tuple(changed), problems)
    problems.refuse("reason_missing" if set(problems) == {"reason"} else "values_invalid")
    for name, old in before.items():
        setattr(found, name, old)
    is_filed = found.state == ItemState.FILED
    why = require_reason(reason, "") if is_filed and not actor.is_system else reason.strip()
    save_change(actor, found, ITEM_CORRECTED if is_filed else ITEM_CHANGED, changed, reason=why, action=action)
    _tell_volume(actor, found, changed, why)
    return found


def _differs(old: Any, new: Any) -> bool:
    return old != new and not (old in (None, "") and new in (None, ""))


def _refuse_settled(item: Item, changed: Mapping[str, Any]) -> None:
    held = [name for name in BOUND_BY_PLACE if name in changed]
    if held and item.state in AFTER_PLACING and (item.volume_id or item.state != ItemState.PLACED):
        labels = "、".join(str(Item._meta.get_field(name).verbose_name) for name in held)  # type: ignore[union-attr]
        told = _("此件已按%(labels)s定位，不能直接改动。请先“退回重办”（已归档的先移出），再重新定位。")
        raise Refused("place_settled", told % {"labels": labels}, held[0])


def _refuse_secrecy(item: Item, changed: Mapping[str, Any]) -> None:
    """What becomes 绝密, or ceases to be, cannot stay in its volume; what becomes more secret lifts the volume's level."""
    if "secrecy_level" not in changed or item.volume is None:
        return
    old, new = item.secrecy_level, changed["secrecy_level"]
    if SecrecyLevel.TOP_SECRET in (old, new):
        told = _("绝密文件单独立卷：此件在案卷 %(code)s 内，改变绝密密级前请先移出案卷。")
        raise Refused("top_secret_apart", told % {"code": item.volume.reference_code}, "secrecy_level")
    if new > item.volume.secrecy_level:
        told = _("案卷 %(code)s 的密级是“%(level)s”，低于此件将改成的密级。请先调高案卷密级。")
        names = {"code": item.volume.reference_code, "level": item.volume.get_secrecy_level_display()}
        raise Refused("secrecy_above_volume", told % names, "secrecy_level")


def _tell_volume(actor: Actor, item: Item, changed: Mapping[str, Any], reason: str) -> None:
    """Counts of the volume, and a line in its 备考表 once it was closed before."""
    if item.volume_id is None or item.volume is None:
        return
    from kedang.business.holdings.services.volumes.notes import note_if_known
    from kedang.business.holdings.services.volumes.writing import volume_recounted

    volume_recounted(item.volume_id)
    labels = "、".join(str(Item._meta.get_field(name).verbose_name) for name in changed)  # type: ignore[union-attr]
    told = _("更正“%(title)s”的%(labels)s。%(why)s") % {"title": item.title, "labels": labels, "why": reason}
    note_if_known(actor, item.volume, NoteKind.CHANGED, told)
