"""The checking pass: the file is read once, cleaned by helpers, compared with itself and with the base, and lies sealed in chunks."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import InterfaceError, OperationalError, transaction

from kedang.business.customers.protection import withheld_columns
from kedang.business.customers.recognising import Base, base_for, has_customers
from kedang.business.customers.services.bulk import planned_changes
from kedang.business.intake.cleaning.tally import Tally, merge_tallies
from kedang.business.intake.events import BATCH_FAILED, BATCH_STAGED
from kedang.business.intake.models import BatchState, ImportBatch, ImportChunk, OnDuplicate
from kedang.business.intake.pipeline import originals, packing
from kedang.business.intake.pipeline.chunks import CHUNK_ROWS, CleanedChunk, CleanSpec, begin, clean_chunk
from kedang.business.intake.pipeline.comparing import FileMemory, decide, say_withheld
from kedang.business.intake.pipeline.helpers import Helpers
from kedang.business.intake.pipeline.keeping import keep
from kedang.business.intake.pipeline.packing import Marks
from kedang.business.intake.pipeline.rights import sees_all
from kedang.business.intake.pipeline.targets import target_of
from kedang.business.intake.reading import Row, open_table
from kedang.foundation.audit.record import record
from kedang.foundation.jobs.worker import JobLost
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

SAVE_EVERY = 8
"""Chunks that are put into the database in one transaction."""


def run_stage(ctx: Any, batch_id: int) -> dict[str, Any]:
    """Check a whole file. Begins anew after a crash; what lay there of the pass before is replaced.

    Args:
        ctx: the job under way (``actor``, ``progress``).
        batch_id: which batch.

    Raises:
        Refused: the file breaks off or cannot be read to its end; the batch goes back to ``mapped`` and keeps no rows.
    """
    batch = ImportBatch.objects.get(pk=batch_id)
    started = time.monotonic()
    with transaction.atomic():
        batch.chunks.all().delete()
    try:
        with originals.opened(batch) as path:
            counts = _Stager(ctx, batch).run(path)
    except (JobLost, OperationalError, InterfaceError):
        raise  # begun anew by the next worker or the next attempt
    except BaseException as error:
        _give_up(ctx.actor, batch_id, error)
        raise
    seconds = time.monotonic() - started
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
        batch.state, batch.row_count, batch.error = BatchState.STAGED, counts["rows"], ""
        batch.counts = counts
        batch.options = {**batch.options, "outputs": counts.pop("outputs"), "tally": counts.pop("tally")}
        batch.notes = [*batch.notes, *(note for note in counts.pop("notes") if note not in batch.notes)]
        batch.timings = {**batch.timings, "stage": round(seconds, 3)}
        batch.version += 1
        batch.save()
        record(ctx.actor, BATCH_STAGED, batch, meta=counts)
    return counts


def spec_of(batch: ImportBatch) -> CleanSpec:
    """How the rows of a batch are cleaned."""
    columns = batch.column_fields
    off = [
        (column, rule if isinstance(rule, str) else rule[1])
        for rule in batch.rules_off
        for column in (columns if isinstance(rule, str) else [rule[0]])
    ]
    return CleanSpec(
        batch.pk, target_of(batch.target), tuple(batch.headings), columns, tuple(off), clock.today(),
        bool(batch.options.get("epoch_1904")),
    )  # fmt: skip


class _Stager:
    """One run of the pass."""

    def __init__(self, ctx: Any, batch: ImportBatch) -> None:
        self.ctx, self.batch = ctx, batch
        self.spec = spec_of(batch)
        self.outputs = self.spec.plan().outputs
        self.memory = FileMemory()
        self.totals: dict[str, int] = {}
        self.tallies: Tally = {}
        self.has_base = False
        self.read = 0
        self.sees_all = sees_all(ctx.actor, batch)
        self.withheld = withheld_columns(ctx.actor, batch.fonds_id)

    def run(self, path: Path) -> dict[str, Any]:
        batch, last = self.batch, None
        waiting: list[ImportChunk] = []
        table = open_table(path, sheet=batch.sheet, heading_row=batch.heading_row, encoding=batch.encoding or None)
        with table, Helpers(begin, self.spec) as helpers:
            if list(table.headings) != batch.headings:
                raise Refused("headings_changed", "文件的标题与上传时不同，请重新上传文件。")
            for last in helpers.map(clean_chunk, self.pieces(table.rows())):
                waiting.append(self.chunk(last))
                if len(waiting) >= SAVE_EVERY:
                    self.save(waiting)
                done, total = self.totals["rows"], table.expected(self.read)
                self.ctx.progress(done, total, f"已核对 {done:,} 行" + (f"，全文件约 {total:,} 行" if total else ""))
            if last is None:
                raise Refused("table_without_rows", "表中只有标题，没有数据行，请检查是否选错文件或工作表")
            self.save(waiting)
            done = self.totals["rows"]
            self.ctx.progress(done, done, f"已核对 {done:,} 行", force=True)
            cut = table.kind == "csv" and last.last_width < len(table.headings)
        line = last.lines[-1]
        notes = (
            [
                f"最后一行（第 {line} 行）只有 {last.last_width} 列，少于标题的 {len(batch.headings)} 列，文件可能在此被截断"
            ]
            if cut
            else []
        )
        return {**self.totals, "outputs": list(self.outputs), "tally": self.tallies, "notes": notes}

    def chunk(self, cleaned: CleanedChunk) -> ImportChunk:
        """Compare the rows of a cleaned chunk and make it ready to be kept."""
        batch = self.batch
        repeated = {}
        for place, (one, line) in enumerate(zip(cleaned.keys, cleaned.lines, strict=True)):
            if one is not None and (reason := self.memory.repeats(one, line)) is not None:
                repeated[place] = reason
        self.has_base = self.has_base or has_customers(batch.fonds_id)
        base = (
            base_for(self.ctx.actor, batch.fonds_id, cleaned.keys, sees_all=self.sees_all) if self.has_base else Base()
        )
        plan = decide(cleaned.keys, repeated, base, batch.on_duplicate)
        outcomes = plan.outcomes
        if plan.update:
            content = packing.unpack_values(cleaned.payload, batch.pk, cleaned.seq)
            rows = [
                (known.id, dict(zip(self.outputs, content[place][packing.VALUES], strict=True)))
                for place, known in plan.update
            ]
            told: list[list[str]] = []
            changes = planned_changes(
                rows, fill=batch.on_duplicate == OnDuplicate.FILL, withheld=self.withheld, told=told
            )
            say_withheld(plan, told)
            for (place, _), change in zip(plan.update, changes, strict=True):
                if not change:
                    outcomes[place] = packing.UNCHANGED
        marks = Marks(outcomes="".join(outcomes), reasons=plan.reasons)
        counts = {**marks.counts(), "noted": cleaned.noted, "cleaned": cleaned.cleaned}
        for name, number in {"rows": len(outcomes), **counts}.items():
            self.totals[name] = self.totals.get(name, 0) + number
        self.tallies = merge_tallies([self.tallies, cleaned.tally])
        return ImportChunk(
            batch=batch, seq=cleaned.seq, first_line=cleaned.lines[0], row_count=len(outcomes), counts=counts,
            payload=cleaned.payload, marks=packing.pack_marks(marks, batch.pk, cleaned.seq),
        )  # fmt: skip

    def pieces(self, rows: Iterator[Row]) -> Iterator[tuple[int, list[Row]]]:
        """Rows in chunks, numbered; counts what was read, which is ahead of what is done."""
        seq, piece = 0, []
        for row in rows:
            piece.append(row)
            if len(piece) >= CHUNK_ROWS:
                self.read += len(piece)
                yield seq, piece
                seq, piece = seq + 1, []
        if piece:
            self.read += len(piece)
            yield seq, piece

    @staticmethod
    def save(waiting: list[ImportChunk]) -> None:
        """Keep some chunks; they have no meaning of their own until the pass is done."""
        keep(waiting)
        waiting.clear()


def _give_up(actor: Actor, batch_id: int, error: BaseException) -> None:
    """A pass that did not come to its end keeps nothing; the batch may be mapped or checked again."""
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
        batch.chunks.all().delete()
        batch.state = BatchState.MAPPED
        batch.error = error.sentence[:500] if isinstance(error, Refused) else ""
        batch.save(update_fields=["state", "error"])
        if isinstance(error, Refused):
            record(actor, BATCH_FAILED, batch, meta={"error": error.sentence, "pass": "stage"})
