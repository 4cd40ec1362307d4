"""Many files at once: dropped, packed into a ZIP, or lying in a folder. Each by itself: a bad one is told, the others go on."""

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Protocol

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.holdings.filing.rules import Rules, rules_of
from kedang.business.holdings.models import Item, ItemFile
from kedang.business.holdings.services.items.receiving import item_receive
from kedang.business.holdings.services.items.writing import DELIVER
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import require
from kedang.foundation.files.models import StoredFile
from kedang.foundation.files.receiving import Held
from kedang.foundation.files.services import Unpacked, file_store, files_from_zip
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import NotAllowed, Refused

BLOCK = 1 << 20
ENDING = ".zip"


class Upload(Protocol):
    """A file that comes in: its name, and a stream that can be sought in."""

    @property
    def name(self) -> Any:
        """As it was given."""

    @property
    def file(self) -> Any:
        """The open stream."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of one file: an item, or a sentence that says why not. ``twin`` is an item that holds the same bytes already;
    ``is_known``: it came in before, and nothing was done.
    """

    name: str
    item: Item | None
    sentence: str = ""
    twin: Item | None = None
    is_known: bool = False


class _Known(Exception):
    """The same file came in before; what was begun is taken back."""

    def __init__(self, item: Item) -> None:
        super().__init__()
        self.item = item


@dataclass(frozen=True, slots=True)
class _Bringing:
    """What is the same for all files of one delivery."""

    actor: Actor
    values: Mapping[str, Any]
    fonds: Fonds | None
    rules: Rules
    known_within: timedelta | None

    def receive(self, stored: list[StoredFile], name: str, source: str) -> Brought:
        """One item of these files, unless it came in before."""
        if self.known_within is not None:
            self._refuse_known(stored[0], source, clock.now() - self.known_within)
        twin = twin_of(self.actor, stored[0])
        item = item_receive(
            actor=self.actor, values=self.values, files=stored, source=source, fonds=self.fonds, rules=self.rules
        )
        return Brought(name, item, "", twin)

    def _refuse_known(self, stored: StoredFile, source: str, since: datetime) -> None:
        about = {f"item__{name}": self.values.get(name) for name in ("customer", "project")}
        same = {"file__sha256": stored.sha256, "file__name": stored.name, "item__source": source[:120]}
        # A form for one customer is no copy of another's.
        same |= {name: value for name, value in about.items() if value is not None}
        rows = ItemFile.objects.filter(item__fonds_id=stored.fonds_id, added_at__gte=since, **same)
        row = rows.filter(file__uploaded_by=stored.uploaded_by).select_related("item").first()
        if row is not None:
            raise _Known(row.item)


def items_bring(
    *, actor: Actor, uploads: Iterable[Upload], values: Mapping[str, Any], source: str = "", fonds: Fonds | None = None,
    unpack: bool = True, as_one: bool = False, known_within: timedelta | None = None,
) -> Iterator[Brought]:  # fmt: skip
    """Receive one item per file; a ZIP is unpacked, its names and folders as they were.

    Args:
        values: what all of them have in common (customer, project, carrier …).
        source: where they came from, in words.
        unpack: take the files out of packages; otherwise a package is one file of one item.
        as_one: all files together are one item (a document in several scans).
        known_within: what came in so recently from the same hands, for the same customer, source and name is passed over
            (a second click, a job begun again).

    Raises:
        NotAllowed: no right to deliver. Other refusals are told of the file they concern.
    """
    require(actor, DELIVER)
    fonds_id = fonds.pk if fonds is not None else actor.fonds_id
    if fonds_id is None:
        raise ValueError("a machine must say for which company it receives")
    bringing = _Bringing(actor, values, fonds, rules_of(fonds_id), known_within)
    if as_one:
        yield _at_once(bringing, list(uploads), source)
        return
    for upload in uploads:
        if unpack and is_package(upload):
            yield from _unpacked(bringing, upload, source)
        else:
            yield _at_once(bringing, [upload], source)


def is_package(upload: Upload) -> bool:
    """A ZIP by name and content; Office files are packages too, but nobody's folder."""
    if not upload.name.lower().endswith(ENDING):
        return False
    upload.file.seek(0)
    found = zipfile.is_zipfile(upload.file)
    upload.file.seek(0)
    return found


def _at_once(bringing: _Bringing, uploads: list[Upload], source: str) -> Brought:
    name = uploads[0].name if uploads else ""
    try:
        with transaction.atomic():
            stored = [stored_from(bringing.actor, upload, bringing.fonds) for upload in uploads]
            return bringing.receive(stored, name, source)
    except _Known as known:
        return Brought(name, known.item, is_known=True)
    except NotAllowed:
        raise
    except Refused as refusal:
        return Brought(name, None, refusal.sentence)


def _unpacked(bringing: _Bringing, upload: Upload, source: str) -> Iterator[Brought]:
    """Each file of a package in a transaction of its own, so that what came in stays in whatever follows."""
    stream: BinaryIO = upload.file
    stream.seek(0)
    entries = files_from_zip(actor=bringing.actor, source=stream, name=upload.name, fonds=bringing.fonds)
    name, brought = upload.name, None
    while True:
        try:
            with transaction.atomic():
                entry = next(entries, None)
                if entry is None:
                    return
                name = entry.path
                brought = _from_package(bringing, entry, upload.name, source)
        except _Known as known:
            brought = Brought(name, known.item, is_known=True)
        except NotAllowed:
            raise
        except Refused as refusal:
            brought = Brought(name, None, refusal.sentence)
            if name == upload.name:
                yield brought
                return
        if brought is not None:
            yield brought


def _from_package(bringing: _Bringing, entry: Unpacked, package: str, source: str) -> Brought | None:
    if entry.stored is None:
        is_litter = entry.refusal is not None and entry.refusal.code == "zip_litter"
        return (
            None
            if is_litter
            else Brought(entry.path, None, entry.refusal.sentence if entry.refusal is not None else "")
        )
    where = _("压缩包 %(name)s") % {"name": package}
    where = "，".join(part for part in (source, f"{where}／{entry.folder}" if entry.folder else where) if part)
    return bringing.receive([entry.stored], entry.path, where)


def stored_from(actor: Actor, upload: Upload, fonds: Fonds | None) -> StoredFile:
    """The bytes, sealed away under the name they came with."""
    held: Held | None = getattr(upload, "held", None)
    if held is not None:
        return file_store(actor=actor, name=upload.name, chunks=held, fonds=fonds)
    stream = upload.file
    with suppress(AttributeError, OSError):
        stream.seek(0)
    return file_store(actor=actor, name=upload.name, chunks=iter(lambda: stream.read(BLOCK), b""), fonds=fonds)


def twin_of(actor: Actor, stored: StoredFile) -> Item | None:
    """An item in reach that holds the same bytes already: it is said, and decided by people."""
    same = ItemFile.objects.visible_to(actor).filter(
        file__sha256=stored.sha256, file__size=stored.size, item__fonds_id=stored.fonds_id
    )
    row = same.exclude(file=stored).select_related("item").order_by("-id").first()
    return row.item if row is not None else None
