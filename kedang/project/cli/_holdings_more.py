"""What stands around the items of the measured archive: shelves and boxes, papers at the door, text of documents, a trail of looking."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from random import Random
from typing import Any

from kedang.business.holdings.choices import FilingStep, ItemState, LocationKind
from kedang.business.holdings.events.volumes import VOLUME_VIEWED
from kedang.business.holdings.models import FilingTrace, Item, ItemFile, Location, Placement, Volume
from kedang.foundation.audit.record import Entry, SubjectRef, record_many
from kedang.foundation.files.models import FilePage, FileReading, FileState, ReadingState, StoredFile
from kedang.foundation.kernel.sure import sure

CHUNK = 2000
BOXED = 5
"""Volumes in a box."""
SHELVED = 12
"""Boxes on a shelf; six shelves make a cabinet, twenty cabinets fill a room."""
PHRASES = (
    "双方经协商一致",
    "约定按照本协议第三条执行",
    "验收合格后三十日内支付货款",
    "质量保证期自交付之日起十二个月",
    "由乙方负责运输与安装调试",
    "如有异议应在七日内书面提出",
    "本次走访了解到客户扩建二期厂房",
    "会议确定由技术部跟进整改",
    "数量、规格、单价详见附件清单",
    "经核对双方账目相符",
    "授权代表签字并加盖公章后生效",
    "争议提交原告所在地人民法院",
)
SIGNS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
"""Three of these make a word that stands on few pages."""


def shelve(fonds: Any, volumes: Sequence[Volume], who: str, now: Any) -> None:
    """Room, cabinets, shelves and boxes, and the shelved volumes in them, each with its record of standing there."""
    shelved = [one for one in volumes if one.state == "shelved"]
    boxes = -(-len(shelved) // BOXED)
    shelves = -(-boxes // SHELVED)
    house = _made([_place(fonds, None, LocationKind.STOREHOUSE, "C", 0)])
    rooms = _made([_place(fonds, house[0], LocationKind.ROOM, f"{n + 1}", n) for n in range(-(-shelves // 120))])
    cabinets = _made(
        [_place(fonds, rooms[n // 20], LocationKind.CABINET, f"{n + 1:02d}", n) for n in range(-(-shelves // 6))]
    )
    levels = _made(
        [_place(fonds, cabinets[n // 6], LocationKind.SHELF, f"{n % 6 + 1}", n, SHELVED) for n in range(shelves)]
    )
    held = _made([_place(fonds, levels[n // SHELVED], LocationKind.BOX, f"H{n + 1:05d}", n, 50) for n in range(boxes)])
    for at, volume in enumerate(shelved):
        volume.location = held[at // BOXED]
        held[at // BOXED].used += 10
    for place in (*rooms, *cabinets, *levels, *held):
        sure(place.parent).used += 1
    Volume.objects.bulk_update(shelved, ["location"], batch_size=500)
    Location.objects.bulk_update([*house, *rooms, *cabinets, *levels, *held], ["used"], batch_size=500)
    standing = [Placement(location=box.parent, box=box, since=now, moved_by=who) for box in held]
    standing += [Placement(location=one.location, volume=one, since=now, moved_by=who) for one in shelved]
    Placement.objects.bulk_create(standing, batch_size=CHUNK)


def _place(fonds: Any, above: Location | None, kind: str, code: str, at: int, capacity: int | None = None) -> Location:
    label = code if above is None or kind == LocationKind.BOX else f"{above.label}-{code}"
    thickness = 50 if kind == LocationKind.BOX else None
    return Location(
        fonds=fonds, parent=above, kind=kind, code=code, label=label, capacity=capacity, thickness=thickness, position=at
    )  # fmt: skip


def _made(rows: list[Location]) -> list[Location]:
    made: list[Location] = Location.objects.bulk_create(rows, batch_size=CHUNK)
    for row in made:
        row.path = f"{row.parent.path if row.parent else '/'}{row.pk}/"
    Location.objects.bulk_update(made, ["path"], batch_size=500)
    return made


def arrive(fonds: Any, about: Sequence[Volume], count: int, now: Any) -> None:
    """Papers at the door: half received, half of them identified already."""
    Item.objects.bulk_create(
        [
            Item(
                fonds=fonds, title=f"{one.title[:20]}来件{n}", customer_id=one.customer_id, department_id=one.department_id,
                responsible_id=one.responsible_id, carrier="electronic", created_at=now,
                state=ItemState.RECEIVED if n % 2 else ItemState.IDENTIFIED,
            )
            for n in range(count)
            for one in (about[n * 13 % len(about)],)
        ],
        batch_size=CHUNK,
    )  # fmt: skip


def trace(who: str) -> None:
    """The last step of filing of every filed item."""
    rows = Item.objects.filter(state=ItemState.FILED).values_list("pk", "filed_at").iterator(chunk_size=CHUNK)
    FilingTrace.objects.bulk_create(
        (FilingTrace(item_id=key, step=FilingStep.PUT_AWAY, made_by=who, made_at=sure(at)) for key, at in rows),
        batch_size=CHUNK,
    )


def look(keeper: Any, volumes: Sequence[Volume], count: int) -> None:
    """Entries of volumes that were opened, all of this month: what the figures of use count."""
    record_many(
        keeper,
        VOLUME_VIEWED,
        (
            Entry(SubjectRef("holdings.volume", one.pk, str(one), fonds_id=one.fonds_id))
            for one in (volumes[n * 17 % len(volumes)] for n in range(count))
        ),
    )


def document(fonds: Any, count: int, chance: Random, now: Any) -> None:
    """A file of one page with text at every so many items. Its bytes are not there: only what is found is measured."""
    keys = list(Item.objects.order_by("pk").values_list("pk", flat=True))
    chosen = keys[:: max(1, len(keys) // count)][:count] if count else []
    for at in range(0, len(chosen), CHUNK):
        titles = dict(Item.objects.filter(pk__in=chosen[at : at + CHUNK]).values_list("pk", "title"))
        files = StoredFile.objects.bulk_create(list(_files(fonds, titles, now)))
        FileReading.objects.bulk_create(
            [FileReading(file=one, state=ReadingState.DONE, kind="pdf", pages=1, begun_at=now, ended_at=now) for one in files]
        )  # fmt: skip
        ItemFile.objects.bulk_create(
            [ItemFile(item_id=key, file=one, added_at=now) for key, one in zip(titles, files, strict=True)]
        )
        FilePage.objects.bulk_create(
            [
                FilePage(file=one, number=1, text=_text(title, chance))
                for title, one in zip(titles.values(), files, strict=True)
            ]
        )


def _files(fonds: Any, titles: dict[int, str], now: Any) -> Iterator[StoredFile]:
    for key, title in titles.items():
        digest = sha256(str(key).encode()).hexdigest()
        yield StoredFile(
            fonds=fonds, name=f"{title}.pdf", place=f"files/bench/{key}", size=80_000, sha256=digest, sm3=digest,
            media_type="application/pdf", pages=1, state=FileState.GOOD, uploaded_at=now, scanned_at=now, checked_at=now,
        )  # fmt: skip


def _text(title: str, chance: Random) -> str:
    mark = "".join(chance.choice(SIGNS) for _sign in range(3))
    return f"{title}\n编号{mark}{chance.randrange(100_000, 1_000_000)}\n{'，'.join(chance.sample(PHRASES, 7))}。"
