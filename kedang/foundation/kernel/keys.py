"""Key ring in a file outside the database, and the two things made with it: sealed text and blind indexes.

The file ``KEDANG_DATA_DIR/keys/keyring.json`` (mode 0600) holds named 256-bit keys; ``KEDANG_KEYRING_FILE`` names another
place. Sealed text is ``k<n>:<base64(nonce || ciphertext || tag)>`` by AES-256-GCM with the place of the value (model and
field) as associated data, so that a value moved to another field does not open. A blind index is a keyed digest by which
equal values can be found without being read; it leaks equality, so it is used for numbers only.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import threading
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from kedang.foundation.kernel.refused import Refused

NONCE_BYTES = 12


@dataclass(slots=True)
class KeyRing:
    """Keys by number, the number that new values are sealed with, and the key of the blind indexes."""

    keys: dict[int, bytes]
    active: int
    blind_key: bytes
    _ciphers: dict[int, AESGCM] = field(default_factory=dict)

    def cipher(self, number: int) -> AESGCM:
        """Cipher of one key; refused with a clear sentence when the ring lacks it."""
        cipher = self._ciphers.get(number)
        if cipher is None:
            if number not in self.keys:
                raise Refused(
                    "key_missing",
                    f"密钥环中没有第 {number} 号密钥，加密内容打不开。请把原密钥环文件放回 keys 目录后重启。",
                )
            cipher = self._ciphers[number] = AESGCM(self.keys[number])
        return cipher


_lock = threading.Lock()
_ring: KeyRing | None = None


def ring_path() -> Path:
    """Where the key ring lies."""
    return Path(os.environ.get("KEDANG_KEYRING_FILE") or settings.DATA_DIR / "keys" / "keyring.json")


def create_ring(path: Path) -> bool:
    """Write a new ring with one key unless the file exists; True when it was made. Never overwrites."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    content = json.dumps(
        {"active": 1, "keys": {"1": _text(secrets.token_bytes(32))}, "blind": _text(secrets.token_bytes(32))}
    )
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return True


def ring() -> KeyRing:
    """The loaded key ring; stops with a clear sentence when the file is missing or damaged."""
    global _ring
    if _ring is None:
        with _lock:
            if _ring is None:
                _ring = _load(ring_path())
    return _ring


def use_ring(new_ring: KeyRing | None) -> None:
    """Replace the loaded ring (tests, rotation); None loads it from its file again."""
    global _ring
    _ring = new_ring


def random_ring() -> KeyRing:
    """A fresh ring in memory."""
    return KeyRing({1: secrets.token_bytes(32)}, 1, secrets.token_bytes(32))


def encrypt(text: str, aad: str) -> str:
    """Seal ``text`` for the place ``aad`` (``app.Model.field``). Empty stays empty."""
    if not text:
        return ""
    loaded = ring()
    nonce = os.urandom(NONCE_BYTES)
    sealed = loaded.cipher(loaded.active).encrypt(nonce, text.encode(), aad.encode())
    return f"k{loaded.active}:{base64.b64encode(nonce + sealed).decode('ascii')}"


def decrypt(sealed: str, aad: str) -> str:
    """Open what :func:`encrypt` sealed for the same place; refuses altered or moved values."""
    if not sealed:
        return ""
    head, _, body = sealed.partition(":")
    if not body or not head.startswith("k"):
        raise Refused("sealed_text_damaged", "加密内容已损坏，无法打开。请联系档案管理员从备份恢复。")
    raw = base64.b64decode(body)
    try:
        return ring().cipher(int(head[1:])).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], aad.encode()).decode()
    except InvalidTag as error:
        raise Refused(
            "sealed_text_damaged", "加密内容已损坏或被移动，无法打开。请联系档案管理员从备份恢复。"
        ) from error


def encrypt_bytes(content: bytes, aad: str) -> bytes:
    """Seal bytes for the place ``aad``: key number (2 bytes), nonce, ciphertext with tag. Empty stays empty."""
    if not content:
        return b""
    loaded = ring()
    nonce = os.urandom(NONCE_BYTES)
    return loaded.active.to_bytes(2, "big") + nonce + loaded.cipher(loaded.active).encrypt(nonce, content, aad.encode())


def decrypt_bytes(sealed: bytes, aad: str) -> bytes:
    """Open what :func:`encrypt_bytes` sealed for the same place; refuses altered or moved content."""
    if not sealed:
        return b""
    number, nonce = int.from_bytes(sealed[:2], "big"), sealed[2 : 2 + NONCE_BYTES]
    try:
        return ring().cipher(number).decrypt(nonce, sealed[2 + NONCE_BYTES :], aad.encode())
    except (InvalidTag, ValueError) as error:
        raise Refused(
            "sealed_content_damaged", "加密文件已损坏或被移动，无法打开。请联系档案管理员从备份恢复。"
        ) from error


def is_sealed(text: str) -> bool:
    """Whether a stored text is in sealed form."""
    return len(text) > 3 and text[0] == "k" and text[1].isdigit() and ":" in text[:6]


def blind(text: str, purpose: str) -> str:
    """Keyed digest (16 hex characters) of a normalised value for exact search; empty stays empty."""
    if not text:
        return ""
    return hmac.new(ring().blind_key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()[:16]


def _load(path: Path) -> KeyRing:
    if not path.exists():
        if not create_ring_allowed():
            raise ImproperlyConfigured(f"找不到密钥环文件 {path}，而数据库中已有加密内容。请放回原文件，不要新建。")
        create_ring(path)
    try:
        content = json.loads(path.read_text(encoding="ascii"))
        keys = {int(number): base64.b64decode(key) for number, key in content["keys"].items()}
        return KeyRing(keys, int(content["active"]), base64.b64decode(content["blind"]))
    except (OSError, ValueError, KeyError) as error:
        raise ImproperlyConfigured(f"密钥环文件 {path} 读不出来或已损坏：{error}") from error


def create_ring_allowed() -> bool:
    """A missing ring may only be made while there is no database yet that could hold sealed values."""
    name = str(settings.DATABASES["default"].get("NAME", ""))
    return bool(getattr(settings, "TESTING", False)) or not (name.endswith(".sqlite3") and Path(name).exists())


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
