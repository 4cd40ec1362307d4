"""The tree of places: set up one by one or a whole cabinet at once, changed, taken out of use (AR-11, CS-01)."""

from itertools import product
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import Problems, constraints_refuse
from kedang.business.customers.services.writing import first_values
from kedang.business.holdings.choices import LOCATION_ORDER, LocationKind
from kedang.business.holdings.events.custody import LOCATION_CHANGED, LOCATION_CREATED, LOCATIONS_MADE
from kedang.business.holdings.models import Location, Placement
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
from kedang.foundation.numbering.models import NumberRule
from kedang.foundation.numbering.services import issue_run

FIELDS = ("kind", "parent", "code", "name", "capacity", "thickness", "note", "is_blocked", "position")
CHANGEABLE = ("name", "capacity", "thickness", "note", "is_blocked", "position")
BOX_KEY, BOX_CODE = "holdings.box", "H"
MOST_AT_ONCE = 400
SIDES = "AB"


@transaction.atomic
def location_create(*, actor: Actor, values: Values, fonds: Fonds | int | None = None) -> Location:
    """Set up one place. A box without a code gets the next box number; with a parent it stands there at once.

    Raises:
        Refused: ``values_invalid``, ``location_order``, ``location_full``, ``location_blocked``, ``label_taken``.
    """
    require(actor, "custody.layout")
    problems = Problems()
    clean = typed_values(Location, values, FIELDS, problems)
    parent = clean.pop("parent", None)
    above = locked(Location, actor, parent, "custody.layout") if parent is not None else None
    row = Location(fonds_id=fonds_of(actor, fonds or (above and above.fonds_id)), parent=above, **clean)
    if row.kind == LocationKind.BOX and not row.code:
        row.code = box_codes(actor, row.fonds_id, 1)[0]
    if not row.code:
        problems.tell("code", _("请填写编号，例如 01。"))
    if any(sign in row.code for sign in "-/ "):
        problems.tell("code", _("编号里不能有“-”、“/”和空格，它们用来分隔各级位置。"))
    _refuse_order(row, above)
    row.label = label_of(row, above)
    checked(row, ("kind", "code", "name", "capacity", "thickness", "note"), problems)
    with constraints_refuse(_taken(row.label)):
        row.save(force_insert=True)
    row.path = f"{above.path if above else '/'}{row.pk}/"
    row.save(update_fields=["path"])
    record(actor, LOCATION_CREATED, row, changes=first_values(row, (*FIELDS, "label")))
    if above is not None:
        _count_child(actor, above, row)
    return row


@transaction.atomic
def location_change(*, actor: Actor, location: Location, values: Values, version: int | None = None) -> Location:
    """Change name, capacity, note, order, or take a place out of use. Kind, code and label stay: they stand on the labels.

    Raises:
        Refused: ``stale_version``, ``values_invalid``, ``capacity_small``.
    """
    row: Location = locked(Location, actor, location, "custody.layout")
    changes = changed(row, values, CHANGEABLE, version)
    if not changes:
        return row
    if "capacity" in changes and row.capacity is not None and row.capacity < row.used:
        raise Refused(
            "capacity_small",
            _("“%(place)s”已用 %(used)s，容量不能改成 %(capacity)s。请先移走一部分，再改容量。")
            % {"place": row.label, "used": row.used, "capacity": row.capacity},
            "capacity",
        )
    save_changes(row, *changes)
    record(actor, LOCATION_CHANGED, row, changes=changes, meta={"version": row.version})
    return row


@transaction.atomic
def cabinet_make(
    *,
    actor: Actor,
    location: Location,
    code: str,
    shelves: int,
    sides: int = 1,
    capacity: int | None = None,
    name: str = "",
) -> Location:
    """A cabinet with all its shelves at once, in a room; shelves are ``A1`` … ``B6`` when it has two sides, else ``1`` … ``6``.

    Raises:
        Refused: ``values_invalid``, ``location_order``, ``label_taken``.
    """
    if not (1 <= shelves <= 20 and 1 <= sides <= 2):
        raise Refused("values_invalid", _("一个柜 1–20 层、1–2 面，请核对。"), "shelves")
    cabinet = location_create(
        actor=actor, values={"kind": LocationKind.CABINET, "parent": location, "code": code, "name": name}
    )
    faces = SIDES[:sides] if sides > 1 else ("",)
    rows = [
        Location(
            fonds_id=cabinet.fonds_id, parent=cabinet, kind=LocationKind.SHELF, code=f"{side}{number}",
            label=f"{cabinet.label}-{side}{number}", capacity=capacity, position=at,
        )
        for at, (side, number) in enumerate(product(faces, range(1, shelves + 1)))
    ]  # fmt: skip
    with constraints_refuse(_taken(cabinet.label)):
        made = Location.objects.bulk_create(rows)
    for row in made:
        row.path = f"{cabinet.path}{row.pk}/"
    Location.objects.bulk_update(made, ["path"])
    Location.objects.filter(pk=cabinet.pk).update(used=len(made))
    cabinet.used = len(made)
    record(actor, LOCATIONS_MADE, cabinet, meta={"shelves": shelves, "sides": sides, "capacity": capacity})
    return cabinet


