"""What is tested: a volume with its items, or an item by itself; records are loaded once, bytes are read once."""

import hashlib
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kedang.business.holdings.checks.opening import Opened, try_to_open
from kedang.business.holdings.checks.registry import Target
from kedang.business.holdings.choices import ItemState
from kedang.business.holdings.models import FilingTrace, Item, ItemFile, Package, Transfer, Volume, VolumeNote
from kedang.foundation.files.digesting import sm3
from kedang.foundation.files.models import FileState, StoredFile
from kedang.foundation.kernel.refused import Refused

BLOCK = 1 << 20
SIGNATURE_MARKS = (b"/ByteRange", b"/Type/Sig", b"/Type /Sig")
NAMED = 5
"""So many records stand in evidence; the rest is counted."""
_one_at_a_time = threading.Lock()


@dataclass(slots=True)
class Read:
    """What reading a file once has shown."""

    problem: str = ""
    size: int = 0
    sha256: str = ""
    sm3: str = ""
    has_signature: bool = False
    opened: Opened | None = None


@dataclass
class Subject:
    """A volume or an item under test at a stage."""

    occasion: str
    volume: Volume | None = None
    item: Item | None = None
    transfer: Transfer | None = None
    _read: dict[int, Read] = field(default_factory=dict)

    @cached_property
    def items(self) -> list[Item]:
        """Its items in order; those destroyed or removed are out of the question."""
        if self.item is not None:
            return [self.item]
        gone = (ItemState.REMOVED, ItemState.DESTROYED)
        related = ("document_type", "series", "retention", "customer", "belongs_to")
        found = Item.objects.filter(volume=self.volume).exclude(state__in=gone).select_related(*related)
        return list(found.order_by("position", "number", "pk"))

    @cached_property
    def files(self) -> dict[int, list[ItemFile]]:
        """Files by item, all versions."""
        found: dict[int, list[ItemFile]] = {item.pk: [] for item in self.items}
        for one in ItemFile.objects.filter(item__in=list(found)).select_related("file").order_by("pk"):
            found[one.item_id].append(one)
        return found

    @property
    def every_file(self) -> list[tuple[Item, ItemFile]]:
        """Item and file, all of them."""
        return [(item, one) for item in self.items for one in self.files[item.pk]]

    @cached_property
    def traces(self) -> dict[int, list[FilingTrace]]:
        """Steps of filing by item."""
        found: dict[int, list[FilingTrace]] = {item.pk: [] for item in self.items}
        for one in FilingTrace.objects.filter(item__in=list(found)).order_by("pk"):
            found[one.item_id].append(one)
        return found

    @cached_property
    def notes(self) -> list[VolumeNote]:
        """备考表 of the volume."""
        return list(VolumeNote.objects.filter(volume=self.volume).order_by("pk")) if self.volume is not None else []

    @cached_property
    def package(self) -> Package | None:
        """Its latest package."""
        if self.volume is None:
            return None
        found: Package | None = (
            Package.objects.filter(volume=self.volume, file__isnull=False)
            .select_related("file")
            .order_by("-pk")
            .first()
        )
        return found

    @property
    def fonds_id(self) -> int:
        """Company."""
        thing = self.volume or self.item
        return int(thing.fonds_id) if thing is not None else 0

    @property
    def own(self) -> Target:
        """The volume or item itself, as something to be mended."""
        return target_of(self.volume or self.item)

    def read(self, one: StoredFile) -> Read:
        """Digests, size, marks of signatures, and whether it opens: every byte is read, once a run."""
        if one.pk not in self._read:
            self._read[one.pk] = _read(one)
        return self._read[one.pk]


def _read(one: StoredFile) -> Read:
    from kedang.foundation.files.services.reading import open_whatever_state

    if one.state == FileState.ERASED:
        return Read(problem="erased")
    seen = Read()
    sha256, other, tail = hashlib.sha256(), sm3(), b""
    try:
        with open_whatever_state(one) as stream:
            while block := stream.read(BLOCK):
                sha256.update(block)
                other.update(block)
                seen.size += len(block)
                joined = tail + block
                seen.has_signature = seen.has_signature or any(mark in joined for mark in SIGNATURE_MARKS)
                tail = block[-16:]
            seen.sha256, seen.sm3 = sha256.hexdigest(), other.hexdigest()
            if one.state != FileState.INFECTED:
                stream.seek(0)
                with _one_at_a_time:
                    seen.opened = try_to_open(stream, one)
    except Refused as refusal:
        seen.problem = refusal.sentence
    except OSError as error:
        seen.problem = type(error).__name__
    return seen


def target_of(thing: Any) -> Target:
    """A record to be mended, as a result keeps it."""
    kind = "volume" if isinstance(thing, Volume) else "item"
    return kind, thing.pk, (thing.reference_code or thing.title)[:80]


def targets_of(things: Iterable[Any]) -> list[Target]:
    """The first of the records, each once."""
    return list(dict.fromkeys(target_of(thing) for thing in things))[:NAMED]


def listed(names: Sequence[Any]) -> str:
    """The first of some names, and how many there are."""
    shown = "、".join(str(name) for name in names[:NAMED])
    return f"{shown} 等 {len(names)} 项" if len(names) > NAMED else shown


def name_of(item: Item) -> str:
    """An item in evidence: by number where it has one, never by more than is needed."""
    if item.reference_code:
        return str(item.reference_code)
    return f"“{item.title[:20]}”"


def twice(values: Iterable[Any]) -> set[Any]:
    """Values that come more than once."""
    return {value for value, count in Counter(values).items() if count > 1}
