"""The way back: chunk by chunk from the end, row by row by its own fate."""

import time
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction

from kedang.business.customers.numbers import NUMBER_KEY
from kedang.business.customers.services.bulk import customers_restore_bulk, customers_withdraw_bulk
from kedang.business.intake.events import BATCH_CANCELLED, BATCH_FAILED, BATCH_UNDONE
from kedang.business.intake.models import BatchState, ChunkState, ImportBatch, ImportChunk
from kedang.business.intake.pipeline import packing
from kedang.business.intake.pipeline.committing import PAUSE_SECONDS
from kedang.business.intake.pipeline.packing import CREATED, FAILED, KEPT, REVERSED, UPDATED, Marks
from kedang.business.intake.pipeline.tallying import settle_counts
from kedang.foundation.audit.record import record
from kedang.foundation.jobs.worker import JobCancelled, JobLost
from kedang.foundation.kernel import clock, context
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.numbering.models import NumberSeries
from kedang.foundation.numbering.services import number_void

_KEPT = "导入后已被修改，保留现状"
_TAKEN = "恢复原值会与现有客户冲突（代码已被占用），未恢复"


def run_undo(ctx: Any, batch_id: int, reason: str = "") -> dict[str, Any]:
    """Take back the chunks that are not taken back yet.

    Args:
        ctx: the job under way.
        batch_id, reason: which batch, and why in the actor's words.
    """
    batch = ImportBatch.objects.get(pk=batch_id)
    started = time.monotonic()
    try:
        with context.use(channel="import"):
            _Undoer(ctx, batch, reason).run()
    except (JobLost, OperationalError, InterfaceError):
        raise  # the batch goes on where it stopped, with the next worker or the next attempt
    except BaseException as error:
        _stop(ctx, batch_id, error)
        raise
    with transaction.atomic(), context.use(channel="import"):
        batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
        batch.state, batch.undone_at, batch.error = BatchState.UNDONE, clock.now(), ""
        counts = settle_counts(batch, "undo", time.monotonic() - started)
        batch.undo_counts = {name: counts.get(name, 0) for name in ("reversed", "kept", "failed")}
        batch.save()
        record(ctx.actor, BATCH_UNDONE, batch, reason=reason, meta=batch.undo_counts)
    return dict(batch.undo_counts)


