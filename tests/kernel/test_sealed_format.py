"""The vectors of ``docs/operate/sealed-file-format.md``: opened by the program, and by hand from what the page says."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.hmac import HMAC

from kedang.foundation.kernel import keys, sealed_files
from kedang.foundation.kernel.key_ring import FILES, DataKey, fresh_ring
from kedang.foundation.kernel.suites import SUITES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operate" / "sealed-file-format.md"
DATA_KEY, FILE_KEY, FILE_ID, PLACE, PLAIN = (
    bytes(range(32)),
    bytes(range(32, 64)),
    bytes(range(64, 80)),
    b"tests.vector",
    "客档".encode(),
)


def vector(code: int) -> bytes:
    found = re.search(rf"```vector-{code}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return bytes.fromhex("".join(found[1].split()))


def hmac_sm3(key: bytes, message: bytes) -> bytes:
    made = HMAC(key, hashes.SM3())
    made.update(message)
    return made.finalize()


def opened_by_hand(code: int, key: bytes, nonce: bytes, sealed: bytes, place: bytes) -> bytes:
    if code == 1:
        return AESGCM(key).decrypt(nonce, sealed, place)
    block, text, tag = nonce.ljust(16, b"\0"), sealed[:-32], sealed[-32:]
    mac_key = hmac_sm3(key, b"kedang hmac-sm3 authenticate")
    assert hmac_sm3(mac_key, len(place).to_bytes(8, "big") + place + block + text) == tag
    return Cipher(SM4(hmac_sm3(key, b"kedang sm4-ctr encrypt")[:16]), CTR(block)).decryptor().update(text)


@pytest.fixture
def ring() -> Iterator[None]:
    yield
    keys.use_ring(None)


@pytest.mark.parametrize("code", [1, 2])
def test_vector_by_hand(code: int) -> None:
    raw = vector(code)
    fixed, slot, other, chunk = raw[:32], raw[32:160], raw[160:288], raw[288:]
    assert fixed == b"KDSF" + bytes([1, code, 16, 0]) + FILE_ID + bytes(8) and other == bytes(128)
    assert slot[:6] == bytes([0, 0, 0, 1, 0, 3])
    length, random_bytes = int.from_bytes(slot[6:8], "big"), 12 if code == 1 else 16
    wrapped, rest = slot[8 : 8 + length], slot[8 + length :]
    assert length == (60 if code == 1 else 80) and not any(rest)
    place = b"kedang.file.key\0" + fixed + slot[:8] + PLACE
    assert opened_by_hand(code, DATA_KEY, wrapped[:random_bytes], wrapped[random_bytes:], place) == FILE_KEY
    assert opened_by_hand(code, FILE_KEY, bytes(11) + b"\1", chunk, fixed) == PLAIN


@pytest.mark.parametrize("code", [1, 2])
def test_vector_by_the_program(code: int, tmp_path: Path, ring: None) -> None:
    made = fresh_ring(SUITES[code - 1])
    made.keys[3] = DataKey(3, DATA_KEY, SUITES[code - 1], FILES)
    keys.use_ring(made)
    path = tmp_path / "vector"
    path.write_bytes(vector(code))
    with sealed_files.opened(path, PLACE.decode()) as stream:
        assert stream.read() == PLAIN
