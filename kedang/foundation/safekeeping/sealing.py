"""Parts of a set as bytes: compressed, cut into chunks, each sealed so that none can be changed, moved, dropped or added.

The data key of a set is random and wrapped to every recipient. A part's own key is derived from it with the name of set and part,
so a renamed part does not open. A chunk's nonce is its number and a flag on the last one, so a cut part does not open either.
The layout byte by byte stands in ``docs/operate/backup-format.md``.
"""

import base64
import hashlib
import io
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.utils.translation import gettext as _

from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping.identities import Identity, recipient_key

MAGIC = b"KDPART1\n"
SALT_BYTES, CHUNK, TAG = 16, 64 * 1024, 16
LEVEL = 3


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one set."""

    set_id: str
    secret: bytes

    @classmethod
    def fresh(cls, set_id: str) -> Self:
        """A new one."""
        return cls(set_id, secrets.token_bytes(32))

    def wrapped_to(self, recipient: str) -> dict[str, str]:
        """The key as only the holder of the recipient's identity can read it."""
        public = recipient_key(recipient)
        once = X25519PrivateKey.generate()
        shared = once.exchange(public)
        ephemeral = once.public_key().public_bytes_raw()
        key = derived(shared, ephemeral + public.public_bytes_raw(), f"kedang-backup-wrap/1|{self.set_id}")
        wrapped = AESGCM(key).encrypt(bytes(12), self.secret, None)
        return {"recipient": recipient, "ephemeral": _b64(ephemeral), "wrapped": _b64(wrapped)}

    @classmethod
    def opened(cls, set_id: str, recipients: list[dict[str, str]], identity: Identity) -> Self:
        """The key of a set for the holder of an identity.

        Raises:
            Refused: ``identity_wrong``: the set was not sealed to this identity.
        """
        mine = next((entry for entry in recipients if entry["recipient"] == identity.recipient), None)
        if mine is None:
            raise Refused(
                "identity_wrong",
                _("这份私钥（公钥 %(mine)s）打不开备份集 %(set)s；它是为 %(theirs)s 加密的。请取来对应的私钥文件。")
                % {"mine": identity.recipient, "set": set_id, "theirs": "、".join(e["recipient"] for e in recipients)},
            )
        try:
            ephemeral = base64.b64decode(mine["ephemeral"], validate=True)
            shared = identity.key.exchange(X25519PublicKey.from_public_bytes(ephemeral))
            public = identity.key.public_key().public_bytes_raw()
            key = derived(shared, ephemeral + public, f"kedang-backup-wrap/1|{set_id}")
            return cls(set_id, AESGCM(key).decrypt(bytes(12), base64.b64decode(mine["wrapped"], validate=True), None))
        except (InvalidTag, ValueError) as error:
            raise Refused(
                "set_damaged", _("备份集 %(set)s 的密钥部分已损坏，打不开。请改用另一份。") % {"set": set_id}
            ) from error

    def part_key(self, name: str, salt: bytes) -> AESGCM:
        """Cipher of one part."""
        return AESGCM(derived(self.secret, salt, f"kedang-backup-part/1|{self.set_id}|{name}"))


def derived(secret: bytes, salt: bytes, info: str) -> bytes:
    """HKDF-SHA-256 to 32 bytes."""
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info.encode()).derive(secret)


class PartWriter(io.RawIOBase):
    """Write plain bytes; sealed ones go to a file that is on the disk after ``close``. ``plain`` and ``stored`` are SHA-256."""

    def __init__(self, folder: Path, name: str, key: DataKey) -> None:
        self.name = name
        self.plain, self.stored = hashlib.sha256(), hashlib.sha256()
        self.plain_bytes = self.stored_bytes = 0
        self._out: BinaryIO = open(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")  # noqa: SIM115  # closed by close()
        salt = os.urandom(SALT_BYTES)
        self._cipher = key.part_key(name, salt)
        self._squeeze = zstandard.ZstdCompressor(level=LEVEL).compressobj()
        self._waiting = bytearray()
        self._number = 0
        self._put(MAGIC + salt)

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        """Take plain bytes."""
        self.plain.update(content)
        self.plain_bytes += len(content)
        self._take(self._squeeze.compress(content))
        return len(content)

    def close(self) -> None:
        """Seal what is left and sync."""
        if self.closed:
            return
        try:
            self._take(self._squeeze.flush())
            self._seal(bytes(self._waiting), last=True)
            self._out.flush()
            os.fsync(self._out.fileno())
        finally:
            self._out.close()
            super().close()

    def abandon(self) -> None:
        """Leave it as it is."""
        self._out.close()
        super().close()

    def _take(self, squeezed: bytes) -> None:
        self._waiting += squeezed
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._put(self._cipher.encrypt(nonce(self._number, last), chunk, None))
        self._number += 1

    def _put(self, content: bytes) -> None:
        self._out.write(content)
        self.stored.update(content)
        self.stored_bytes += len(content)


def nonce(number: int, last: bool) -> bytes:
    """Number of the chunk and whether it is the last."""
    return number.to_bytes(11, "big") + (b"\1" if last else b"\0")


class _Chunks(io.RawIOBase):
    """The compressed bytes inside a sealed part."""

    def __init__(self, path: Path, name: str, key: DataKey) -> None:
        self._name = name
        try:
            self._in: BinaryIO = path.open("rb")
        except OSError as error:
            raise damaged(name) from error
        head = self._in.read(len(MAGIC) + SALT_BYTES)
        if head[: len(MAGIC)] != MAGIC or len(head) != len(MAGIC) + SALT_BYTES:
            self._in.close()
            raise damaged(name)
        self._cipher = key.part_key(name, head[len(MAGIC) :])
        self._next = self._in.read(CHUNK + TAG)
        self._number, self._ready, self._ended = 0, memoryview(b""), False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready and not self._ended:
            sealed, self._next = self._next, self._in.read(CHUNK + TAG)
            self._ended = not self._next
            try:
                self._ready = memoryview(self._cipher.decrypt(nonce(self._number, self._ended), sealed, None))
            except (InvalidTag, ValueError) as error:
                raise damaged(self._name) from error
            self._number += 1
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def close(self) -> None:
        if not self.closed:
            self._in.close()
            super().close()


class PartReader:
    """Plain bytes of a sealed part: ``read(n)``, ``read_exactly(n)``, ``lines()``; ``plain`` is their SHA-256 so far."""

    def __init__(self, path: Path, name: str, key: DataKey) -> None:
        self.name = name
        self.plain = hashlib.sha256()
        self._chunks = _Chunks(path, name, key)
        self._stream = zstandard.ZstdDecompressor().stream_reader(io.BufferedReader(self._chunks, CHUNK))

    def read(self, size: int = 1 << 20) -> bytes:
        """Up to so many bytes; empty at the end."""
        try:
            content = self._stream.read(size)
        except zstandard.ZstdError as error:
            raise damaged(self.name) from error
        self.plain.update(content)
        return content

    def read_exactly(self, size: int) -> bytes:
        """So many bytes; fewer only at the end."""
        pieces, missing = [], size
        while missing and (piece := self.read(missing)):
            pieces.append(piece)
            missing -= len(piece)
        return b"".join(pieces)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        self._chunks.close()


def damaged(name: str) -> Refused:
    """The refusal of a part that does not open."""
    return Refused(
        "part_damaged",
        _("备份集中的“%(name)s”已损坏或不完整，未做任何恢复。请改用另一份备份。") % {"name": name},
        part=name,
    )


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
