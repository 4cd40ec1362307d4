"""Sealed text, sealed bytes and blind indexes, made with the keys of the ring (see ``key_ring.py``).

Sealed text is a letter for the suite, the number of its key, ``:`` and base64: ``k<n>:`` by AES-256-GCM, ``s<n>:`` by SM4-CTR with
HMAC-SM3.
The place of the value (model and field) is bound as associated data, so that a value moved to another field does not open. A blind index
is a keyed digest by which equal values can be found without being read; it leaks equality, so it is used for numbers only.

The file of the ring is looked at once a second at most: what another process adds to it is used here without a restart.
"""

import base64
import threading
import time
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from django.conf import settings

from kedang.foundation.kernel import key_store
from kedang.foundation.kernel.key_ring import FIELDS, STAGING, KeyRing, RingUnusable, fresh_ring
from kedang.foundation.kernel.key_store import create_ring, ring_path, signature_of
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.suites import Cipher

__all__ = ["KeyRing", "RingUnusable", "create_ring", "ring_path"]

LOOK_SECONDS = 1.0
MOST_NUMBER = 0x7FFF

_lock = threading.RLock()
_ring: KeyRing | None = None
_seen: key_store.Signature | None = None
_look_at = float("inf")
_monotonic = time.monotonic
_encode, _decode = base64.b64encode, base64.b64decode


def ring() -> KeyRing:
    """The loaded key ring; stops with a clear sentence when the file is missing or damaged."""
    if _ring is None or _monotonic() >= _look_at:
        return _load()
    return _ring


def use_ring(new_ring: KeyRing | None) -> None:
    """Replace the loaded ring by one in memory (tests); None loads it from its file again."""
    global _ring, _seen, _look_at
    with _lock:
        _ring, _seen, _look_at = new_ring, None, float("inf")


def follow(parts: dict[str, Any]) -> None:
    """Begin with the ring of a parent process, then follow the file like everybody."""
    global _ring, _seen, _look_at
    with _lock:
        _ring, _seen, _look_at = KeyRing(**parts), None, float("inf")
        if parts["id"] and (signature := signature_of(ring_path())) is not None:
            _seen, _look_at = signature, _monotonic()


def reload() -> KeyRing:
    """The ring as its file says now. A ring in memory stays."""
    global _seen, _look_at
    with _lock:
        if _ring is None or _look_at != float("inf"):
            _seen, _look_at = None, 0.0
        return _load()


def is_from_file() -> bool:
    """Whether the loaded ring follows its file (a ring in memory does not)."""
    return _look_at != float("inf")


def random_ring(suite: str | None = None) -> KeyRing:
    """A fresh ring in memory."""
    return fresh_ring(suite)


def encrypt(text: str, aad: str, purpose: str = FIELDS) -> str:
    """Seal ``text`` for the place ``aad`` (``app.Model.field``). Empty stays empty."""
    if not text:
        return ""
    head, _, cipher = ring().sealer(purpose)
    return head + _encode(cipher.seal(text.encode(), aad.encode())).decode("ascii")


def decrypt(sealed: str, aad: str) -> str:
    """Open what :func:`encrypt` sealed for the same place; refuses altered or moved values."""
    if not sealed:
        return ""
    head, _, body = sealed.partition(":")
    try:
        cipher = ring().heads.get(head) or _cipher(head)
        return cipher.open(_decode(body), aad.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise Refused(
            "sealed_text_damaged", "加密内容已损坏或被移动，无法打开。请联系档案管理员从备份恢复。"
        ) from error


def encrypt_bytes(content: bytes, aad: str, purpose: str = STAGING) -> bytes:
    """Seal bytes for the place ``aad``: key number (2 bytes, first bit set for SM4), then as the suite says. Empty stays empty."""
    if not content:
        return b""
    _, head, cipher = ring().sealer(purpose)
    return head + cipher.seal(content, aad.encode())


def decrypt_bytes(sealed: bytes, aad: str) -> bytes:
    """Open what :func:`encrypt_bytes` sealed for the same place; refuses altered or moved content."""
    if not sealed:
        return b""
    number = number_of_bytes(sealed)
    try:
        return cipher_of(number).open(sealed[2:], aad.encode())
    except (InvalidTag, ValueError) as error:
        raise Refused(
            "sealed_content_damaged", "加密文件已损坏或被移动，无法打开。请联系档案管理员从备份恢复。"
        ) from error


def active_cipher(purpose: str) -> tuple[int, Cipher]:
    """Number and cipher that new content of a purpose is sealed with."""
    loaded = ring()
    return loaded.active[purpose], loaded.sealer(purpose)[2]


def cipher_of(number: int) -> Cipher:
    """Cipher of a key; refused when neither the loaded ring nor its file has it."""
    loaded = ring()
    if number not in loaded.keys:  # it may have come into the file since
        loaded = reload()
    return loaded.cipher(number)


def is_sealed(text: str) -> bool:
    """Whether a stored text is in sealed form."""
    return number_of(text) is not None


def number_of(text: str) -> int | None:
    """Number of the key that a stored text is sealed with; None for a text that is not sealed."""
    head, colon, _ = text[:8].partition(":")
    return int(head[1:]) if colon and head[:1] in ("k", "s") and head[1:].isdecimal() else None


def number_of_bytes(sealed: bytes | memoryview) -> int:
    """Number of the key that bytes are sealed with."""
    return int.from_bytes(sealed[:2], "big") & MOST_NUMBER


def blind(text: str, purpose: str) -> str:
    """Keyed digest (16 hex characters) of a normalised value for exact search; empty stays empty."""
    if not text:
        return ""
    return ring().blind(f"{purpose}\0{text}".encode())


def create_ring_allowed() -> bool:
    """A missing ring may only be made by itself while there is no database yet that could hold sealed values; else by ``kedang setup``."""
    name = str(settings.DATABASES["default"].get("NAME", ""))
    is_new = name.endswith(".sqlite3") and not Path(name).exists()
    return bool(getattr(settings, "TESTING", False)) or is_new


def _cipher(head: str) -> Cipher:
    """Cipher behind the head of a sealed text; a head that is none raises ValueError."""
    if head[:1] not in ("k", "s"):
        raise ValueError(head)
    found = cipher_of(int(head[1:]))
    ring().heads[head] = found
    return found


def _load() -> KeyRing:
    """Read the file unless it is as it was. While a ring is loaded, a file that cannot be read changes nothing."""
    global _ring, _seen, _look_at
    with _lock:
        if _ring is not None and _monotonic() < _look_at:
            return _ring
        path = ring_path()
        signature = signature_of(path)
        if _ring is not None and (signature is None or signature == _seen):
            _look_at = _monotonic() + LOOK_SECONDS
            return _ring
        if signature is None and create_ring_allowed():
            create_ring(path)
            signature = signature_of(path)
        try:
            found = key_store.read_ring(path)
        except RingUnusable:
            if _ring is None:
                raise
            found = _ring
        if _ring is None or found.id == _ring.id:  # another ring in this place takes effect at the next start only
            _ring = found
        _seen, _look_at = signature, _monotonic() + LOOK_SECONDS
        return _ring
