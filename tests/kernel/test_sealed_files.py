"""Sealed files: what comes back, and that nothing altered, cut, appended, swapped or moved does."""

import hashlib
import io
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from kedang.foundation.kernel import keys, sealed_files
from kedang.foundation.kernel.key_ring import KeyRing, fresh_ring, now_text
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sealed_files import (
    CHUNK,
    HEAD_BYTES,
    SLOT_BYTES,
    digest_of,
    opened,
    rewrap,
    sealed,
    store,
)
from kedang.foundation.kernel.suites import AES, SM, SUITES

PLACE = "tests.file.1"
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 17]


@pytest.fixture(autouse=True, params=SUITES)
def ring(request: pytest.FixtureRequest) -> Iterator[KeyRing]:
    made = fresh_ring(request.param)
    keys.use_ring(made)
    yield made
    keys.use_ring(None)


def tag() -> int:
    return 16 if keys.ring().keys[3].suite == AES else 32


def put(folder: Path, content: bytes, name: str = "one", place: str = PLACE) -> Path:
    store(folder / name, place, io.BytesIO(content))
    return folder / name


def refuses(path: Path, place: str = PLACE) -> None:
    with pytest.raises(Refused) as refusal:
        digest_of(path, place)
    assert refusal.value.code in {"sealed_content_damaged", "key_missing"}


