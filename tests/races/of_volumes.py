"""Acts on a volume: open and filled, and closed with a request for reopening."""

from datetime import date
from typing import Any

from kedang.business.holdings.models import Item, Volume, VolumeNote
from kedang.business.holdings.services import volumes as v
from kedang.business.holdings.setup import ensure_defaults
from tests.cast import Cast
from tests.holdings.volumes import a_volume, an_item
from tests.races.acts import Act, Ground, Group, told

SHUT = told("volume_closed")


def who(ground: Ground) -> Any:
    return ground.cast.archivist


def an_open_volume(cast: Cast, number: int) -> Ground:
    """Three items inside, one beside it with a companion, and a twin to be."""
    ensure_defaults(cast.fonds)
    volume = a_volume(cast.archivist, cast.fonds, items=3, department=cast.sales_one)
    files = a_volume(cast.archivist, cast.fonds, carrier="electronic", department=cast.sales_one)
    other = a_volume(cast.archivist, cast.fonds, department=cast.sales_one)
    beside = an_item(cast.fonds, "补充协议", dated_on=date(2026, 6, 1))
    part = an_item(cast.fonds, "协议附件", belongs_to=beside, relation="attachment")
    inside = v.items_in_order(volume)
    more = {"beside": beside, "inside": inside, "files": files, "other": other, "version": volume.version}
    return Ground(cast, number, volume, more, [volume, other, beside, part, *inside])


def in_step(ground: Ground) -> list[str]:
    """Counts, positions and pages tell of the items; nothing is torn apart; what is closed is whole."""
    found = []
    for key in (ground.on.pk, ground.more["other"].pk):
        volume = Volume.objects.get(pk=key)
        rows = v.items_in_order(volume)
        if (volume.item_count, volume.page_count) != (len(rows), sum(row.pages for row in rows)):
            found.append(f"{volume.item_count} items and {volume.page_count} pages are told of {len(rows)} items")
        if [row.position for row in rows] != list(range(1, len(rows) + 1)):
            found.append(f"positions {[row.position for row in rows]}")
        pages = [1 + sum(one.pages for one in rows[:at]) for at in range(len(rows))]
        if [row.first_page for row in rows] != pages:
            found.append("first pages do not follow each other")
        if volume.state == "closed" and any(row.number is None or not row.reference_code for row in rows):
            found.append("closed with items that have no number")
    beside = Item.objects.get(pk=ground.more["beside"].pk)
    if {beside.volume_id} != set(Item.objects.filter(belongs_to=beside).values_list("volume_id", flat=True)):
        found.append("companions lie in two places")
    return found


OPEN_VOLUME = Group(
    "open volume",
    an_open_volume,
    (
        Act(
            "volume_change",
            lambda g, n: v.volume_change(actor=who(g), volume=g.on, values={"remarks": f"备注{n}"}, version=g.more["version"]),
            once=True, told=SHUT | told("stale_version"),
        ),
        Act(
            "volume_take", lambda g, n: v.volume_take(actor=who(g), volume=g.on, items=[g.more["beside"]]),
            once=True, told=SHUT | told("item_in_volume"),
        ),
        Act(
            "volume_take elsewhere", lambda g, n: v.volume_take(actor=who(g), volume=g.more["other"], items=[g.more["beside"]]),
            once=True, told=SHUT | told("item_in_volume"),
        ),
        Act(
            "volume_release", lambda g, n: v.volume_release(actor=who(g), volume=g.on, item=g.more["inside"][2], reason="误编"),
            once=True, told=SHUT | told("item_not_here"),
        ),
        Act(
            "volume_reorder", lambda g, n: v.volume_reorder(actor=who(g), volume=g.on, item=g.more["inside"][n % 2], to=1),
            told=SHUT, quiet=True,
        ),
        Act("volume_close", lambda g, n: v.volume_close(actor=who(g), volume=g.on, inspector=g.cast.head), once=True, told=SHUT),
        Act(
            "volume_twin_set", lambda g, n: v.volume_twin_set(actor=who(g), volume=g.on, twin=g.more["files"]), quiet=True,
        ),
        Act("note_write", lambda g, n: v.note_write(actor=who(g), volume=g.on, kind="defect", text=f"第 {n} 页破损")),
        Act("note_add", lambda g, n: v.note_add(actor=who(g), volume=g.on, kind="moved", text=f"移库 {n}")),
    ),
    in_step,
)  # fmt: skip


def a_closed_volume(cast: Cast, number: int) -> Ground:
    """Closed, with lines to sign and a request that waits."""
    ensure_defaults(cast.fonds)
    volume = a_volume(cast.archivist, cast.fonds, items=1, department=cast.sales_one)
    volume = v.volume_close(actor=cast.archivist, volume=volume, inspector=cast.head)
    v.note_write(actor=cast.archivist, volume=volume, kind="remark", text="已装订")
    asked = v.volume_reopen_ask(actor=cast.archivist, volume=volume, reason="补入协议")
    return Ground(cast, number, volume, {"asked": asked}, [volume, asked])


def decided_once(ground: Ground) -> list[str]:
    """One decision, and one line about it where it was granted."""
    volume = Volume.objects.get(pk=ground.on.pk)
    ground.more["asked"].refresh_from_db()
    granted = VolumeNote.objects.filter(volume=volume, kind="reopened").count()
    found = [] if granted <= 1 else [f"opened {granted} times"]
    if bool(ground.more["asked"].is_granted) != (volume.state == "open"):
        found.append(f"granted: {ground.more['asked'].is_granted}, state: {volume.state}")
    if VolumeNote.objects.filter(volume=volume, signed_at__isnull=False, signed_by__isnull=True).exists():
        found.append("signed by nobody")
    return found


CLOSED_VOLUME = Group(
    "closed volume",
    a_closed_volume,
    (
        Act(
            "volume_reopen_decide",
            lambda g, n: v.volume_reopen_decide(actor=g.cast.manager, reopening=g.more["asked"], is_granted=n % 3 > 0, opinion="照此办理"),
            once=True, told=told("reopening_decided", "case_closed", "not_your_turn"),
        ),
        Act(
            "volume_reopen_ask", lambda g, n: v.volume_reopen_ask(actor=who(g), volume=g.on, reason="再次申请"),
            once=True, told=told("reopening_waiting", "volume_open"), opened=True,
        ),
        Act("notes_sign", lambda g, n: v.notes_sign(actor=who(g), volume=g.on), told=told("nothing_to_sign")),
        Act("note_write once closed", lambda g, n: v.note_write(actor=who(g), volume=g.on, kind="missing", text=f"缺第 {n} 页")),
        Act(
            "volume_change once closed",
            lambda g, n: v.volume_change(actor=who(g), volume=g.on, values={"remarks": f"备注{n}"}), told=SHUT, opened=True,
        ),
    ),
    decided_once,
)  # fmt: skip
