"""结卷: what is arranged is checked, numbered and handed to an inspector who did not arrange it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import Carrier, ItemState, NoteKind, VolumeState
from kedang.business.holdings.events.volumes import VOLUME_CLOSED
from kedang.business.holdings.models import Item, Volume
from kedang.business.holdings.services.volumes.codes import items_numbered
from kedang.business.holdings.services.volumes.companions import family_ids
from kedang.business.holdings.services.volumes.notes import note_if_known
from kedang.business.holdings.services.volumes.ordering import items_in_order, out_of_step
from kedang.business.holdings.services.volumes.writing import (
    locked_items,
    locked_volume,
    note_volume,
    save_volume,
    settle,
)
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import can
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

MOST_TOLD = 6


@dataclass(frozen=True, slots=True)
class Shortcoming:
    """One thing that is in the way of closing: a code, a sentence, the item it is about."""

    code: str
    sentence: str
    item_id: int | None = None


@transaction.atomic
def volume_close(
    *,
    actor: Actor,
    volume: Volume,
    inspector: Person | int | None,
    situation: str | None = None,
    version: int | None = None,
) -> Volume:
    """Close an open volume; its items get their numbers and codes.

    Args:
        inspector: 检查人, another person than who arranged it.
        situation: 本卷情况说明; None leaves it as it is.
        version: what its reader saw.

    Raises:
        Refused: ``volume_incomplete`` with every sentence in ``details["problems"]``, ``inspector_missing``, ``inspector_same``,
        ``inspector_unknown``, ``volume_closed``, ``stale_version``.
    """
    found = locked_volume(actor, volume, "holdings.arrange", version=version)
    before = (found.responsible_id, found.inspected_by_id)
    if found.responsible is None and isinstance(actor, Person):
        found.responsible = actor
    checker = _inspector(actor, found, inspector)
    locked_items(Item.objects.filter(volume=found).values_list("pk", flat=True))
    items = items_in_order(found)
    problems = shortcomings(found, items)
    if problems:
        told = [one.sentence for one in problems]
        more = _("还有 %(count)s 处。") % {"count": len(told) - MOST_TOLD} if len(told) > MOST_TOLD else ""
        raise Refused("volume_incomplete", "".join(told[:MOST_TOLD]) + more, None, problems=told)
    again = found.closed_at is not None
    saving = settle(found, items)
    items_numbered(actor, found, items)
    now, state = clock.now(), VolumeState.SHELVED if found.location_id else VolumeState.CLOSED
    changes = {"state": (found.state, state), "inspected_by": (before[1], checker.pk)}
    if found.responsible_id != before[0]:
        changes["responsible"] = (before[0], found.responsible_id)
    if situation is not None and situation.strip() != found.situation:
        changes["situation"] = (found.situation, situation.strip())
        found.situation = situation.strip()
    found.state, found.inspected_by, found.closed_at = state, checker, now
    save_volume(actor, found, saving={*saving, *changes, "closed_at"})
    note_volume(actor, VOLUME_CLOSED, found, changes=changes)
    if again:
        told_again = _("重新结卷，现有 %(count)s 件 %(pages)s 页，检查人%(name)s。")
        note_if_known(
            actor,
            found,
            NoteKind.REMARK,
            told_again % {"count": found.item_count, "pages": found.page_count, "name": checker.name},
        )
    return found


def shortcomings(volume: Volume, items: Sequence[Item] | None = None) -> list[Shortcoming]:
    """Everything that is in the way of closing: something in it, kinds, copies and pages known, catalogued, in order, nobody left
    outside."""
    rows = list(items) if items is not None else items_in_order(volume)
    if not rows:
        return [Shortcoming("volume_empty", _("卷内还没有文件，不能结卷。"))]
    found = [one for item in rows for one in _of_item(item)]
    found += _outside(rows)
    early = out_of_step(rows)
    if early is not None:
        names = {"companion": early[0].shown_title, "main": early[1].shown_title}
        found.append(Shortcoming("companion_before", _("“%(companion)s”应排在“%(main)s”之后。") % names, early[0].pk))
    return found


def _of_item(item: Item) -> list[Shortcoming]:
    name = {"title": item.shown_title, "at": item.position}
    found = []
    if not item.pages and item.carrier != Carrier.OBJECT:
        found.append(("pages_unknown", _("第 %(at)s 件“%(title)s”没有页数。")))
    if item.document_type_id is None:
        found.append(("kind_unknown", _("第 %(at)s 件“%(title)s”没有注明文件种类。")))
    if not item.copies:
        found.append(("copies_unknown", _("第 %(at)s 件“%(title)s”没有份数。")))
    if item.dated_on is None:
        found.append(("date_unknown", _("第 %(at)s 件“%(title)s”没有成文日期。")))
    if item.state not in {ItemState.CATALOGUED, ItemState.FILED}:
        found.append(("not_catalogued", _("第 %(at)s 件“%(title)s”还没有编目。")))
    return [Shortcoming(code, told % name, item.pk) for code, told in found]


def _outside(rows: Sequence[Item]) -> list[Shortcoming]:
    """Companions that lie elsewhere or nowhere."""
    inside = {item.pk for item in rows}
    missing = family_ids(inside) - inside
    if not missing:
        return []
    told = _("“%(title)s”与卷内文件成套，却不在此卷，请一并编入，或解除成套关系。")
    outside = Item.objects.filter(pk__in=missing).order_by("pk")
    return [Shortcoming("companion_outside", told % {"title": item.shown_title}, item.pk) for item in outside]


def _inspector(actor: Actor, volume: Volume, given: Person | int | None) -> Person:
    """The inspector: someone of the company who may see the volume and did not arrange it."""
    if not given:
        raise Refused("inspector_missing", _("请选择检查人。检查人不能是立卷人本人。"), "inspector")
    key = given.pk if isinstance(given, Person) else given
    person = Person.objects.filter(pk=key, fonds_id=volume.fonds_id, is_active=True).first()
    if person is None or not can(person, "holdings.view", volume):
        raise Refused("inspector_unknown", _("所选的检查人不存在、已停用，或无权查看此案卷，请另选一位。"), "inspector")
    if person.pk == volume.responsible_id:
        told = _("检查人不能是立卷人%(name)s本人，请另选一位。")
        raise Refused("inspector_same", told % {"name": person.name}, "inspector")
    found: Person = person
    return found
