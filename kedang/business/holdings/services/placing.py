"""入库 and 移库: what stands where, from when to when. Places count themselves anew under lock, so a full one stays full."""

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import (
    Carrier,
    ItemState,
    LocationKind,
    NoteKind,
    VolumeState,
    Whereabouts,
)
from kedang.business.holdings.events.custody import (
    BOX_MOVED,
    ITEM_MOVED,
    ITEM_PUT_AWAY,
    TAKEN_OUT,
    VOLUME_MOVED,
    VOLUME_PUT_AWAY,
)
from kedang.business.holdings.models import Item, Location, Placement, Volume
from kedang.business.holdings.services.custody_writing import reason_given
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import Entry, record, record_many, subject_of
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

PAGES_A_MILLIMETRE = 10
HOLDS = (LocationKind.SHELF, LocationKind.BOX)
Things = Sequence[Any]


@transaction.atomic
def put_away(
    *,
    actor: Actor,
    location: Location,
    volumes: Iterable[Any] = (),
    items: Iterable[Any] = (),
    reason: str = "",
    override: str = "",
) -> list[Placement]:
    """Put volumes and single items on a shelf or into a box, from nowhere or from where they stood. What is there already stays.

    Args:
        override: why a box may mix years, units or retention periods, where somebody says so.

    Raises:
        Refused: ``location_kind``, ``location_blocked``, ``location_full``, ``box_mixed``, ``volume_open``, ``no_paper``, ``on_loan``,
            ``item_in_volume``, ``item_not_ready`` and what the states of volume and item forbid.
    """
    require(actor, "custody.keep")
    rows = _locked(Volume, actor, volumes)
    singles = _locked(Item, actor, items)
    places = lock_places({location.pk, *(one.location_id for one in (*rows, *singles) if one.location_id)})
    target = _target(actor, places, location, HOLDS)
    moving: list[Any] = [one for one in (*rows, *singles) if one.location_id != target.pk]
    for one in moving:
        _refuse_thing(one)
    if not moving:
        return list(Placement.objects.filter(location=target, until__isnull=True, volume__in=rows))
    refuse_unusable(target)
    why = " ".join(reason.split())[:200]
    if target.kind == LocationKind.BOX:
        why = _refuse_mixed(target, moving, override) or why
    made = _place(actor, target, moving, why)
    recount(target, sum(size_in(target, one) for one in moving))
    for key, place in places.items():
        if key != target.pk:
            recount(place)
    return made


@transaction.atomic
def box_move(*, actor: Actor, box: Location, to: Location, reason: str = "") -> Location:
    """Carry a box with all that is in it to another shelf. Its number, and what stands in it, stay as they are.

    Raises:
        Refused: ``location_kind``, ``location_blocked``, ``location_full``.
    """
    require(actor, "custody.keep")
    known = Location.objects.filter(pk=box.pk).values_list("parent_id", flat=True).first()
    places = lock_places({box.pk, to.pk, *([known] if known else [])})
    row = _target(actor, places, box, (LocationKind.BOX,))
    target = _target(actor, places, to, (LocationKind.SHELF,))
    if row.parent_id == target.pk:
        return row
    if row.parent_id and row.parent_id not in places:
        raise Refused("box_moved", _("盒“%(box)s”刚被移走，请重新扫码。") % {"box": row.label})
    refuse_unusable(target)
    now, why = clock.now(), " ".join(reason.split())[:200]
    Placement.objects.filter(box=row, until__isnull=True).update(until=now)
    Placement.objects.create(location=target, box=row, since=now, reason=why, moved_by=actor.display_name[:80])
    before, row.parent, row.path, row.moved_at = row.parent_id, target, f"{target.path}{row.pk}/", now
    row.version += 1
    row.save(update_fields=["parent", "path", "moved_at", "version"])
    record(actor, BOX_MOVED, row, changes={"parent": (before, target.pk)}, reason=why, meta={"label": target.label})
    recount(target, 1)
    if before:
        recount(places[before])
    return row


@transaction.atomic
def take_out(*, actor: Actor, volumes: Iterable[Any] = (), items: Iterable[Any] = (), reason: str) -> int:
    """Take things off the shelf for good or for a while (reopened, moved elsewhere); their history stays.

    Raises:
        Refused: ``reason_missing``.
    """
    require(actor, "custody.keep")
    why = reason_given(reason, _("重新开卷整理"))[:200]
    rows: list[Any] = [*_locked(Volume, actor, volumes), *_locked(Item, actor, items)]
    standing = [one for one in rows if one.location_id]
    places = lock_places({one.location_id for one in standing})
    _end(standing, clock.now())
    entries = []
    for one in standing:
        changes: dict[str, tuple[Any, Any]] = {"location": (one.location_id, None)}
        one.location, one.version = None, one.version + 1
        if isinstance(one, Volume) and one.state == VolumeState.SHELVED:
            changes["state"] = (one.state, VolumeState.CLOSED)
            one.state = VolumeState.CLOSED
        one.save(update_fields=[*changes, "version"])
        entries.append(Entry(subject_of(one), changes, why, {"version": one.version}))
    record_many(actor, TAKEN_OUT, entries)
    for place in places.values():
        recount(place)
    return len(standing)


