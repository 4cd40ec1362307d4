"""档号 of volumes and of the items in them, from the ledger."""

from typing import Any

from django.utils.translation import gettext as _

from kedang.business.holdings.choices import Arrangement
from kedang.business.holdings.events.volumes import ITEM_NUMBERED
from kedang.business.holdings.models import CodeTemplate, Item, Volume
from kedang.business.holdings.services.codes import (
    code_register,
    code_replace,
    codes_issue_items,
    codes_issue_volume,
    codes_register,
    when_replaced,
)
from kedang.business.holdings.services.templates import template_for
from kedang.business.holdings.services.volumes.indexing import volumes_indexed
from kedang.business.holdings.services.volumes.writing import note_items
from kedang.foundation.kernel.actors import Actor


def issued(actor: Actor, volume: Volume, catalogue: str = "", reserved: str = "") -> tuple[CodeTemplate, str, int]:
    """The template that holds for the volume, and the next code and number by it, or the reserved one that was chosen."""
    template = volume.template if volume.template_id else template_for(volume.fonds_id, Arrangement.VOLUME)
    unit = (volume.department.code or volume.department.name) if volume.department is not None else ""
    code, number = codes_issue_volume(
        actor=actor, template=template, series=volume.series, year=volume.year, retention=volume.retention, unit=unit,
        project_number=volume.project.number if volume.project is not None else "", catalogue=catalogue, reserved=reserved,
    )  # fmt: skip
    return template, code, number


def registered(actor: Actor, volume: Volume) -> None:
    """The code of a volume just saved goes into the register."""
    code_register(actor=actor, code=volume.reference_code, volume=volume)


def renewed(actor: Actor, volume: Volume, reason: str) -> None:
    """A new code for an empty volume whose class, year or retention was mended; the former one leads to it."""
    template, code, number = issued(actor, volume)
    code_replace(actor=actor, volume=volume, new_code=code, reason=reason)
    volume.version = Volume.objects.values_list("version", flat=True).get(pk=volume.pk)
    volume.template, volume.reference_code, volume.number = template, code, number


def items_numbered(actor: Actor, volume: Volume, items: list[Item]) -> int:
    """Numbers and codes for the items that have none in this volume, in their order; returns how many.

    A number once given stays: who comes later gets the next one. Items that come with a code of another place get a new one, and the old
    one
    leads to it.
    """
    waiting = [item for item in items if item.number is None or not item.reference_code]
    if not waiting:
        return 0
    given = codes_issue_items(actor=actor, items=waiting, volume=volume, template=volume.template)
    fresh: list[Item] = []
    changes: dict[int, dict[str, Any]] = {}
    for item, (code, number) in zip(waiting, given, strict=True):
        if item.reference_code:
            code_replace(
                actor=actor, item=item, new_code=code, reason=_("编入案卷 %(code)s") % {"code": volume.reference_code}
            )
            continue
        changes[item.pk] = {"reference_code": ("", code), "number": (None, number)}
        item.reference_code, item.number = code, number
        item.version += 1
        fresh.append(item)
    Item.objects.bulk_update(fresh, ["reference_code", "number", "version"], batch_size=200)
    if fresh:
        codes_register(actor=actor, pairs=[(item.reference_code, item) for item in fresh])
        note_items(actor, ITEM_NUMBERED, fresh, changes, "")
        _indexed(fresh)
    return len(waiting)


def _indexed(items: list[Item]) -> None:
    from kedang.business.holdings.services.items.indexing import reindex

    reindex([item.pk for item in items])


@when_replaced
def follow_code(owner: Volume | Item) -> None:
    """A volume is found by its new code, and by the old one."""
    if isinstance(owner, Volume):
        volumes_indexed([owner.pk])
