"""Digests of an entry: parts, leaf, tree. The format is told byte by byte in ``docs/operate/audit-bundle.md``.

A part digest is salted, so that nobody guesses what a blanked part said; the salt of each part comes from the entry's own
random salt, so that one part's salt can be destroyed and the others kept.
"""

import hashlib
import importlib
from collections.abc import Callable, Sequence
from typing import Any

import orjson

Hash = Callable[[bytes], Any]

PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "core",
        (
            "id", "at", "fonds_id", "code", "category", "subject_type", "subject_id", "parent_type", "parent_id", "channel",
            "request_id", "job_id",
        ),
    ),
    ("actor", ("actor_id", "actor_name", "on_behalf_of", "address")),
    ("subject", ("subject_label",)),
    ("changes", ("changes",)),
    ("reason", ("reason",)),
    ("meta", ("meta",)),
)  # fmt: skip
"""Parts of an entry in the order of their digests. Any but the first may be blanked for a person's sake."""

COLUMNS = tuple(column for _name, columns in PARTS for column in columns)
PART_NAMES = tuple(name for name, _columns in PARTS)
SALT_BYTES = 16
DIGEST_BYTES = 32
EMPTY = bytes(DIGEST_BYTES)
"""Digest of a part that says nothing."""


def _slices() -> tuple[slice, ...]:
    edges, start = [], 0
    for _name, columns in PARTS:
        edges.append(slice(start, start + len(columns)))
        start += len(columns)
    return tuple(edges)


SLICES = _slices()
_SALT_HEADS = tuple(bytes((3, number)) for number in range(len(PARTS)))
_PART_HEADS = tuple(bytes((2, number)) for number in range(len(PARTS)))
_WIDE = tuple((number, piece) for number, piece in enumerate(SLICES) if piece.stop - piece.start > 1)
_SINGLE = tuple((number, piece.start) for number, piece in enumerate(SLICES) if piece.stop - piece.start == 1)


def _quick_sha256() -> Hash:
    """The interpreter's own SHA-256, for short inputs twice as fast as the one behind OpenSSL; else that one."""
    for name in ("_sha256", "_sha2"):
        try:
            return importlib.import_module(name).sha256  # type: ignore[no-any-return]
        except (ImportError, AttributeError):
            continue
    return hashlib.sha256


def _sm3(data: bytes) -> Any:
    return hashlib.new("sm3", data)


ALGORITHMS: dict[str, Hash] = {"sha256": _quick_sha256(), "sm3": _sm3}
"""Both give 32 bytes."""
_LONG = {ALGORITHMS["sha256"]: hashlib.sha256}
"""The same digest, quicker from some 64 bytes on."""


def part_bytes(values: Sequence[Any]) -> bytes:
    """The values of a part as a JSON array."""
    return orjson.dumps(values)


def part_salt(salt: bytes, number: int, digest: Hash) -> bytes:
    """Salt of one part, from the salt of the entry."""
    return bytes(digest(_SALT_HEADS[number] + salt).digest()[:SALT_BYTES])


def part_digest(number: int, values: Sequence[Any], salt: bytes, digest: Hash) -> bytes:
    """Digest of one part under its own salt; :data:`EMPTY` where it says nothing."""
    if not any(values):
        return EMPTY
    return bytes(digest(_PART_HEADS[number] + salt + orjson.dumps(values)).digest())


def leaf_of(row: Sequence[Any], salt: bytes, digest: Hash) -> bytes:
    """Leaf of an entry given as its columns in the order of :data:`COLUMNS`, in which the parts of one column follow the others."""
    joined, dumps, long = b"\0", orjson.dumps, _LONG.get(digest, digest)
    for number, piece in _WIDE:
        values = row[piece]
        if any(values):
            own = digest(_SALT_HEADS[number] + salt).digest()[:16]
            joined += long(_PART_HEADS[number] + own + dumps(values)).digest()
        else:
            joined += EMPTY
    for number, at in _SINGLE:
        value = row[at]
        if value:
            own = digest(_SALT_HEADS[number] + salt).digest()[:16]
            joined += long(_PART_HEADS[number] + own + dumps((value,))).digest()
        else:
            joined += EMPTY
    return bytes(long(joined).digest())


def leaf_of_digests(digests: Sequence[bytes], digest: Hash) -> bytes:
    """Leaf from the digests of the parts."""
    return bytes(digest(b"\0" + b"".join(digests)).digest())


def tree_root(leaves: Sequence[bytes], digest: Hash) -> bytes:
    """Root of the tree over the leaves as RFC 6962 builds it (an odd one out rises unchanged)."""
    if not leaves:
        return bytes(digest(b"").digest())
    level = list(leaves)
    while len(level) > 1:
        odd = [level[-1]] if len(level) % 2 else []
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [digest(b"\1" + left + right).digest() for left, right in pairs] + odd
    return bytes(level[0])


def cut(packed: bytes | memoryview, size: int) -> list[bytes]:
    """Pieces of equal size."""
    packed = bytes(packed)
    return [packed[at : at + size] for at in range(0, len(packed), size)]