class _Undoer:
    """One run of the pass."""

    def __init__(self, ctx: Any, batch: ImportBatch, reason: str) -> None:
        self.ctx, self.batch = ctx, batch
        self.reason = f"撤销导入批次 {batch.pk}" + (f"：{reason}" if reason else "")
        self.meta = {"batch": batch.pk}
        self.series = {row.pk: row for row in NumberSeries.objects.filter(fonds_id=batch.fonds_id, key=NUMBER_KEY)}

    def run(self) -> None:
        committed = self.batch.chunks.filter(state=ChunkState.COMMITTED)
        total = sum(self.batch.chunks.exclude(state=ChunkState.STAGED).values_list("row_count", flat=True))
        waiting = list(committed.order_by("-seq").values_list("pk", "row_count"))
        done = total - sum(rows for _, rows in waiting)
        for key, rows in waiting:
            with transaction.atomic():
                self.undo(ImportChunk.objects.select_for_update().get(pk=key))
            done += rows
            self.ctx.progress(done, total, f"已撤销 {done:,} 行")
            if connection.vendor == "sqlite":
                time.sleep(PAUSE_SECONDS)

    def undo(self, chunk: ImportChunk) -> None:
        """One chunk in the transaction under way."""
        if chunk.state != ChunkState.COMMITTED:
            return
        marks = packing.unpack_marks(chunk.marks, self.batch.pk, chunk.seq)
        fate = ["-"] * len(marks.outcomes)
        self._withdraw(marks, fate)
        self._restore(marks, fate)
        marks.undone = "".join(fate)
        chunk.counts = {
            **chunk.counts,
            "reversed": fate.count(REVERSED), "kept": fate.count(KEPT), "failed": fate.count(FAILED),
        }  # fmt: skip
        chunk.marks, chunk.state = packing.pack_marks(marks, self.batch.pk, chunk.seq), ChunkState.UNDONE
        chunk.save(update_fields=["counts", "marks", "state"])

    def _withdraw(self, marks: Marks, fate: list[str]) -> None:
        created = [place for place, outcome in enumerate(marks.outcomes) if outcome == CREATED]
        gone = customers_withdraw_bulk(
            actor=self.ctx.actor, fonds_id=self.batch.fonds_id, ids=[marks.ids[place] for place in created],
            reason=self.reason, meta=self.meta,
        )  # fmt: skip
        for place in created:
            fate[place] = REVERSED if marks.ids[place] in gone else KEPT
            if fate[place] == KEPT:
                marks.undo_reasons[str(place)] = _KEPT
        self._void([marks.numbers[place] for place in created if fate[place] == REVERSED])

    def _restore(self, marks: Marks, fate: list[str]) -> None:
        updated = [place for place, outcome in enumerate(marks.outcomes) if outcome == UPDATED]
        before = {
            place: (marks.ids[place], (marks.versions[str(place)], marks.before[str(place)])) for place in updated
        }
        try:
            with transaction.atomic():
                back = self._restore_rows(before.values())
        except IntegrityError:
            back = set()
            for place, one in before.items():
                try:
                    with transaction.atomic():
                        back |= self._restore_rows([one])
                except IntegrityError:
                    fate[place], marks.undo_reasons[str(place)] = FAILED, _TAKEN
        for place in updated:
            if fate[place] != FAILED:
                fate[place] = REVERSED if marks.ids[place] in back else KEPT
                if fate[place] == KEPT:
                    marks.undo_reasons[str(place)] = _KEPT

    def _restore_rows(self, rows: Iterable[tuple[int, Any]]) -> set[int]:
        return customers_restore_bulk(
            actor=self.ctx.actor, fonds_id=self.batch.fonds_id, before=dict(rows), reason=self.reason, meta=self.meta
        )

    def _void(self, numbers: list[str]) -> None:
        """Numbers of withdrawn customers are void, run by run."""
        serials: dict[int, list[int]] = {}
        for number in numbers:
            for key, series in self.series.items():
                middle = number[len(series.prefix) : len(number) - len(series.suffix)]
                if number.startswith(series.prefix) and number.endswith(series.suffix) and middle.isdigit():
                    serials.setdefault(key, []).append(int(middle))
                    break
        for key, found in serials.items():
            for first, last in _runs(sorted(found)):
                number_void(actor=self.ctx.actor, series=self.series[key], first=first, last=last, reason=self.reason)


def _runs(serials: list[int]) -> list[tuple[int, int]]:
    """Consecutive numbers joined: [1, 2, 3, 7] → [(1, 3), (7, 7)]."""
    runs: list[tuple[int, int]] = []
    for serial in serials:
        if runs and runs[-1][1] == serial - 1:
            runs[-1] = (runs[-1][0], serial)
        else:
            runs.append((serial, serial))
    return runs


def _stop(ctx: Any, batch_id: int, error: BaseException) -> None:
    is_cancelled = isinstance(error, JobCancelled)
    with transaction.atomic(), context.use(channel="import"):
        batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
        batch.state = BatchState.CANCELLED if is_cancelled else BatchState.FAILED
        batch.error = (
            ""
            if is_cancelled
            else error.sentence[:500]
            if isinstance(error, Refused)
            else "撤销出错停下，已撤销的部分有效，可以再次撤销。"
        )
        batch.save(update_fields=["state", "error"])
        record(ctx.actor, BATCH_CANCELLED if is_cancelled else BATCH_FAILED, batch, meta={"pass": "undo"})
