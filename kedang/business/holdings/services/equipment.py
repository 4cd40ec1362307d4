"""库房设备 and the duty to look after it every so many days (CS-04)."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import Problems
from kedang.business.customers.services.writing import first_values
from kedang.business.holdings.events.custody import EQUIPMENT_ADDED, EQUIPMENT_CHANGED, EQUIPMENT_LOOKED_AFTER
from kedang.business.holdings.models import Equipment
from kedang.business.holdings.services.custody_writing import (
    Values,
    changed,
    checked,
    fonds_of,
    locked,
    reason_given,
    save_changes,
    typed_values,
)
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

FIELDS = ("location", "kind", "name", "model_name", "bought_on", "every_days", "due_on", "is_retired", "remarks")


@transaction.atomic
def equipment_add(*, actor: Actor, values: Values, fonds: Fonds | int | None = None) -> Equipment:
    """Register a device; with a duty and no day given it is due that many days from now.

    Raises:
        Refused: ``values_invalid``.
    """
    require(actor, "custody.keep")
    problems = Problems()
    clean = typed_values(Equipment, values, FIELDS, problems)
    place = clean.get("location")
    if place is None:
        problems.tell("location", _("请选择设备所在的位置。"))
    else:
        require(actor, "custody.keep", place)
    row = Equipment(fonds_id=fonds_of(actor, fonds or (place and place.fonds_id)), **clean)
    if row.every_days and not row.due_on and not problems:
        row.due_on = clock.today() + timedelta(days=row.every_days)
    checked(row, FIELDS[1:], problems)
    row.save(force_insert=True)
    record(actor, EQUIPMENT_ADDED, row, changes=first_values(row, FIELDS))
    return row


@transaction.atomic
def equipment_change(*, actor: Actor, equipment: Equipment, values: Values, version: int | None = None) -> Equipment:
    """Change what is known of a device, or retire it.

    Raises:
        Refused: ``stale_version``, ``values_invalid``.
    """
    row: Equipment = locked(Equipment, actor, equipment, "custody.keep")
    changes = changed(row, values, FIELDS, version)
    if changes:
        save_changes(row, *changes)
        record(actor, EQUIPMENT_CHANGED, row, changes=changes, meta={"version": row.version})
    return row


@transaction.atomic
def equipment_look_after(*, actor: Actor, equipment: Equipment, reason: str) -> Equipment:
    """It was looked after; the next day is reckoned from today.

    Raises:
        Refused: ``equipment_retired``, ``reason_missing``.
    """
    row: Equipment = locked(Equipment, actor, equipment, "custody.keep")
    if row.is_retired:
        raise Refused("equipment_retired", _("“%(name)s”已报废，不用再检查。") % {"name": row.name})
    told = reason_given(reason, _("压力正常，已换滤网"))
    before = row.due_on
    row.due_on = clock.today() + timedelta(days=row.every_days) if row.every_days else None
    save_changes(row, "due_on")
    record(actor, EQUIPMENT_LOOKED_AFTER, row, changes={"due_on": (before, row.due_on)}, reason=told)
    return row
