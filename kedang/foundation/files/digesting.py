"""Size, SHA-256 and SM3 of bytes that pass by. SM3 is reckoned in a thread of its own: it takes as long as all the rest together."""

import hashlib
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from kedang.foundation.kernel.beside import Beside

BLOCK = 1 << 16
"""Small enough to stay in the cache of a processor and to be had without asking the system for pages."""
BATCH = 1 << 20
"""A thread is handed so much at a time: changing from one to the other costs more than a digest of 64 KiB."""


@dataclass(frozen=True, slots=True)
class Digests:
    """What bytes were."""

    size: int
    sha256: str
    sm3: str


def sm3() -> Any:
    """A fresh SM3 (GB/T 32905), by OpenSSL."""
    return hashlib.new("sm3")


class Digesting:
    """``update`` with blocks, then ``finish`` once. Used as a context, so that the thread ends however the block does.

    The thread starts with the second MiB: small files need none. ``sha256=False`` leaves that one to who reckons it anyway.
    """

    def __init__(self, *, sha256: bool = True) -> None:
        self._sha256, self._sm3, self._size = hashlib.sha256() if sha256 else None, sm3(), 0
        self._beside = Beside("sm3", self._reckon)
        self._batch: list[bytes] = []
        self._batched = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def update(self, block: bytes) -> None:
        """Bytes, at best 64 KiB at a time; they must not change afterwards."""
        if self._batched >= BATCH:
            self._beside.put(self._batch)
            self._batch, self._batched = [], 0
        self._batch.append(block)
        self._batched += len(block)
        self._size += len(block)
        if self._sha256 is not None:
            self._sha256.update(block)

    def finish(self) -> Digests:
        """All that passed by."""
        self._beside.finish()
        self._reckon(self._batch)
        self._batch = []
        return Digests(self._size, self._sha256.hexdigest() if self._sha256 else "", self._sm3.hexdigest())

    def end(self) -> None:
        """Give up: the thread ends."""
        self._beside.end()

    def _reckon(self, blocks: list[bytes]) -> None:
        for block in blocks:
            self._sm3.update(block)
