"""The two cipher suites: AES-256-GCM, and SM4-CTR with HMAC-SM3 (encrypt, then authenticate).

A cipher seals bytes for a *place* (associated data): what was sealed for one place does not open at another. Both suites take a
key of 32 bytes. SM4 uses 16, so its two keys, one to encrypt and one to authenticate, are derived from them by HMAC-SM3.
"""

import hmac
import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.hmac import HMAC

AES, SM = "aes-256-gcm", "sm4-ctr-hmac-sm3"
SUITES = (AES, SM)
LETTER = {AES: "k", SM: "s"}
"""First letter of a sealed text: it says the suite to who reads the database without us."""
KEY_BYTES = 32
Buffer = bytes | bytearray | memoryview


class Cipher(Protocol):
    """A suite with one key. ``overhead`` is by how much sealed bytes are longer than plain ones."""

    suite: str
    overhead: int

    def seal(self, plain: bytes, place: bytes) -> bytes:
        """Nonce, ciphertext and tag, under a fresh random nonce."""

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """What :meth:`seal` made for the same place; InvalidTag for anything else."""

    def seal_at(self, counter: bytes, plain: Buffer, place: bytes) -> bytes:
        """Ciphertext and tag under a nonce of 12 bytes that this key never sees again."""

    def open_at(self, counter: bytes, sealed: bytes, place: bytes) -> bytes:
        """What :meth:`seal_at` made."""


class AesGcm:
    """AES-256-GCM: nonce of 12 bytes, tag of 16."""

    __slots__ = ("_aes",)
    suite, overhead = AES, 12 + 16

    def __init__(self, key: bytes) -> None:
        self._aes = AESGCM(key)

    def seal(self, plain: bytes, place: bytes) -> bytes:
        """See :class:`Cipher`."""
        nonce = os.urandom(12)
        return nonce + self._aes.encrypt(nonce, plain, place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """See :class:`Cipher`."""
        return self._aes.decrypt(sealed[:12], sealed[12:], place)

    def seal_at(self, counter: bytes, plain: Buffer, place: bytes) -> bytes:
        """See :class:`Cipher`."""
        return self._aes.encrypt(counter, plain, place)

    def open_at(self, counter: bytes, sealed: bytes, place: bytes) -> bytes:
        """See :class:`Cipher`."""
        return self._aes.decrypt(counter, sealed, place)


class Sm4Sm3:
    """SM4-CTR with a first counter block of 16 bytes, then HMAC-SM3 of 32 bytes over lengths, place, counter and ciphertext."""

    __slots__ = ("_key", "_mac")
    suite, overhead = SM, 16 + 32

    def __init__(self, key: bytes) -> None:
        self._key = SM4(hmac_sm3(key, b"kedang sm4-ctr encrypt")[:16])
        self._mac = HMAC(hmac_sm3(key, b"kedang hmac-sm3 authenticate"), hashes.SM3())

    def seal(self, plain: bytes, place: bytes) -> bytes:
        """See :class:`Cipher`."""
        block = os.urandom(16)
        return block + self._close(block, plain, place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """See :class:`Cipher`."""
        return self._open(sealed[:16], sealed[16:], place)

    def seal_at(self, counter: bytes, plain: Buffer, place: bytes) -> bytes:
        """See :class:`Cipher`. The last four bytes of the first block count blocks: 64 GiB fit under one counter."""
        return self._close(counter + bytes(4), plain, place)

    def open_at(self, counter: bytes, sealed: bytes, place: bytes) -> bytes:
        """See :class:`Cipher`."""
        return self._open(counter + bytes(4), sealed, place)

    def _close(self, block: bytes, plain: Buffer, place: bytes) -> bytes:
        coded = BlockCipher(self._key, CTR(block)).encryptor().update(plain)
        return coded + self._tag(block, coded, place)

    def _open(self, block: bytes, sealed: bytes, place: bytes) -> bytes:
        coded, tag = memoryview(sealed)[:-32], sealed[-32:]
        if len(block) != 16 or len(tag) != 32 or not hmac.compare_digest(tag, self._tag(block, coded, place)):
            raise InvalidTag
        return BlockCipher(self._key, CTR(block)).decryptor().update(coded)

    def _tag(self, block: bytes, coded: Buffer, place: bytes) -> bytes:
        mac = self._mac.copy()
        mac.update(len(place).to_bytes(8, "big") + place + block)
        mac.update(coded)
        return mac.finalize()


def cipher(suite: str, key: bytes) -> Cipher:
    """The cipher of a suite; an unknown name raises."""
    if suite == AES:
        return AesGcm(key)
    if suite == SM:
        return Sm4Sm3(key)
    raise ValueError(f"unknown cipher suite {suite!r}")


def hmac_sm3(key: bytes, message: bytes) -> bytes:
    """HMAC with SM3 (GB/T 32905, RFC 2104)."""
    mac = HMAC(key, hashes.SM3())
    mac.update(message)
    return mac.finalize()


def keyed_digest(suite: str, key: bytes, message: bytes) -> bytes:
    """The keyed digest of a suite, for blind indexes: HMAC-SHA-256 or HMAC-SM3."""
    return hmac_sm3(key, message) if suite == SM else hmac.digest(key, message, "sha256")
