"""Files out of a ZIP that somebody packed on whatever machine."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO, cast

from django.utils.translation import gettext as _

from kedang.foundation.access.models import Fonds
from kedang.foundation.files.digesting import BLOCK
from kedang.foundation.files.kinds.packages import open_package
from kedang.foundation.files.models import StoredFile
from kedang.foundation.files.services.reading import file_open
from kedang.foundation.files.services.storing import file_store
from kedang.foundation.files.unpacking.entries import Entry, entries_of
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What became of one file of a package: stored, or refused with a sentence that names it."""

    folder: str
    name: str
    stored: StoredFile | None
    refusal: Refused | None
    number: int
    total: int

    @property
    def path(self) -> str:
        """Folder and name, as text."""
        return f"{self.folder}/{self.name}" if self.folder else self.name


def files_from_zip(
    *, actor: Actor, source: StoredFile | BinaryIO, name: str = "", fonds: Fonds | int | None = None
) -> Iterator[Unpacked]:
    """Take the files of a ZIP in, one after the other, each in a transaction of its own; names and folders as they were.

    Nested packages are taken in as they are. Stopping in the middle leaves what was taken in.

    Args:
        actor: who brings them in.
        source: a stored package, or an open one that can be sought in.
        name: name of the package, for sentences; a stored one has its own.
        fonds: company; the actor's (or the stored package's) when left out.

    Yields:
        One :class:`Unpacked` per file, in the package's order, with its number and how many there are.

    Raises:
        Refused: ``zip_unreadable``, ``file_bomb`` where the package as a whole cannot be read; those of :func:`file_open`.
    """
    with ExitStack() as stack:
        if isinstance(source, StoredFile):
            name, fonds = name or source.name, fonds or source.fonds_id
            stream = cast(BinaryIO, stack.enter_context(file_open(source)))
        else:
            stream = source
        package = stack.enter_context(open_package(stream, name))
        try:
            entries = list(entries_of(package))
        except ValueError as error:
            raise Refused(
                "zip_unreadable", _("压缩包“%(name)s”的目录已损坏，读不出文件名。") % {"name": name}
            ) from error
        for number, entry in enumerate(entries, 1):
            stored, refusal = None, entry.refusal
            if refusal is None:
                stored, refusal = _take(actor, package, entry, fonds)
            told = refusal and Refused(
                refusal.code, _("“%(path)s”：%(why)s") % {"path": entry.path, "why": refusal.sentence}
            )
            yield Unpacked(entry.folder, entry.name, stored, told or None, number, len(entries))


def _take(
    actor: Actor, package: zipfile.ZipFile, entry: Entry, fonds: Fonds | int | None
) -> tuple[StoredFile | None, Refused | None]:
    try:
        with package.open(entry.info) as member:
            pieces = iter(lambda: member.read(BLOCK), b"")
            return file_store(actor=actor, name=entry.name, chunks=pieces, fonds=fonds), None
    except Refused as refusal:
        return None, refusal
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, ValueError) as error:
        why = _("在压缩包中已损坏，没有存入。请重新打包，或单独上传此文件。")
        refused = Refused("zip_damaged", why)
        refused.__cause__ = error
        return None, refused
