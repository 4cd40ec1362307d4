"""The part of the checking pass that runs in helper processes: rows in, a sealed chunk and the keys for comparing out."""

import datetime
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from kedang.business.customers.rows import RowKeys, RowSettler
from kedang.business.intake.cleaning import REJECTED, Plan, build_plan, clean_rows, tally_rows
from kedang.business.intake.cleaning.tally import Tally
from kedang.business.intake.pipeline import packing
from kedang.foundation.kernel.importing import ImportTarget

CHUNK_ROWS = 1500
"""Rows of one transaction of the writing pass: it holds SQLite's only lock for some 130 ms."""


@dataclass(frozen=True, slots=True)
class CleanSpec:
    """All that a helper must know, sent once."""

    batch_id: int
    target: ImportTarget
    headings: tuple[str, ...]
    mapping: dict[int, str]
    off: tuple[tuple[int, str], ...]
    today: datetime.date
    epoch_1904: bool

    def plan(self) -> Plan:
        """The mapping made ready."""
        return build_plan(
            self.target, self.headings, self.mapping, today=self.today, off=self.off, epoch_1904=self.epoch_1904
        )


class CleanedChunk(NamedTuple):
    """What comes back: the sealed rows, and per row its line, its verdict and the keys by which it is compared."""

    seq: int
    lines: list[int]
    payload: bytes
    verdicts: bytes
    keys: list[RowKeys | None]
    noted: int
    cleaned: int
    tally: Tally
    last_width: int


class _Ready(threading.local):
    """What this process (or this thread, where several import at once) works with."""

    plan: Plan
    settler: RowSettler
    batch_id: int


_ready = _Ready()


def begin(spec: CleanSpec) -> None:
    """Make the plan ready in this process."""
    _ready.plan, _ready.batch_id = spec.plan(), spec.batch_id
    _ready.settler = RowSettler(_ready.plan.outputs)


def clean_chunk(piece: tuple[int, list[tuple[int, Sequence[str]]]]) -> CleanedChunk:
    """Clean and check some rows and seal them."""
    seq, rows = piece
    plan = _ready.plan
    results = clean_rows(plan, rows)
    settle = _ready.settler.settle
    written: list[Any] = []
    shown: list[Any] = []
    verdicts = bytearray()
    row_keys: list[RowKeys | None] = []
    noted = cleaned = 0
    for (line, cells), (_, verdict, cleaned_values, changes, problems) in zip(rows, results, strict=True):
        found: RowKeys | None = None
        values: Sequence[Any] = cleaned_values
        if verdict != REJECTED:
            values, found, more = settle(values)
            if more:
                problems = (*problems, *more)
                verdict = max(verdict, *(problem[0] for problem in more))
            if verdict == REJECTED:
                found = None
        verdicts.append(verdict)
        row_keys.append(found)
        noted += verdict == 1
        cleaned += bool(changes)
        written.append((values, found and tuple(found)))
        shown.append((line, verdict, cells, changes, problems))
    payload = packing.pack_rows(written, shown, _ready.batch_id, seq)
    lines = [line for line, _ in rows]
    return CleanedChunk(
        seq,
        lines,
        payload,
        bytes(verdicts),
        row_keys,
        noted,
        cleaned,
        tally_rows(plan, rows, results),
        len(rows[-1][1]),
    )