@transaction.atomic
def boxes_make(
    *, actor: Actor, location: Location, count: int, thickness: int = 50, capacity: int | None = None
) -> list[Location]:
    """New empty boxes on a shelf, with numbers from the ledger. A box holds as many millimetres as its spine is thick.

    Raises:
        Refused: ``values_invalid``, ``location_order``, ``location_full``, ``location_blocked``.
    """
    shelf: Location = locked(Location, actor, location, "custody.layout")
    if not 1 <= count <= MOST_AT_ONCE:
        raise Refused("values_invalid", _("一次建 1–%(most)s 个盒，请核对。") % {"most": MOST_AT_ONCE}, "count")
    rows = [
        Location(
            fonds_id=shelf.fonds_id, parent=shelf, kind=LocationKind.BOX, code=code, label=code, thickness=thickness,
            capacity=capacity or thickness, position=at,
        )
        for at, code in enumerate(box_codes(actor, shelf.fonds_id, count))
    ]  # fmt: skip
    _refuse_order(rows[0], shelf)
    made = Location.objects.bulk_create(rows)
    for row in made:
        row.path = f"{shelf.path}{row.pk}/"
    Location.objects.bulk_update(made, ["path"])
    record(actor, LOCATIONS_MADE, shelf, meta={"boxes": count, "first": made[0].label, "last": made[-1].label})
    _stand(actor, shelf, made)
    return made


def box_codes(actor: Actor, fonds_id: int, count: int) -> list[str]:
    """The next box numbers of a company, from the ledger."""
    rule, _made = NumberRule.objects.get_or_create(
        fonds_id=fonds_id, key=BOX_KEY, defaults={"template": "{code}{serial}", "serial_width": 5}
    )
    return issue_run(actor=actor, rule=rule, code=rule.codes.get("box") or BOX_CODE, count=count).texts()


def label_of(row: Location, above: Location | None) -> str:
    """What stands on the place: its way from the top; a box keeps its own number wherever it goes."""
    if row.kind == LocationKind.BOX or above is None:
        return str(row.code)
    return f"{above.label}-{row.code}"


def _refuse_order(row: Location, above: Location | None) -> None:
    if row.kind not in LOCATION_ORDER:
        return
    if above is None:
        if row.kind not in (LocationKind.STOREHOUSE, LocationKind.ROOM, LocationKind.BOX):
            told = _("%(kind)s要放在上级位置之内，请先选择上级位置。") % {"kind": row.get_kind_display()}
            raise Refused("location_order", told, "parent")
        return
    if above.kind == LocationKind.BOX or LOCATION_ORDER.index(above.kind) >= LOCATION_ORDER.index(row.kind):
        told = _("%(kind)s不能放在%(above)s“%(label)s”之内。次序是库区、库房、柜、层、盒。") % {
            "kind": row.get_kind_display(), "above": above.get_kind_display(), "label": above.label,
        }  # fmt: skip
        raise Refused("location_order", told, "parent")
    if row.kind == LocationKind.BOX and above.kind != LocationKind.SHELF:
        told = _("档案盒要放在某一层上，“%(label)s”是%(above)s。") % {
            "label": above.label,
            "above": above.get_kind_display(),
        }
        raise Refused("location_order", told, "parent")


def _count_child(actor: Actor, above: Location, row: Location) -> None:
    if row.kind == LocationKind.BOX:
        _stand(actor, above, [row])
        return
    from kedang.business.holdings.services.placing import refuse_unusable

    refuse_unusable(above)
    above.used = Location.objects.filter(parent=above).count()
    _refuse_over(above, 1)
    Location.objects.filter(pk=above.pk).update(used=above.used)


def _stand(actor: Actor, shelf: Location, boxes: list[Location]) -> None:
    """New boxes stand where they were made, and the shelf has room for them."""
    from kedang.business.holdings.services.placing import recount, refuse_unusable

    refuse_unusable(shelf)
    now, who = clock.now(), actor.display_name[:80]
    Placement.objects.bulk_create([Placement(location=shelf, box=box, since=now, moved_by=who) for box in boxes])
    recount(shelf, len(boxes))


def _refuse_over(above: Location, more: int) -> None:
    if above.capacity is not None and above.used > above.capacity:
        from kedang.business.holdings.services.placing import full

        raise full(above, above.used - more, more)


def _taken(label: str) -> dict[str, tuple[str, str, str]]:
    told = _("已有位置“%(label)s”，请换一个编号。") % {"label": label}
    return {"location_label_once": ("label_taken", "code", told), "label": ("label_taken", "code", told)}


def ancestors_of(location: Location) -> list[Any]:
    """The places above, from the top."""
    keys = [int(key) for key in location.path.strip("/").split("/") if key][:-1]
    found = Location.objects.in_bulk(keys)
    return [found[key] for key in keys if key in found]