# Places


def lock_places(keys: Iterable[int]) -> dict[int, Location]:
    """Places under lock, always in the same order, so that two people never wait for each other in a ring."""
    rows = Location.objects.select_for_update(of=("self",)).filter(pk__in=set(keys)).order_by("pk")
    return {row.pk: row for row in rows}


def recount(place: Location, coming: int = 0) -> None:
    """Count what a place holds and keep the figure; refuse when it is more than fits (``coming`` of it new)."""
    used = used_now(place)
    if coming and place.capacity is not None and used > place.capacity:
        raise full(place, used - coming, coming)
    if used != place.used:
        place.used = used
        Location.objects.filter(pk=place.pk).update(used=used)


def used_now(place: Location) -> int:
    """Millimetres in a box, things on a shelf, places in the rest."""
    if place.kind == LocationKind.BOX:
        pages = [*place.volumes.values_list("page_count", flat=True), *place.items.values_list("pages", flat=True)]
        return sum(millimetres(count) for count in pages)
    if place.kind == LocationKind.SHELF:
        return int(place.children.count() + place.volumes.count() + place.items.count())
    return int(place.children.count())


def millimetres(pages: int) -> int:
    """How thick so many pages are: ten to a millimetre, at least one."""
    return max(1, ceil(pages / PAGES_A_MILLIMETRE))


def size_in(place: Location, thing: Any) -> int:
    """What a thing takes up in a place."""
    if place.kind != LocationKind.BOX:
        return 1
    return millimetres(thing.page_count if isinstance(thing, Volume) else thing.pages)


def full(place: Location, used: int, coming: int) -> Refused:
    """The refusal of a place that is full."""
    unit = _("毫米") if place.kind == LocationKind.BOX else _("位")
    told = _("“%(place)s”容量 %(capacity)s %(unit)s，已用 %(used)s，放不下再来的 %(coming)s。请换一个位置。") % {
        "place": place.label, "capacity": place.capacity, "unit": unit, "used": used, "coming": coming,
    }  # fmt: skip
    return Refused("location_full", told, "location", capacity=place.capacity, used=used)


def refuse_unusable(place: Location) -> None:
    """A place that is out of use, or lies in one that is, takes nothing in."""
    keys = [int(key) for key in place.path.strip("/").split("/") if key] or [place.pk]
    blocked = Location.objects.filter(pk__in=keys, is_blocked=True).order_by("pk").first()
    if blocked is not None:
        told = _("“%(place)s”已停用，不能放入。请换一个位置，或先恢复使用。") % {"place": blocked.label}
        raise Refused("location_blocked", told, "location")


def _target(actor: Actor, places: dict[int, Location], asked: Location, kinds: Sequence[str]) -> Location:
    row = places.get(asked.pk)
    if row is None:
        raise OutOfScope
    require(actor, "custody.keep", row)
    if row.kind not in kinds:
        wanted = "、".join(str(LocationKind(kind).label) for kind in kinds)
        told = _("“%(place)s”是%(kind)s，这里要扫的是%(wanted)s。原来的位置没有改动。") % {
            "place": row.label, "kind": row.get_kind_display(), "wanted": wanted,
        }  # fmt: skip
        raise Refused("location_kind", told, "location")
    return row


# Things


