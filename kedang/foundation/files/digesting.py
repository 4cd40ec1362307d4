"""Size, SHA-256 and SM3 of bytes that pass by. SM3 is reckoned in a thread of its own: it takes as long as all the rest together."""

import hashlib
import queue
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

BLOCK = 1 << 20
WAITING_BLOCKS = 4


@dataclass(frozen=True, slots=True)
class Digests:
    """What bytes were."""

    size: int
    sha256: str
    sm3: str


def sm3() -> Any:
    """A fresh SM3 (GB/T 32905)."""
    return hashlib.new("sm3")


class Digesting:
    """``update`` with blocks, then ``finish`` once. Used as a context, so that the thread ends however the block does.

    The thread starts with the second block: small files need none. ``sha256=False`` leaves that one to who reckons it anyway.
    """

    def __init__(self, *, sha256: bool = True) -> None:
        self._sha256, self._sm3, self._size = hashlib.sha256() if sha256 else None, sm3(), 0
        self._blocks: queue.Queue[bytes | None] = queue.Queue(WAITING_BLOCKS)
        self._thread: threading.Thread | None = None
        self._held = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._join()

    def update(self, block: bytes) -> None:
        """Bytes, at best a MiB at a time; they must not change afterwards."""
        if self._size and self._thread is None:
            self._thread = threading.Thread(target=self._run, name="kedang-sm3", daemon=True)
            self._thread.start()
            self._blocks.put(self._held)
        self._held = block
        if self._thread is not None:
            self._blocks.put(block)
        if self._sha256 is not None:
            self._sha256.update(block)
        self._size += len(block)

    def finish(self) -> Digests:
        """All that passed by."""
        if self._thread is None:
            self._sm3.update(self._held)
        self._join()
        return Digests(self._size, self._sha256.hexdigest() if self._sha256 else "", self._sm3.hexdigest())

    def _join(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            self._blocks.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (block := self._blocks.get()) is not None:
            self._sm3.update(block)
