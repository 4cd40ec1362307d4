"""Items go into a volume and come out of it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import NoteKind
from kedang.business.holdings.events.volumes import ITEM_RELEASED, ITEM_TAKEN, VOLUME_FILLED, VOLUME_THINNED
from kedang.business.holdings.models import Item, Volume
from kedang.business.holdings.services.volumes.companions import families, family_ids
from kedang.business.holdings.services.volumes.fitting import misfit
from kedang.business.holdings.services.volumes.notes import note_if_known
from kedang.business.holdings.services.volumes.ordering import items_in_order, with_newcomers
from kedang.business.holdings.services.volumes.writing import (
    locked_items,
    locked_volume,
    note_items,
    note_volume,
    save_volume,
    settle,
)
from kedang.foundation.access.policies import can, require
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

MOST_NAMED = 5


@transaction.atomic
def volume_take(
    *, actor: Actor, volume: Volume, items: Iterable[Item | int], version: int | None = None, reason: str = ""
) -> Volume:
    """Put items into an open volume, with everything that belongs together with them, at their natural places.

    The volume becomes as secret as its most secret item (绝密 excepted, which has volumes of its own).

    Raises:
        Refused: ``nothing_picked``, ``volume_closed``, ``stale_version``; the first rule an item breaks (``item_in_volume``,
        ``item_not_placed``, ``item_away``, ``series_differs``, ``year_differs``, ``retention_differs``, ``customer_differs``,
        ``project_differs``, ``top_secret_apart``), with all of them in ``details["problems"]``; ``companions_apart``
        when what belongs together cannot come along, naming it.
    """
    found = locked_volume(actor, volume, "holdings.arrange", version=version)
    wanted = {item if isinstance(item, int) else item.pk for item in items}
    if not wanted:
        raise Refused("nothing_picked", _("没有选中文件。请先勾选要编入案卷的文件。"))
    present = items_in_order(found)
    together = family_ids(wanted) - {item.pk for item in present} | wanted
    rows = locked_items(together)
    picked = [item for item in rows if item.pk in wanted]
    if len(picked) < len(wanted):
        raise OutOfScope
    for item in picked:
        require(actor, "holdings.arrange", item)
    tied = tied_to_secret([*present, *rows])
    _refuse_misfits(found, picked, tied)
    _refuse_apart(actor, found, [item for item in rows if item.pk not in wanted], tied)
    _put_in(actor, found, present, rows, reason)
    return found


def tied_to_secret(items: Sequence[Item]) -> set[int]:
    """Keys of the items whose family among these has a 绝密 member."""
    heads = families(items)
    secret = {heads[item.pk] for item in items if item.secrecy_level == SecrecyLevel.TOP_SECRET}
    return {item.pk for item in items if heads[item.pk] in secret}


def _refuse_misfits(volume: Volume, items: Sequence[Item], tied: set[int]) -> None:
    problems = {item.pk: found for item in items if (found := misfit(volume, item, tied)) is not None}
    if not problems:
        return
    code, sentence = next(iter(problems.values()))
    if len(problems) > 1:
        sentence += _("另有 %(count)s 件也不能编入此卷。") % {"count": len(problems) - 1}
    raise Refused(code, sentence, None, problems={key: told for key, (_code, told) in problems.items()})


def _refuse_apart(actor: Actor, volume: Volume, companions: Sequence[Item], tied: set[int]) -> None:
    """Companions come along; those that cannot keep all of them out, by name where the actor may know it."""
    apart = [item for item in companions if not can(actor, "holdings.arrange", item) or misfit(volume, item, tied)]
    if not apart:
        return
    named = [item for item in apart if can(actor, "holdings.view", item)]
    if not named:
        told = _("与所选文件成套的文件不在您的数据范围内，成套文件不能分开。请由有权限的档案管理员组卷。")
        raise Refused("companions_apart", told)
    reasons = [found[1] for item in named if (found := misfit(volume, item, tied))]
    told = _("成套文件应放在同一卷：%(names)s不能一同编入案卷 %(code)s。%(why)s")
    raise Refused(
        "companions_apart",
        told % {"names": names_of(named), "code": volume.reference_code, "why": reasons[0] if reasons else ""},
        None,
        companions=[item.pk for item in named],
    )


def _put_in(actor: Actor, volume: Volume, present: Sequence[Item], rows: Sequence[Item], reason: str) -> None:
    for item in rows:
        item.volume, item.number = volume, None
        item.version += 1
    Item.objects.bulk_update(rows, ["volume", "number", "version"], batch_size=200)
    saving = settle(volume, with_newcomers(present, rows))
    changes: dict[str, Any] = {}
    highest = max(item.secrecy_level for item in rows)
    if highest > volume.secrecy_level:
        changes["secrecy_level"] = (volume.secrecy_level, highest)
        volume.secrecy_level = highest
    save_volume(actor, volume, saving={*saving, *changes})
    note_volume(actor, VOLUME_FILLED, volume, changes=changes, reason=reason, taken=[item.pk for item in rows])
    note_items(actor, ITEM_TAKEN, rows, {item.pk: {"volume": (None, volume.pk)} for item in rows}, reason)
    note_if_known(
        actor, volume, NoteKind.ADDED, _("补入 %(count)s 件：%(names)s") % {"count": len(rows), "names": names_of(rows)}
    )


@transaction.atomic
def volume_release(
    *, actor: Actor, volume: Volume, item: Item, reason: str, with_companions: bool = False, version: int | None = None
) -> Volume:
    """Take an item out of an open volume. Its code stays its own until it is filed anew.

    Raises:
        Refused: ``reason_missing``, ``item_not_here``, ``volume_closed``, ``stale_version``; ``companions_stay`` when others that
        belong to it would be left behind and ``with_companions`` was not said, naming them.
    """
    found = locked_volume(actor, volume, "holdings.arrange", version=version)
    if len(reason.strip()) < 2:
        raise Refused("reason_missing", _("移出文件必须写明理由，例如“误编，应归入合同卷”。"), "reason")
    present = items_in_order(found)
    if item.pk not in {one.pk for one in present}:
        told = _("“%(title)s”已不在案卷 %(code)s 中，请刷新后再看。")
        raise Refused("item_not_here", told % {"title": item.shown_title, "code": found.reference_code})
    leaving = {item.pk} | (family_ids({item.pk}) & {one.pk for one in present})
    rows = locked_items(leaving)
    for one in rows:
        require(actor, "holdings.view", one)
    others = [one for one in rows if one.pk != item.pk]
    if others and not with_companions:
        told = _("成套文件应放在同一卷：%(names)s与“%(title)s”成套，请勾选“成套文件一并移出”。")
        names = {"names": names_of(others), "title": item.shown_title}
        raise Refused("companions_stay", told % names, "with_companions", companions=[one.pk for one in others])
    _put_out(actor, found, [one for one in present if one.pk not in leaving], rows, reason)
    return found


def _put_out(actor: Actor, volume: Volume, left: Sequence[Item], rows: Sequence[Item], reason: str) -> None:
    for item in rows:
        item.volume = item.number = item.position = item.first_page = None
        item.version += 1
    Item.objects.bulk_update(rows, ["volume", "number", "position", "first_page", "version"], batch_size=200)
    save_volume(actor, volume, saving=settle(volume, left))
    note_volume(actor, VOLUME_THINNED, volume, reason=reason, released=[item.pk for item in rows])
    note_items(actor, ITEM_RELEASED, rows, {item.pk: {"volume": (volume.pk, None)} for item in rows}, reason)
    told = _("移出 %(count)s 件：%(names)s。理由：%(why)s") % {
        "count": len(rows),
        "names": names_of(rows),
        "why": reason.strip(),
    }
    note_if_known(actor, volume, NoteKind.REMOVED, told)


def names_of(items: Sequence[Item]) -> str:
    """Titles in 《》, the first few."""
    named = "、".join(f"“{item.shown_title[:40]}”" for item in items[:MOST_NAMED])
    if len(items) > MOST_NAMED:
        named += _(" 等 %(count)s 件") % {"count": len(items)}
    return named
