"""The part of the writing pass that runs in helper processes: a sealed chunk in, customers ready to be written out."""

import threading
from typing import NamedTuple

from kedang.business.customers.preparing import Prepared, Preparer, PrepareSpec
from kedang.business.customers.rows import RowKeys
from kedang.business.intake.pipeline import packing


class ReadyChunk(NamedTuple):
    """Per row the keys for comparing and the prepared customer; None for rejected and repeated rows."""

    seq: int
    keys: list[RowKeys | None]
    prepared: list[Prepared | None]


class _Ready(threading.local):
    """What this process (or this thread, where several import at once) works with."""

    preparer: Preparer
    batch_id: int


_ready = _Ready()


def begin(spec: tuple[int, PrepareSpec]) -> None:
    """Make the preparer ready in this process."""
    _ready.batch_id, _ready.preparer = spec[0], Preparer(spec[1])


def prepare_chunk(piece: tuple[int, bytes, str]) -> ReadyChunk:
    """Open a chunk and prepare every row that may become a customer; ``piece`` is (seq, payload, outcomes)."""
    seq, payload, outcomes = piece
    rows = packing.unpack_values(payload, _ready.batch_id, seq)
    keys: list[RowKeys | None] = []
    prepared: list[Prepared | None] = []
    prepare = _ready.preparer.prepare
    for row, outcome in zip(rows, outcomes, strict=True):
        one = RowKeys(*row[packing.KEYS]) if outcome != packing.REJECTED and row[packing.KEYS] else None
        keys.append(one)
        prepared.append(prepare(row[packing.VALUES], one) if one is not None and outcome == packing.CREATED else None)
    return ReadyChunk(seq, keys, prepared)
