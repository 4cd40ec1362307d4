"""One seal against its entries. Pure: takes what was read, touches no database (so that other processes can do it)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kedang.foundation.audit.sealing import ranges
from kedang.foundation.audit.sealing.digests import (
    ALGORITHMS,
    DIGEST_BYTES,
    PART_NAMES,
    SALT_BYTES,
    SLICES,
    Hash,
    cut,
    leaf_of,
    leaf_of_digests,
    part_digest,
    tree_root,
)
from kedang.foundation.audit.sealing.heads import Head, digest_of, parse
from kedang.foundation.audit.sealing.signing import SEAL_CONTEXT, is_signed
from kedang.foundation.audit.verifying.report import Fault

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Sealed:
    """Rows of a seal as they lie in the database."""

    number: int
    head: str
    signature: str
    digest: str
    first_id: int
    last_id: int
    count: int
    salts: bytes
    leaves: bytes


@dataclass(frozen=True, slots=True)
class Blanked:
    """A redaction as it lies in the database: digests of the blanked parts, salts of the others, both by number of the part."""

    parts: str
    digests: str
    salts: str


def check_seal(seal: Sealed, keys: Mapping[str, str]) -> tuple[Head | None, list[Fault]]:
    """The seal by itself: well formed, its columns, digest and signature right."""
    try:
        head = parse(seal.head)
        ids = ranges.unpack(head.ids)
        digest = digest_of(head, seal.head, seal.signature)
    except (ValueError, TypeError, AttributeError, KeyError):
        return None, [Fault("seal_altered", seal.number)]
    edges = (ids[0][0], ids[-1][1]) if ids else (head.high, head.high)
    said = (head.number, digest, head.count, *edges)
    if said != (seal.number, seal.digest, seal.count, seal.first_id, seal.last_id) or ranges.size(ids) != head.count:
        return head, [Fault("seal_altered", seal.number)]
    if head.key not in keys:
        return head, [Fault("seal_key", seal.number, about=head.key)]
    if not is_signed(dict(keys), head.key, SEAL_CONTEXT, seal.head.encode(), seal.signature):
        return head, [Fault("seal_signature", seal.number)]
    return head, []


def check_entries(seal: Sealed, head: Head, rows: Sequence[Row], blanked: Mapping[int, Blanked]) -> list[Fault]:
    """The entries under a seal: all there, each as it was."""
    digest = ALGORITHMS[head.algorithm]
    expected = list(ranges.numbers(ranges.unpack(head.ids)))
    if len(seal.salts) != SALT_BYTES * len(expected) or len(seal.leaves) != DIGEST_BYTES * len(expected):
        return [Fault("seal_data", seal.number)]
    salts, leaves = cut(seal.salts, SALT_BYTES), cut(seal.leaves, DIGEST_BYTES)
    faults = []
    if tree_root(leaves, digest).hex() != head.root:
        faults.append(Fault("seal_data", seal.number))
    found = {row[0]: row for row in rows}
    for number, salt, leaf in zip(expected, salts, leaves, strict=True):
        row = found.get(number)
        if row is None:
            faults.append(Fault("event_missing", seal.number, number))
            continue
        try:
            is_same = (
                leaf_of(row, salt, digest) if number not in blanked else _blanked_leaf(row, blanked[number], digest)
            ) == leaf
        except (TypeError, ValueError, KeyError, AttributeError):
            is_same = False
        if not is_same:
            faults.append(Fault("event_altered", seal.number, number))
    return faults


def _blanked_leaf(row: Row, blanked: Blanked, digest: Hash) -> bytes:
    """Leaf of a redacted entry: kept digests for the blanked parts, which must be blank, computed ones for the others."""
    digests, salts = json.loads(blanked.digests), json.loads(blanked.salts)
    gone = set(blanked.parts.split(","))
    pieces = []
    for number, name in enumerate(PART_NAMES):
        values = row[SLICES[number]]
        if name in gone:
            if any(values) or number == 0:
                raise ValueError("a blanked part is not blank")
            pieces.append(bytes.fromhex(digests[str(number)]))
        else:
            pieces.append(part_digest(number, values, bytes.fromhex(salts[str(number)]), digest))
    return leaf_of_digests(pieces, digest)
