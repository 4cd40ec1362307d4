"""Files that lie sealed: chunks of 64 KiB, each bound to its file, its number and whether it is the last.

Every file has a key of its own, wrapped by the data key of files, so that a new data key costs a new head and not a new file. The layout,
byte by byte and with vectors, stands in ``docs/operate/sealed-file-format.md``. A cut, appended, swapped or altered file does not open; a
part of it can be read without the rest.
"""

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag

from kedang.foundation.kernel import keys
from kedang.foundation.kernel.flushing import Flushing
from kedang.foundation.kernel.key_ring import FILES
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.stores import UNFINISHED, written
from kedang.foundation.kernel.suites import KEY_BYTES, SUITES, Buffer, Cipher, cipher

MAGIC = b"KDSF"
VERSION = 1
CHUNK = 1 << 16
FIXED_BYTES, SLOT_BYTES = 32, 128
HEAD_BYTES = FIXED_BYTES + 2 * SLOT_BYTES


@dataclass(frozen=True, slots=True)
class Digest:
    """What was written: plain size and SHA-256 of the plain bytes."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Head:
    """The first 288 bytes: suite and identity of the file, and its wrapped key in one of two slots."""

    suite: str
    file_id: bytes
    slots: tuple[bytes, bytes]

    @property
    def fixed(self) -> bytes:
        """The part that never changes, bound to every chunk and to the wrapped key."""
        code = SUITES.index(self.suite) + 1
        return MAGIC + bytes([VERSION, code, CHUNK.bit_length() - 1, 0]) + self.file_id + bytes(8)

    def key(self, place: str) -> tuple[bytes, int]:
        """The key of the file, and which slot gave it: the newest that opens.

        Raises:
            Refused: ``key_missing`` where the ring lacks the number; ``sealed_content_damaged`` else.
        """
        missing: Refused | None = None
        for at in sorted(range(2), key=lambda one: _generation(self.slots[one]), reverse=True):
            slot = self.slots[at]
            number, length = int.from_bytes(slot[4:6], "big"), int.from_bytes(slot[6:8], "big")
            if not number:
                continue
            try:
                return keys.cipher_of(number).open(slot[8 : 8 + length], _slot_place(self.fixed, slot[:8], place)), at
            except Refused as refusal:
                missing = missing or refusal
            except (InvalidTag, ValueError):
                continue
        raise missing or damaged()

    @property
    def numbers(self) -> set[int]:
        """Data keys that its slots name."""
        return {int.from_bytes(slot[4:6], "big") for slot in self.slots} - {0}


def damaged() -> Refused:
    """The refusal of a file that does not open."""
    return Refused("sealed_content_damaged", "加密文件已损坏、不完整或被移动，无法打开。请联系档案管理员从备份恢复。")


class SealedWriter(io.RawIOBase):
    """Takes plain bytes, gives sealed ones to ``out``; call :meth:`finish` at the end, or the file stays unreadable."""

    def __init__(self, out: BinaryIO | Flushing, place: str) -> None:
        self._out, self.digest = out, Digest(0, "")
        secret = os.urandom(KEY_BYTES)
        suite = keys.active_cipher(FILES)[1].suite
        head = Head(suite, os.urandom(16), (bytes(SLOT_BYTES), bytes(SLOT_BYTES)))
        self._begin(head, secret)
        out.write(head.fixed + _slot(head.fixed, secret, place, 1) + bytes(SLOT_BYTES))

    def _begin(self, head: Head, secret: bytes) -> None:
        self._cipher, self._fixed = cipher(head.suite, secret), head.fixed
        self._held, self._waiting = b"", bytearray()
        self._number, self._digest, self._size = 0, hashlib.sha256(), 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, content: Any) -> int:
        """Take plain bytes; quickest as ``bytes`` of 64 KiB, which are not copied."""
        view = memoryview(content).cast("B")
        if not view:
            return 0
        self._digest.update(view)
        self._size += len(view)
        if self._held:
            self._put(self._held, last=False)
            self._held = b""
        if not self._waiting and len(view) == CHUNK and isinstance(content, bytes):
            self._held = content
        else:
            self._join(view)
        return len(view)

    def finish(self) -> Digest:
        """Write the last chunk."""
        self._put(self._held or self._waiting, last=True)
        self._held, self._waiting = b"", bytearray()
        return Digest(self._size, self._digest.hexdigest())

    def _join(self, view: memoryview) -> None:
        """Pieces of any size to chunks. The last bytes wait: whether more follows is part of a chunk."""
        at = 0
        if self._waiting:
            at = min(CHUNK - len(self._waiting), len(view))
            self._waiting += view[:at]
            if at == len(view):
                return
            self._put(self._waiting, last=False)
            self._waiting = bytearray()
        while len(view) - at > CHUNK:
            self._put(view[at : at + CHUNK], last=False)
            at += CHUNK
        self._waiting += view[at:]

    def _put(self, plain: Buffer, *, last: bool) -> None:
        self._out.write(self._cipher.seal_at(counter(self._number, last), plain, self._fixed))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Plain bytes of a sealed file: read, seek, tell. Opening it proves that its end is there.

    Raises:
        Refused: ``sealed_content_damaged`` at opening or at the chunk that was altered; ``key_missing``.
    """

    def __init__(self, path: Path, place: str) -> None:
        self._in: BinaryIO = path.open("rb")
        try:
            head = read_head(self._in)
            self._cipher: Cipher = cipher(head.suite, head.key(place)[0])
            self._fixed = head.fixed
            body = os.fstat(self._in.fileno()).st_size - HEAD_BYTES
            self._stored = CHUNK + _tag_bytes(head.suite)
            self._last = max(0, -(-body // self._stored) - 1)
            self._at, self._number, self._chunk = 0, -1, b""
            self.size = self._last * CHUNK + len(self._load(self._last))
        except BaseException:
            self._in.close()
            raise

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Place of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a byte."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Up to the end of the chunk under way."""
        if self._at >= self.size:
            return 0
        number, within = divmod(self._at, CHUNK)
        piece = self._load(number)[within : within + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def chunks(self) -> Iterator[bytes]:
        """All of it from the beginning, chunk by chunk: the quickest way to read a whole file, as nothing is copied."""
        with suppress(OSError):  # a hint: some file systems take none
            os.posix_fadvise(self._in.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
        self._in.seek(HEAD_BYTES)
        for number in range(self._last + 1):
            yield self._opened(number)

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            self._in.close()
            super().close()

    def _load(self, number: int) -> bytes:
        if number != self._number:
            self._in.seek(HEAD_BYTES + number * self._stored)
            self._chunk = self._opened(number)
            self._number = number
        return self._chunk

    def _opened(self, number: int) -> bytes:
        """The next chunk on the disk, which must be this one."""
        sealed = self._in.read(self._stored)
        try:
            return self._cipher.open_at(counter(number, number == self._last), sealed, self._fixed)
        except (InvalidTag, ValueError) as error:
            raise damaged() from error


@contextmanager
def sealed(target: Path, place: str, *, is_promised: bool = False) -> Iterator[SealedWriter]:
    """Write a sealed file; it has its name only when it is whole, on the disk, and was read back. For the rest see ``written``."""
    with written(target, is_promised=is_promised) as out:
        with Flushing(out) as watched:
            writer = SealedWriter(watched, place)
            yield writer
            writer.digest = digest = writer.finish()
        os.fsync(out.fileno())
        if digest_of(target.with_name(target.name + UNFINISHED), place) != digest:
            raise damaged()


def store(target: Path, place: str, source: BinaryIO) -> Digest:
    """Seal all of a stream into a file."""
    with sealed(target, place) as out:
        while block := source.read(1 << 20):
            out.write(block)
    return out.digest


def opened(path: Path, place: str) -> io.BufferedReader:
    """Plain bytes of a sealed file, from its beginning; seek to read a part.

    Raises:
        FileNotFoundError: it is not there. Refused: see :class:`SealedReader`.
    """
    return io.BufferedReader(SealedReader(path, place), CHUNK)


def digest_of(path: Path, place: str) -> Digest:
    """Size and SHA-256 of the plain bytes; reads and proves all of the file."""
    made, size = hashlib.sha256(), 0
    with SealedReader(path, place) as stream:
        for chunk in stream.chunks():
            made.update(chunk)
            size += len(chunk)
    return Digest(size, made.hexdigest())


def is_sealed_file(path: Path) -> bool:
    """Whether a file begins like a sealed one."""
    with path.open("rb") as stream:
        return stream.read(len(MAGIC)) == MAGIC


def read_head(stream: BinaryIO) -> Head:
    """The head of a sealed file; refused when it is none."""
    raw = stream.read(HEAD_BYTES)
    code = raw[5] if len(raw) == HEAD_BYTES else 0
    if not 1 <= code <= len(SUITES):
        raise damaged()
    slots = (raw[FIXED_BYTES : FIXED_BYTES + SLOT_BYTES], raw[FIXED_BYTES + SLOT_BYTES :])
    head = Head(SUITES[code - 1], raw[8:24], slots)
    if head.fixed != raw[:FIXED_BYTES]:
        raise damaged()
    return head


def slot_opens(head: Head, slot: bytes, place: str) -> bool:
    """Whether one of the two wrapped keys of a head is whole and made for this place."""
    number, length = int.from_bytes(slot[4:6], "big"), int.from_bytes(slot[6:8], "big")
    try:
        return bool(
            number and keys.cipher_of(number).open(slot[8 : 8 + length], _slot_place(head.fixed, slot[:8], place))
        )
    except (Refused, InvalidTag, ValueError):
        return False


def rewrap(path: Path, place: str) -> bool:
    """Wrap the key of a file by the active data key; True when it was another. Killed at any moment, one slot opens.

    The other slot than the one that opens is written and on the disk before that one follows.
    """
    with path.open("r+b") as file:
        head = read_head(file)
        if head.numbers == {keys.active_cipher(FILES)[0]}:
            return False
        secret, good = head.key(place)
        for at in (1 - good, good):
            generation = _generation(head.slots[good]) + 1 + (at == good)
            file.seek(FIXED_BYTES + at * SLOT_BYTES)
            file.write(_slot(head.fixed, secret, place, generation))
            file.flush()
            os.fsync(file.fileno())
    return True


def counter(number: int, last: bool) -> bytes:
    """Nonce of a chunk: its number in eleven bytes, and whether it is the last."""
    return number.to_bytes(11, "big") + bytes([last])


def _slot(fixed: bytes, secret: bytes, place: str, generation: int) -> bytes:
    """A wrapped key: generation (4), number of the data key (2), length (2), sealed key, zeros."""
    number, wrapping = keys.active_cipher(FILES)
    length = KEY_BYTES + wrapping.overhead
    head = generation.to_bytes(4, "big") + number.to_bytes(2, "big") + length.to_bytes(2, "big")
    return (head + wrapping.seal(secret, _slot_place(fixed, head, place))).ljust(SLOT_BYTES, b"\0")


def _slot_place(fixed: bytes, head: bytes, place: str) -> bytes:
    return b"kedang.file.key\0" + fixed + head + place.encode()


def _generation(slot: bytes) -> int:
    return int.from_bytes(slot[:4], "big")


def _tag_bytes(suite: str) -> int:
    return len(cipher(suite, bytes(KEY_BYTES)).seal_at(bytes(12), b"", b""))
