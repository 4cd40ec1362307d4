"""An upload that lies sealed in the folder of its process until a record takes it, or the request ends without one.

It is sealed for the place in the store that it would get there. So to be taken in it needs a second name, not a second writing.
"""

import errno
import os
import shutil
import weakref
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import DatabaseError
from django.utils.translation import gettext as _

from kedang.foundation.files import places
from kedang.foundation.files.digesting import BLOCK, Digesting, Digests
from kedang.foundation.kernel import scratch, sealed_files, stores
from kedang.foundation.kernel.flushing import Flushing
from kedang.foundation.kernel.refused import Refused

SPACE_EVERY = 64 << 20
SUFFIX = ".upload"


def refuse_full_disk(name: str) -> None:
    """Leave room on the disk for the database and everything else.

    Raises:
        Refused: ``disk_full``.
    """
    if shutil.disk_usage(settings.DATA_DIR).free < settings.LEAST_FREE_BYTES:
        raise full(name)


def full(name: str) -> Refused:
    """The refusal where the disk has no room."""
    return Refused(
        "disk_full", _("服务器磁盘空间不足，“%(name)s”没有存入。请联系系统管理员清理磁盘后重新上传。") % {"name": name}
    )


class Held:
    """Fed with :meth:`write`, then :meth:`complete`; afterwards read as often as wanted, taken once, and dropped at the end of the request.

    What goes beyond ``most`` bytes is counted and thrown away, and so is everything after the disk ran short: the sender goes on
    sending, and the refusal is raised by whoever wants the bytes.
    """

    def __init__(self, name: str, most: int) -> None:
        self.name, self.size, self.digests = name, 0, Digests(0, "", "")
        self.refusal: Refused | None = None
        self.where = places.fresh()
        self.is_taken = False
        self._most, self._looked_at, self._rest = most, -SPACE_EVERY, bytearray()
        self.path = scratch.here() / (Path(self.where).stem + SUFFIX)
        self._digesting = Digesting(sha256=False)
        self._out: BinaryIO = os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._flushing = Flushing(self._out)
        self._forget = weakref.finalize(self, _forget, self.path, self._out, self._digesting, self._flushing)
        self._writer = sealed_files.SealedWriter(self._flushing, self.bound)

    @property
    def bound(self) -> str:
        """What the sealed bytes are bound to: their place in the store."""
        return places.bound_to(self.where)

    def write(self, block: bytes) -> None:
        """The next bytes."""
        self.size += len(block)
        if self.refusal is not None or self.size - len(block) > self._most:
            return
        try:
            if self.size - self._looked_at >= SPACE_EVERY:
                self._looked_at = self.size
                refuse_full_disk(self.name)
            self._seal(block)
        except Refused as refusal:
            self.refusal = refusal
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            self.refusal = full(self.name)

    def complete(self) -> None:
        """That was all."""
        try:
            if self._rest:
                self._feed(bytes(self._rest))
            digest = self._writer.finish()
            self._flushing.finish()
            self._out.close()
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            self.refusal = full(self.name)
        else:
            self.digests = Digests(digest.size, digest.sha256, self._digesting.finish().sm3)

    def open(self) -> BinaryIO:
        """The plain bytes, from the beginning; can be sought in.

        Raises:
            Refused: ``disk_full`` where they could not all be kept.
        """
        if self.refusal is not None:
            raise self.refusal
        return sealed_files.opened(self.path, self.bound)

    def take(self) -> bool:
        """Give it its name in the store, whole, read back and on the disk. False where it must be written there anew: it was
        taken before, or the store is another file system. Whoever calls this has promised the place.
        """
        if self.refusal is not None:
            raise self.refusal
        if self.is_taken:
            return False
        handle = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        digest = sealed_files.Digest(self.digests.size, self.digests.sha256)
        if sealed_files.digest_of(self.path, self.bound) != digest:
            raise sealed_files.damaged()
        target = places.path_of(self.where)
        try:
            os.link(self.path, target)
        except OSError as error:
            if error.errno not in {errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK}:
                raise
            return False
        stores.sync_folder(target.parent)
        self.is_taken = True
        return True

    def drop(self) -> None:
        """The end of the request: nothing of it stays but what a committed row names."""
        self._forget()
        if self.is_taken:
            with suppress(DatabaseError):  # else it is asked after when this process has ended
                stores.settle(places.path_of(self.where))

    def __iter__(self) -> Iterator[bytes]:
        """All bytes, in blocks."""
        with self.open() as stream:
            while block := stream.read(BLOCK):
                yield block

    def _seal(self, block: bytes) -> None:
        """Pieces to blocks of one size, that are sealed and digested without being copied."""
        if not self._rest and len(block) == BLOCK:
            self._feed(block)
            return
        view, at = memoryview(block), 0
        while at < len(view):
            taken = min(BLOCK - len(self._rest), len(view) - at)
            self._rest += view[at : at + taken]
            at += taken
            if len(self._rest) == BLOCK:
                self._feed(bytes(self._rest))
                self._rest.clear()

    def _feed(self, block: bytes) -> None:
        self._digesting.update(block)
        self._writer.write(block)


def _forget(path: Path, out: BinaryIO, digesting: Digesting, flushing: Flushing) -> None:
    """Holds nothing of the upload itself, so that it also runs when nobody has it any more."""
    digesting.end()
    flushing.end()
    with suppress(OSError):
        out.close()
    path.unlink(missing_ok=True)
