"""Large files go to the disk while they are written, so that the end does not wait for a gigabyte."""

import os
from types import TracebackType
from typing import Any, BinaryIO, Self

from kedang.foundation.kernel.beside import Beside

EVERY = 32 << 20


class Flushing:
    """The same file to write to. Every 32 MiB a thread has what is there put on the disk.

    The caller still does the last ``fsync``: it finds little to do. A context, or :meth:`finish` and in any case :meth:`end`.
    """

    def __init__(self, out: BinaryIO) -> None:
        self._out, self._since = out, 0
        self._beside: Beside[int] = Beside("flush", os.fdatasync, waiting=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.finish()
        finally:
            self.end()

    def write(self, content: Any) -> int:
        """To the file."""
        written = self._out.write(content)
        self._since += written
        if self._since >= EVERY:
            self._since = 0
            self._beside.put(self._out.fileno())
        return written

    def finish(self) -> None:
        """All was handed to the system; raises what went wrong on the way to the disk."""
        self._out.flush()
        self._beside.finish()

    def end(self) -> None:
        """The thread ends."""
        self._beside.end()
