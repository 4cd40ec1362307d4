"""人员入库登记 and the keys handed out with it (CS-04)."""

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import Problems, constraints_refuse
from kedang.business.customers.services.writing import first_values
from kedang.business.holdings.events.custody import ROOM_ENTERED, ROOM_LEFT, VISIT_CORRECTED
from kedang.business.holdings.models import RoomVisit
from kedang.business.holdings.services.custody_writing import (
    Values,
    changed,
    checked,
    fonds_of,
    locked,
    save_changes,
    typed_values,
)
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

FIELDS = ("location", "visitor", "unit", "purpose", "escorted_by", "key_number")
CHANGEABLE = ("unit", "purpose", "escorted_by")


@transaction.atomic
def room_enter(*, actor: Actor, values: Values, fonds: Fonds | int | None = None) -> RoomVisit:
    """Somebody goes into a room, perhaps with its key. A key that is out is not handed out again.

    Raises:
        Refused: ``values_invalid``, ``key_is_out``.
    """
    require(actor, "custody.keep")
    problems = Problems()
    clean = typed_values(RoomVisit, values, FIELDS, problems)
    place = clean.get("location")
    if place is None:
        problems.tell("location", _("请选择进入哪个库房。"))
    else:
        require(actor, "custody.keep", place)
    row = RoomVisit(fonds_id=fonds_of(actor, fonds or (place and place.fonds_id)), entered_at=clock.now(), **clean)
    checked(row, FIELDS[1:], problems)
    out = RoomVisit.objects.filter(fonds_id=row.fonds_id, key_number=row.key_number, left_at__isnull=True).first()
    if row.key_number and out is not None:
        told = _("钥匙“%(key)s”由%(who)s于 %(at)s 领走，还没有交回，不能再领。") % {
            "key": row.key_number, "who": out.visitor, "at": f"{clock.local(out.entered_at):%Y-%m-%d %H:%M}",
        }  # fmt: skip
        raise Refused("key_is_out", told, "key_number")
    told = _("钥匙“%(key)s”刚被别人领走，不能再领。") % {"key": row.key_number}
    sentence = ("key_is_out", "key_number", told)
    with constraints_refuse({"room_key_out_once": sentence, "key_number": sentence}):
        row.save(force_insert=True)
    record(actor, ROOM_ENTERED, row, changes=first_values(row, FIELDS))
    return row


@transaction.atomic
def room_leave(*, actor: Actor, visit: RoomVisit) -> RoomVisit:
    """They left, and gave the key back.

    Raises:
        Refused: ``visit_over``.
    """
    row: RoomVisit = locked(RoomVisit, actor, visit, "custody.keep")
    if row.left_at is not None:
        raise Refused("visit_over", _("%(who)s已登记离开，不用再登记。") % {"who": row.visitor})
    row.left_at = clock.now()
    save_changes(row, "left_at")
    record(actor, ROOM_LEFT, row, changes={"left_at": (None, row.left_at)}, meta={"key": row.key_number})
    return row


@transaction.atomic
def visit_correct(*, actor: Actor, visit: RoomVisit, values: Values, version: int | None = None) -> RoomVisit:
    """Correct unit, purpose or who went along; who, when and which key stay as they were written down.

    Raises:
        Refused: ``stale_version``, ``values_invalid``.
    """
    row: RoomVisit = locked(RoomVisit, actor, visit, "custody.keep")
    changes = changed(row, values, CHANGEABLE, version)
    if changes:
        save_changes(row, *changes)
        record(actor, VISIT_CORRECTED, row, changes=changes, meta={"version": row.version})
    return row