@pytest.mark.parametrize("size", SIZES)
def test_content_comes_back_and_lies_nowhere_in_clear(tmp_path: Path, size: int) -> None:
    content = random.Random(size).randbytes(size)
    path = put(tmp_path, content)
    with opened(path, PLACE) as stream:
        assert stream.read() == content
    stored = path.read_bytes()
    assert len(stored) == HEAD_BYTES + size + max(1, -(-size // CHUNK)) * tag()
    assert size < 16 or content[:16] not in stored
    assert path.stat().st_mode & 0o777 == 0o600 and [one.name for one in tmp_path.iterdir()] == ["one"]


def test_any_part_can_be_read(tmp_path: Path) -> None:
    chance = random.Random(7)
    content = chance.randbytes(3 * CHUNK + 17)
    with opened(put(tmp_path, content), PLACE) as stream:
        for _ in range(60):
            start, count = chance.randrange(len(content) + 9), chance.randrange(2 * CHUNK)
            stream.seek(start)
            assert stream.read(count) == content[start : start + count]
        assert stream.seek(0, os.SEEK_END) == len(content)


@pytest.mark.parametrize("size", SIZES)
def test_every_cut_is_noticed(tmp_path: Path, size: int) -> None:
    path = put(tmp_path, bytes(size))
    whole = path.read_bytes()
    stored = CHUNK + tag()
    for length in {
        0,
        3,
        HEAD_BYTES - 1,
        HEAD_BYTES,
        len(whole) - 1,
        len(whole) - tag(),
        *range(HEAD_BYTES, len(whole), stored),
    }:
        if length < len(whole):
            path.write_bytes(whole[:length])
            refuses(path)


def test_appended_repeated_and_exchanged_chunks_are_noticed(tmp_path: Path) -> None:
    path, stored = put(tmp_path, os.urandom(3 * CHUNK)), CHUNK + tag()
    whole = path.read_bytes()
    head, chunks = whole[:HEAD_BYTES], [whole[HEAD_BYTES + n * stored :][:stored] for n in range(3)]
    for wrong in ([0, 1, 2, 2], [0, 1, 2, 0], [1, 0, 2], [0, 2], [2], [0, 0, 2], [0, 1, 1]):
        path.write_bytes(head + b"".join(chunks[n] for n in wrong))
        refuses(path)
    path.write_bytes(whole + b"\0")
    refuses(path)
    path.write_bytes(whole)
    assert digest_of(path, PLACE).size == 3 * CHUNK


def test_file_of_another_place_or_with_anothers_head_does_not_open(tmp_path: Path) -> None:
    one, other = put(tmp_path, b"one" * 99), put(tmp_path, b"two" * 99, "other")
    refuses(one, "tests.file.2")
    one.write_bytes(other.read_bytes()[:HEAD_BYTES] + one.read_bytes()[HEAD_BYTES:])
    refuses(one)


def test_five_hundred_flipped_bits_are_noticed(tmp_path: Path) -> None:
    """Everywhere but in the slot that is not in use (seed 2049)."""
    path, chance = put(tmp_path, os.urandom(2 * CHUNK + 5)), random.Random(2049)
    whole = path.read_bytes()
    wrapped = 8 + 32 + (28 if tag() == 16 else 48)
    for turn in range(500):
        at = chance.randrange(len(whole)) if turn % 2 else chance.randrange(HEAD_BYTES)
        if 32 + wrapped <= at < HEAD_BYTES:
            continue
        changed = bytearray(whole)
        changed[at] ^= 1 << chance.randrange(8)
        path.write_bytes(bytes(changed))
        refuses(path)


def test_new_data_key_changes_the_head_only(tmp_path: Path, ring: KeyRing) -> None:
    path = put(tmp_path, b"content" * 20_000)
    before = path.read_bytes()
    assert rewrap(path, PLACE) is False
    newer = ring.added(SM if tag() == 16 else AES, now_text())
    keys.use_ring(newer)
    assert rewrap(path, PLACE) is True and rewrap(path, PLACE) is False
    assert path.read_bytes()[HEAD_BYTES:] == before[HEAD_BYTES:]
    del newer.keys[3]
    keys.use_ring(newer)
    with opened(path, PLACE) as stream:
        assert stream.read() == b"content" * 20_000


def test_rewrapping_killed_at_any_byte_leaves_a_file_that_opens(tmp_path: Path, ring: KeyRing) -> None:
    path = put(tmp_path, b"content")
    before = path.read_bytes()
    for _ in range(3):
        ring = ring.added(AES, now_text())
        keys.use_ring(ring)
        rewrap(path, PLACE)
        after = path.read_bytes()
        slots = [range(start, start + SLOT_BYTES) for start in (32, 32 + SLOT_BYTES)]
        good = 0 if int.from_bytes(before[32:36], "big") > int.from_bytes(before[160:164], "big") else 1
        torn = bytearray(before)
        for at in [*slots[1 - good], *slots[good]]:
            torn[at] = after[at]
            if at % 9 == 0:
                path.write_bytes(bytes(torn))
                assert digest_of(path, PLACE).size == 7
        path.write_bytes(before)
        again = bytearray(before)
        again[slots[1 - good][0] : slots[1 - good][9]] = after[slots[1 - good][0] : slots[1 - good][9]]
        path.write_bytes(bytes(again))
        assert rewrap(path, PLACE) and digest_of(path, PLACE).size == 7
        before = path.read_bytes()


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    path = put(tmp_path, b"content")
    keys.use_ring(fresh_ring().added(AES, now_text()))
    with pytest.raises(Refused):
        digest_of(path, PLACE)
    ring = fresh_ring()
    del ring.keys[3]
    keys.use_ring(ring)
    with pytest.raises(Refused, match="没有第 3 号密钥"):
        digest_of(path, PLACE)


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), sealed(tmp_path / "one", PLACE) as out:
        out.write(b"half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_what_is_read_back_must_be_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed_files, "digest_of", lambda path, place: sealed_files.Digest(4, "x"))
    with pytest.raises(Refused, match="不完整"), sealed(tmp_path / "one", PLACE) as out:
        out.write(b"full")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "piece", [1, 7, 4096, sealed_files.CHUNK - 1, sealed_files.CHUNK, sealed_files.CHUNK + 1, 1 << 20]
)
@pytest.mark.parametrize("more", [-1, 0, 1])
def test_pieces_of_any_size_come_back(tmp_path: Path, piece: int, more: int) -> None:
    size = (1 if piece < 10 else 3) * sealed_files.CHUNK + more
    content = os.urandom(size)
    path = tmp_path / "one.sealed"
    with sealed_files.sealed(path, "test.place") as out:
        for at in range(0, size, piece):
            part = content[at : at + piece]
            out.write(bytearray(part) if at % 3 == 1 else part)
    with sealed_files.SealedReader(path, "test.place") as stream:
        assert b"".join(stream.chunks()) == content
        assert stream.size == size
        stream.seek(-3, os.SEEK_END)
        assert stream.read() == content[-3:]
    assert out.digest == sealed_files.digest_of(path, "test.place")
    assert out.digest.sha256 == hashlib.sha256(content).hexdigest()
