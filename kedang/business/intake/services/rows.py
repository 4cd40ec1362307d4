"""The rows of a batch as people look at them: by outcome, page by page, with what was changed and why."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from kedang.business.intake.events import BATCH_VIEWED
from kedang.business.intake.models import OUTCOMES, ImportBatch, ImportChunk
from kedang.business.intake.pipeline import packing
from kedang.business.intake.pipeline.packing import Marks, PackedRow
from kedang.business.intake.services.lookup import batch_for
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor

LISTS = (*OUTCOMES, "noted", "cleaned", "reversed", "kept", "failed")
"""What rows can be asked for; empty means all."""
UNDO_LETTERS = {packing.REVERSED: "reversed", packing.KEPT: "kept", packing.FAILED: "failed"}


@dataclass(frozen=True, slots=True)
class StagedRow:
    """One row of the file: as it came (``cells``), as it was understood (``values``), what becomes or became of it, and why.

    ``changes`` lists (column index, rule) of cleaned cells; ``reasons`` lists (code, field, sentence), sentences ready for display.
    """

    line: int
    outcome: str
    cells: tuple[str, ...]
    values: dict[str, Any]
    reasons: tuple[tuple[str, str, str], ...]
    changes: tuple[tuple[int, str], ...]
    customer_id: int = 0
    number: str = ""
    undone: str = ""
    undo_reason: str = ""

    @property
    def why(self) -> str:
        """All reasons in one text."""
        return "；".join(sentence.rstrip("。；") for _, _, sentence in self.reasons)


@dataclass(frozen=True, slots=True)
class RowsPage:
    """One page of rows and how many there are in all."""

    rows: list[StagedRow] = field(default_factory=list)
    total: int = 0
    page: int = 1
    size: int = 50

    @property
    def pages(self) -> int:
        """Number of pages, at least one."""
        return max(1, -(-self.total // self.size))


def row_counts(batch: ImportBatch) -> dict[str, int]:
    """Rows per list of :data:`LISTS` and in all (``rows``), from the chunks."""
    totals = dict.fromkeys(("rows", *LISTS), 0)
    for count, counts in batch.chunks.values_list("row_count", "counts"):
        totals["rows"] += count
        for name, number in counts.items():
            totals[name] = totals.get(name, 0) + number
    return totals


def rows_page(*, actor: Actor, batch_id: int, outcome: str = "", page: int = 1, size: int = 50) -> RowsPage:
    """Rows of a batch in the order of the file.

    Args:
        outcome: one of :data:`LISTS`, or empty for all.
        page, size: which page, how many rows on one.
    """
    batch = batch_for(actor, batch_id)
    first = (max(1, page) - 1) * size
    found: list[StagedRow] = []
    passed = 0
    wanted: list[tuple[int, int]] = []
    for seq, count, counts in batch.chunks.order_by("seq").values_list("seq", "row_count", "counts"):
        here = counts.get(outcome, 0) if outcome else count
        if here and passed + here > first and passed < first + size:
            wanted.append((seq, passed))
        passed += here
    for seq, before in wanted:
        rows = (row for row in chunk_rows(batch, batch.chunks.get(seq=seq)) if is_of(row, outcome))
        found += [row for place, row in enumerate(rows, before) if first <= place < first + size]
    with transaction.atomic():
        record(actor, BATCH_VIEWED, batch, meta={"outcome": outcome, "page": page})
    return RowsPage(found, passed, page, size)


def is_of(row: StagedRow, outcome: str) -> bool:
    """Whether a row belongs to a list."""
    if not outcome:
        return True
    if outcome == "noted":
        return bool(row.reasons) and row.outcome in ("created", "updated", "unchanged")
    if outcome == "cleaned":
        return bool(row.changes)
    return outcome in (row.outcome, row.undone)


def chunk_rows(batch: ImportBatch, chunk: ImportChunk) -> Iterator[StagedRow]:
    """The rows of a chunk, opened."""
    content = packing.unpack_shown(chunk.payload, batch.pk, chunk.seq)
    written = packing.unpack_values(chunk.payload, batch.pk, chunk.seq)
    marks = packing.unpack_marks(chunk.marks, batch.pk, chunk.seq)
    outputs: list[str] = batch.options["outputs"]
    for place, packed in enumerate(content):
        yield _staged_row(packed, written[place][packing.VALUES], marks, place, outputs)


def _staged_row(packed: PackedRow, values: list[Any], marks: Marks, place: int, outputs: list[str]) -> StagedRow:
    key = str(place)
    reasons = [(code, name, sentence) for _severity, code, name, sentence in packed[packing.PROBLEMS]]
    reasons += [(code, name, sentence) for code, name, sentence in marks.reasons.get(key, ())]
    letter = marks.outcomes[place]
    return StagedRow(
        line=packed[packing.LINE],
        outcome=packing.OUTCOME_OF[letter],
        cells=tuple(packed[packing.CELLS]),
        values={name: value for name, value in zip(outputs, values, strict=True) if value is not None},
        reasons=tuple(reasons),
        changes=tuple((column, rule) for column, rule in packed[packing.CHANGES]),
        customer_id=marks.ids[place] if marks.ids else 0,
        number=marks.numbers[place] if marks.numbers else "",
        undone=UNDO_LETTERS.get(marks.undone[place], "") if marks.undone else "",
        undo_reason=marks.undo_reasons.get(key, ""),
    )
