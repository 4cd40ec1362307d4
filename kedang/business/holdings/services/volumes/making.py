"""A volume is made and described."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import Problems, clean_record, constraints_refuse
from kedang.business.customers.services.writing import first_values, take_over
from kedang.business.holdings.choices import NoteKind
from kedang.business.holdings.events.volumes import VOLUME_CHANGED, VOLUME_CREATED
from kedang.business.holdings.models import Item, Volume
from kedang.business.holdings.services.volumes import codes
from kedang.business.holdings.services.volumes.checking import EVERY, FIXED, PLAIN, checked
from kedang.business.holdings.services.volumes.notes import note_if_known
from kedang.business.holdings.services.volumes.writing import (
    fonds_id_of,
    locked_volume,
    note_volume,
    reindex,
    save_volume,
)
from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.access.policies import require, require_still_in_scope
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor

Values = Mapping[str, Any]
CODED = {"series", "year", "retention", "template"}
"""What stands in the code."""


@transaction.atomic
def volume_create(*, actor: Actor, values: Values, fonds: Fonds | None = None, reason: str = "") -> Volume:
    """Make a volume; its code comes from the ledger.

    Args:
        actor: who makes it; becomes 立卷人 unless told otherwise.
        values: fields of the volume (``checking.EVERY``); without a title one is made from class, year and customer. ``catalogue`` is the
            目录号, where the template wants one; ``reserved_code`` a number that was set aside, instead of the next one.
        fonds: company, when the actor has none (machines).

    Raises:
        NotAllowed: no right to arrange. Refused: ``values_invalid``, ``out_of_writer_scope``, and those of the codes.
    """
    require(actor, "holdings.arrange")
    fonds_id = fonds_id_of(actor, fonds)
    given = dict(values)
    catalogue, reserved = (str(given.pop(name, "") or "").strip() for name in ("catalogue", "reserved_code"))
    clean, problems = checked(actor, given, fonds_id, None)
    problems.refuse()
    clean["title"] = clean.get("title") or usual_title(clean)
    now = clock.now()
    volume = Volume(
        fonds_id=fonds_id, **{k: v for k, v in clean.items() if v is not None}, created_at=now, changed_at=now
    )
    if volume.responsible is None and isinstance(actor, Person):
        volume.responsible = actor
    if volume.department is None and volume.responsible is not None and "department" not in values:
        volume.department = volume.responsible.department
    clean_record(volume, PLAIN, problems)
    problems.refuse()
    volume.template, volume.reference_code, volume.number = codes.issued(actor, volume, catalogue, reserved)
    with constraints_refuse(_code_taken(volume)):
        volume.save(force_insert=True)
    codes.registered(actor, volume)
    changes = first_values(volume, ("reference_code", *EVERY))
    meta = {"version": 1, **({"reserved_code": volume.reference_code} if reserved else {})}
    record(actor, VOLUME_CREATED, volume, changes=changes, reason=reason.strip(), meta=meta)
    require_still_in_scope(actor, volume)
    reindex([volume.pk])
    return volume


@transaction.atomic
def volume_change(
    *, actor: Actor, volume: Volume, values: Values, version: int | None = None, reason: str = ""
) -> Volume:
    """Change the description of an open volume. What its items went in by (class, year, retention …) only while it is empty.

    A new class, year or retention gives it a new code; the old one leads to it for ever.

    Raises:
        Refused: ``stale_version``, ``volume_closed``, ``volume_has_items``, ``secrecy_below_items``, ``values_invalid``.
    """
    found = locked_volume(actor, volume, "holdings.arrange", version=version)
    clean, problems = checked(actor, values, found.fonds_id, found)
    problems.refuse()
    changes = take_over(found, clean)
    if not changes:
        return found
    _refuse_fixed(found, changes, problems)
    _refuse_secrecy(found, changes, problems)
    clean_record(found, tuple(name for name in changes if name in PLAIN), problems)
    problems.refuse(_first_code(problems))
    old_code, saving = found.reference_code, set(changes)
    if CODED & saving or ("project" in saving and "{project" in found.template.volume_template):
        codes.renewed(actor, found, reason or _("类别、年度、期限或项目更正"))
        saving |= {"reference_code", "number", "template"}
        if found.reference_code != old_code:
            changes["reference_code"] = (old_code, found.reference_code)
    save_volume(actor, found, saving=saving)
    note_volume(actor, VOLUME_CHANGED, found, changes=changes, reason=reason)
    note_if_known(actor, found, NoteKind.CHANGED, _("更正%(fields)s") % {"fields": _labels(changes)})
    return found


def usual_title(values: Values) -> str:
    """题名 from project or customer, year and class, e.g. 青山精密机械有限公司2026年合同."""
    who = values.get("project") or values.get("customer") or ""
    told = _("%(who)s%(year)s年%(series)s") % {"who": who, "year": values["year"], "series": values["series"].name}
    return told[:300]


def _refuse_fixed(volume: Volume, changes: Mapping[str, Any], problems: Problems) -> None:
    held = [name for name in FIXED if name in changes]
    if held and volume.item_count:
        told = _("卷内已有 %(count)s 件，不能再改%(fields)s。请先移出文件，或另立新卷。")
        problems.tell(held[0], told % {"count": volume.item_count, "fields": _labels(held)})


def _refuse_secrecy(volume: Volume, changes: Mapping[str, Any], problems: Problems) -> None:
    """As secret as its most secret item at least; 绝密 is decided while it is empty."""
    if "secrecy_level" not in changes or not volume.item_count:
        return
    old, new = changes["secrecy_level"]
    highest = max(Item.objects.filter(volume=volume).values_list("secrecy_level", flat=True), default=0)
    if SecrecyLevel.TOP_SECRET in {old, new}:
        problems.tell(
            "secrecy_level", _("绝密案卷须单独组成：卷内已有文件的，不能改为绝密，也不能由绝密改低。请移出文件后再改。")
        )
    elif new < highest:
        told = _("卷内有“%(level)s”文件，案卷密级不能低于它。")
        problems.tell("secrecy_level", told % {"level": SecrecyLevel(highest).label})


def _first_code(problems: Problems) -> str:
    first = next(iter(problems), "")
    return (
        "volume_has_items"
        if first in FIXED
        else "secrecy_below_items"
        if first == "secrecy_level"
        else "values_invalid"
    )


def _labels(names: Any) -> str:
    return "、".join(str(getattr(Volume._meta.get_field(name), "verbose_name", name)) for name in names)


def _code_taken(volume: Volume) -> dict[str, tuple[str, str, str]]:
    told = _("档号 %(code)s 已被占用，请重新保存。") % {"code": volume.reference_code}
    taken = ("volume_code_taken", "", told)
    return {"volume_code_once": taken, "reference_code": taken}
