"""A passing plain copy that never lies on a disk: it is in memory, has a name by which readers open it, and ends with its process.

Readers of tables want a file that they can open by name, several times. Where the system has no files in memory, the copy lies in the
folder of this process and is cleared away with it.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from kedang.foundation.kernel import scratch
from kedang.foundation.kernel.refused import Refused

SPARED = 256 << 20
"""Bytes of memory that are left to everybody else."""
MEMORY = Path("/proc/meminfo")


class Passing:
    """One copy, open for writing from the beginning; :attr:`path` names it until it is closed."""

    def __init__(self) -> None:
        self._named: Path | None = None
        if hasattr(os, "memfd_create"):
            handle = os.memfd_create("kedang", os.MFD_CLOEXEC)
            self.path = Path(f"/proc/{os.getpid()}/fd/{handle}")
        else:
            handle, name = tempfile.mkstemp(prefix="read-", dir=scratch.here())
            self.path = self._named = Path(name)
        self.stream: BinaryIO = os.fdopen(handle, "wb")

    def write(self, block: bytes) -> None:
        """Go on writing.

        Raises:
            Refused: ``memory_short``.
        """
        refuse_short_of_memory()
        self.stream.write(block)

    def written(self) -> None:
        """Everything is there: readers may open it."""
        self.stream.flush()

    def close(self) -> None:
        """It is gone."""
        with contextlib.suppress(OSError):
            self.stream.close()
        if self._named is not None:
            self._named.unlink(missing_ok=True)


def refuse_short_of_memory() -> None:
    """A large table must not push everybody else out.

    Raises:
        Refused: ``memory_short``.
    """
    if free_memory() < SPARED:
        raise Refused(
            "memory_short", _("服务器可用内存不足，读不了这么大的表。请压缩为 .csv.gz，或分成几个文件后再导入。")
        )


def free_memory() -> int:
    """Bytes that may be had without swapping; as much as one likes where the system does not tell."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in MEMORY.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) << 10
    return 1 << 62


@contextlib.contextmanager
def passing(blocks: Iterator[bytes]) -> Iterator[Path]:
    """A copy of these blocks for as long as the block of code lasts."""
    copy = Passing()
    try:
        for block in blocks:
            copy.write(block)
        copy.written()
        yield copy.path
    finally:
        copy.close()