def _locked(model: Any, actor: Actor, given: Iterable[Any]) -> list[Any]:
    keys = sorted({one if isinstance(one, int) else one.pk for one in given})
    if not keys:
        return []
    rows = list(model.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
    if len(rows) < len(keys):
        raise OutOfScope
    for row in rows:
        require(actor, "custody.keep", row)
    return rows


def _refuse_thing(one: Any) -> None:
    name = one.reference_code or one.title
    if one.whereabouts in (Whereabouts.ISSUED, Whereabouts.WITHDRAWN):
        told = _("“%(name)s”的去向是“%(where)s”，不在库里。请先办理归还，再放入。") % {
            "name": name, "where": one.get_whereabouts_display(),
        }  # fmt: skip
        raise Refused("on_loan", told)
    if one.carrier == Carrier.ELECTRONIC:
        raise Refused("no_paper", _("“%(name)s”只有电子文件，没有可以上架的实物。") % {"name": name})
    if isinstance(one, Volume):
        if one.state == VolumeState.OPEN:
            raise Refused("volume_open", _("案卷“%(name)s”还在组卷，请先结卷，再入库。") % {"name": name})
    elif one.volume_id:
        told = _("此件在案卷里，随案卷存放。请扫案卷“%(volume)s”。") % {"volume": one.volume.reference_code}
        raise Refused("item_in_volume", told)
    elif one.state not in (ItemState.CATALOGUED, ItemState.FILED):
        raise Refused("item_not_ready", _("“%(name)s”还没有编目，请先编目，再入库。") % {"name": name})


def _kind_of(one: Any) -> tuple[Any, Any, Any]:
    return one.year, one.retention_id, one.department_id


def _refuse_mixed(box: Location, coming: Things, override: str) -> str:
    """One box holds one year, one retention period, one unit (DA/T 22); returns the reason where somebody overrides."""
    inside: list[Any] = [
        *Volume.objects.filter(location=box).select_related("retention", "department"),
        *Item.objects.filter(location=box).select_related("retention", "department"),
    ]
    kinds = {_kind_of(one) for one in (inside or coming[:1])}
    odd = next((one for one in coming if _kind_of(one) not in kinds), None)
    if odd is None:
        return ""
    if len(override.strip()) >= 2:
        return _("混装：%(why)s") % {"why": " ".join(override.split())[:180]}
    told = _("盒“%(box)s”里是%(inside)s，“%(code)s”是%(coming)s，不能混装（DA/T 22）。请换一个盒；确需混装的，请写明理由。") % {
        "box": box.label, "inside": _words(inside[0] if inside else coming[0]), "code": odd.reference_code, "coming": _words(odd),
    }  # fmt: skip
    raise Refused("box_mixed", told, "override")


def _words(one: Any) -> str:
    unit = one.department.name if one.department_id else _("未分部门")
    return _("%(year)s 年度、%(term)s、%(unit)s") % {"year": one.year, "term": one.retention, "unit": unit}


def _place(actor: Actor, target: Location, moving: Things, why: str) -> list[Placement]:
    now, who = clock.now(), actor.display_name[:80]
    _end(moving, now)
    made = Placement.objects.bulk_create(
        [
            Placement(
                location=target, since=now, reason=why, moved_by=who,
                volume=one if isinstance(one, Volume) else None, item=one if isinstance(one, Item) else None,
            )
            for one in moving
        ]
    )  # fmt: skip
    entries: dict[Any, list[Entry]] = {VOLUME_PUT_AWAY: [], VOLUME_MOVED: [], ITEM_PUT_AWAY: [], ITEM_MOVED: []}
    for one in moving:
        is_volume, before = isinstance(one, Volume), one.location_id
        changes: dict[str, tuple[Any, Any]] = {"location": (before, target.pk)}
        one.location, one.version = target, one.version + 1
        saved = ["location", "version"]
        if is_volume and one.state == VolumeState.CLOSED:
            changes["state"] = (one.state, VolumeState.SHELVED)
            one.state = VolumeState.SHELVED
            one.shelved_at = one.shelved_at or now
            saved += ["state", "shelved_at"]
        one.save(update_fields=saved)
        event = (
            (VOLUME_MOVED if before else VOLUME_PUT_AWAY) if is_volume else (ITEM_MOVED if before else ITEM_PUT_AWAY)
        )
        entries[event].append(Entry(subject_of(one), changes, why, {"label": target.label, "version": one.version}))
    for event, lines in entries.items():
        if lines:
            record_many(actor, event, lines)
    _note_moves(actor, target, [one for one in moving if isinstance(one, Volume)], made)
    return made


def _end(things: Things, now: Any) -> None:
    for field, model in (("volume", Volume), ("item", Item)):
        keys = [one.pk for one in things if isinstance(one, model)]
        if keys:
            Placement.objects.filter(**{f"{field}__in": keys}, until__isnull=True).update(until=now)


def _note_moves(actor: Actor, target: Location, volumes: Things, made: list[Placement]) -> None:
    """A volume that stood elsewhere before has it written into its 备考表."""
    if not volumes:
        return
    before = Placement.objects.filter(volume__in=volumes).exclude(pk__in=[one.pk for one in made])
    had = set(before.values_list("volume_id", flat=True))
    for one in volumes:
        if one.pk in had:
            from kedang.business.holdings.services.volumes.notes import note_add

            told = _("移库：移至“%(place)s”。") % {"place": target.label}
            note_add(actor=actor, volume=one, kind=NoteKind.MOVED, text=told)
