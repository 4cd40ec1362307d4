"""The writing pass: one transaction per chunk with everything that belongs to it, so that a crash loses and doubles nothing.

Customers, their numbers, their entries in the trail, their search words and the state of the chunk change together. Rows are compared with
the base once more inside the transaction, since it may have changed after the checking pass.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction

from kedang.business.customers.choices import ReviewState
from kedang.business.customers.completeness import requirements_of
from kedang.business.customers.models import Contact, Customer
from kedang.business.customers.preparing import Prepared, prepare_spec
from kedang.business.customers.protection import withheld_columns
from kedang.business.customers.recognising import base_for, refresh_statistics
from kedang.business.customers.services.bulk import (
    customers_create_bulk,
    customers_update_bulk,
    json_changes,
    planned_changes,
)
from kedang.business.customers.services.reviewing import BATCH_KIND, batch_review_begin, must_review
from kedang.business.intake.events import BATCH_CANCELLED, BATCH_COMMITTED, BATCH_FAILED, CHUNK_COMMITTED
from kedang.business.intake.models import BatchState, ChunkState, ImportBatch, ImportChunk, OnDuplicate
from kedang.business.intake.pipeline import packing
from kedang.business.intake.pipeline.comparing import Plan, decide, say_withheld
from kedang.business.intake.pipeline.helpers import Helpers
from kedang.business.intake.pipeline.keeping import parts_of
from kedang.business.intake.pipeline.packing import Marks
from kedang.business.intake.pipeline.preparing import Closed, ReadyChunk, begin, prepare_chunk, prepare_closed
from kedang.business.intake.pipeline.rights import CreationScope, sees_all
from kedang.business.intake.pipeline.tallying import settle_counts
from kedang.foundation.access.policies import require
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.record import record
from kedang.foundation.jobs.worker import JobCancelled, JobLost
from kedang.foundation.kernel import bulk, clock, context
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.search import index

PAUSE_SECONDS = 0.004
"""Left at least between two chunks on SQLite, so that people who save something meanwhile come in between."""
MANY = 5000
"""From so many rows on the search index is put in order afterwards."""
AHEAD = 4
"""So many chunks more than there are helpers lie ready or under way: enough to write on while the index is put in order beside."""
TRIES = 3
"""So often a chunk is compared anew when somebody else was quicker; then its rows go one by one."""


def run_commit(ctx: Any, batch_id: int) -> dict[str, Any]:
    """Write the chunks that are not written yet; started again after a crash or a stop it goes on with the next one.

    Args:
        ctx: the job under way.
        batch_id: which batch.
    """
    batch = ImportBatch.objects.select_related("responsible", "department").get(pk=batch_id)
    started = time.monotonic()
    try:
        require(ctx.actor, "customers.create")
        beside = index.settled_beside() if batch.row_count >= MANY else nullcontext(_nothing)
        with context.use(channel="import"), beside as all_written:
            with bulk.carried_over_seldom():
                _Committer(ctx, batch).run()
            all_written()
            if batch.row_count >= MANY:
                with bulk.counted_roughly():
                    bulk.analyze(Customer, Contact, Event)
                index.count_anew()
    except (JobLost, OperationalError, InterfaceError):
        raise  # the batch goes on where it stopped, with the next worker or the next attempt
    except BaseException as error:
        _stop(ctx, batch_id, error, time.monotonic() - started)
        raise
    if batch.row_count >= MANY:
        index.settle(is_counted=True)
    with transaction.atomic(), context.use(channel="import"):
        batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
        batch.state, batch.committed_at, batch.error = BatchState.DONE, clock.now(), ""
        counts = settle_counts(batch, "commit", time.monotonic() - started)
        batch.save()
        record(ctx.actor, BATCH_COMMITTED, batch, meta=counts)
        _hand_in(ctx.actor, batch)
    if batch.row_count >= MANY:
        bulk.vacuum(Customer)
    return counts


def _hand_in(actor: Actor, batch: ImportBatch) -> None:
    """New dossiers that wait for review become one request; nobody is asked where none waits."""
    if not must_review(actor, batch.fonds_id, BATCH_KIND):
        return
    made: list[int] = []
    for chunk in batch.chunks.exclude(state=ChunkState.STAGED).order_by("seq"):
        marks = packing.unpack_marks(chunk.marks, batch.pk, chunk.seq)
        made += [key for key, outcome in zip(marks.ids, marks.outcomes, strict=True) if outcome == packing.CREATED]
    if made:
        title = f"导入建档 {len(made)} 份（批次 {batch.pk}）"
        batch_review_begin(actor=actor, fonds_id=batch.fonds_id, ids=made, title=title)


class _Committer:
    """One run of the pass."""

    def __init__(self, ctx: Any, batch: ImportBatch) -> None:
        self.ctx, self.batch = ctx, batch
        self.outputs: list[str] = batch.options["outputs"]
        self.meta = {"batch": batch.pk}
        self.reason = f"导入批次 {batch.pk}：{batch.file_name}"
        self.creation = CreationScope(ctx.actor, batch)
        self.sees_all = sees_all(ctx.actor, batch)
        self.withheld = withheld_columns(ctx.actor, batch.fonds_id)
        self.is_reviewed = must_review(ctx.actor, batch.fonds_id, BATCH_KIND)
        self.spec = prepare_spec(
            self.outputs, fonds_id=batch.fonds_id, now=clock.now(), requirements=requirements_of(batch.fonds_id),
            defaults={"responsible_id": batch.responsible_id, "department_id": batch.department_id, "source": "import"},
        )  # fmt: skip
        self.payloads: dict[int, bytes] = {}

    def run(self) -> None:
        done = sum(self.batch.chunks.exclude(state=ChunkState.STAGED).values_list("row_count", flat=True))
        next_look = done + 1
        written_at = time.monotonic() - PAUSE_SECONDS
        is_lite = connection.vendor == "sqlite"
        work: Callable[[Any], ReadyChunk | Closed] = prepare_closed if is_lite else prepare_chunk
        with Helpers(begin, (self.batch.pk, self.spec)) as helpers:
            for found in helpers.map(work, self.pieces(), ahead=AHEAD):
                ready = found.opened()
                if is_lite:
                    time.sleep(max(0.0, written_at + PAUSE_SECONDS - time.monotonic()))
                self.write(ready)
                written_at = time.monotonic()
                done += len(ready.keys)
                if done >= next_look:
                    refresh_statistics()
                    next_look = 4 * done
                self.ctx.progress(done, self.batch.row_count, f"已导入 {done:,} 行")

    def pieces(self) -> Iterator[tuple[int, bytes, str]]:
        """Chunks that are still to be written, opened one after the other."""
        waiting = list(self.batch.chunks.filter(state=ChunkState.STAGED).order_by("seq").values_list("seq", flat=True))
        for seq in waiting:
            payload, marks = parts_of(self.batch, seq)
            self.payloads[seq] = payload
            yield seq, payload, packing.unpack_marks(marks, self.batch.pk, seq).outcomes

    def write(self, ready: ReadyChunk) -> None:
        """One chunk in one transaction; compared anew when the base changed under it."""
        for attempt in range(TRIES):
            try:
                with transaction.atomic():
                    self._write(ready, singly=attempt == TRIES - 1)
                break
            except IntegrityError:
                if attempt == TRIES - 1:
                    raise
        self.payloads.pop(ready.seq, None)

    def _write(self, ready: ReadyChunk, *, singly: bool) -> None:
        batch = self.batch
        _one_at_a_time(batch.fonds_id)
        chunk = ImportChunk.objects.defer("payload").select_for_update().get(batch=batch, seq=ready.seq)
        if chunk.state != ChunkState.STAGED:
            return
        before = packing.unpack_marks(chunk.marks, batch.pk, ready.seq)
        repeated = {
            int(place): reason
            for place, reasons in before.reasons.items()
            for reason in reasons
            if reason[0] == "repeated"
        }
        base = base_for(self.ctx.actor, batch.fonds_id, ready.keys, sees_all=self.sees_all)
        plan = decide(ready.keys, repeated, base, batch.on_duplicate)
        marks = Marks(ids=[0] * len(ready.keys), numbers=[""] * len(ready.keys), reasons=plan.reasons)
        self._keep_in_scope(ready, plan)
        self._create(ready, plan, marks, singly)
        self._update(ready, plan, marks)
        marks.outcomes = "".join(plan.outcomes)
        chunk.counts = {**chunk.counts, **marks.counts()}
        chunk.marks, chunk.state = packing.pack_marks(marks, batch.pk, ready.seq), ChunkState.COMMITTED
        chunk.save(update_fields=["counts", "marks", "state"])
        record(
            self.ctx.actor,
            CHUNK_COMMITTED,
            batch,
            meta={"chunk": chunk.seq, "first_line": chunk.first_line, **marks.counts()},
        )

    def _create(self, ready: ReadyChunk, plan: Plan, marks: Marks, singly: bool) -> None:
        prepared = ready.prepared
        rows = [prepared[place] or self._prepared(ready, place) for place in plan.create]
        twins = {at: plan.twins[place] for at, place in enumerate(plan.create) if place in plan.twins}
        if singly:
            for at, (place, row) in enumerate(zip(plan.create, rows, strict=True)):
                try:
                    with transaction.atomic():
                        self._mark(marks, [place], self._create_rows([row], {0: twins[at]} if at in twins else {}))
                except IntegrityError:
                    plan.outcomes[place] = packing.DUPLICATE
                    plan.say(place, ["taken", "uscc", "导入时此客户刚被他人建立，未重复建档，请核对已有档案"])
            return
        self._mark(marks, plan.create, self._create_rows(rows, twins))

    def _create_rows(self, rows: list[Prepared], twins: dict[int, int]) -> list[Any]:
        made = customers_create_bulk(
            actor=self.ctx.actor, fonds_id=self.batch.fonds_id, spec=self.spec, rows=rows, twins=twins,
            reason=self.reason, meta=self.meta,
        )  # fmt: skip
        if self.is_reviewed and made:
            Customer.objects.filter(pk__in=[one.id for one in made]).update(review_state=ReviewState.PENDING)
        return made

    @staticmethod
    def _mark(marks: Marks, places: list[int], created: list[Any]) -> None:
        for place, one in zip(places, created, strict=True):
            marks.ids[place], marks.numbers[place] = one.id, one.number

    def _update(self, ready: ReadyChunk, plan: Plan, marks: Marks) -> None:
        if not plan.update:
            return
        content = self._content(ready.seq)
        rows = [(known.id, dict(zip(self.outputs, content[place], strict=True))) for place, known in plan.update]
        told: list[list[str]] = []
        fill = self.batch.on_duplicate == OnDuplicate.FILL
        planned = planned_changes(rows, fill=fill, withheld=self.withheld, told=told)
        say_withheld(plan, told)
        changes = {known.id: change for (_, known), change in zip(plan.update, planned, strict=True) if change}
        versions = customers_update_bulk(
            actor=self.ctx.actor, fonds_id=self.batch.fonds_id, changes=changes, reason=self.reason, meta=self.meta
        )
        for place, known in plan.update:
            marks.ids[place] = known.id
            if known.id in versions:
                marks.before[str(place)] = json_changes(changes[known.id])
                marks.versions[str(place)] = versions[known.id]
            else:
                plan.outcomes[place] = packing.UNCHANGED

    def _keep_in_scope(self, ready: ReadyChunk, plan: Plan) -> None:
        """Rows that the actor could not have created by hand are rejected."""
        if self.creation.is_open or not plan.create:
            return
        at = self.outputs.index("region_code") if "region_code" in self.outputs else -1
        content = self._content(ready.seq)
        for place in list(plan.create):
            if not self.creation.reaches(content[place][at] if at >= 0 else ""):
                plan.create.remove(place)
                plan.outcomes[place] = packing.REJECTED
                plan.say(place, ["out_of_scope", "", "此客户不在您的数据范围内（部门、负责人或地区），不能由您建档"])

    def _prepared(self, ready: ReadyChunk, place: int) -> Prepared:
        """A row that was not expected to be created is prepared now."""
        begin((self.batch.pk, self.spec))
        again = prepare_chunk((ready.seq, self.payloads[ready.seq], packing.CREATED * len(ready.keys)))
        found = again.prepared[place]
        if found is None:
            raise LookupError(f"row {place} of chunk {ready.seq} cannot be prepared")
        return found

    def _content(self, seq: int) -> list[Any]:
        return [row[packing.VALUES] for row in packing.unpack_values(self.payloads[seq], self.batch.pk, seq)]


def _nothing() -> None:
    """A short batch settles nothing beside."""


def _one_at_a_time(fonds_id: int) -> None:
    """Chunks of one company are written one after the other: what is not protected by a constraint (names) is compared in peace.

    On SQLite the transaction itself holds the only write lock.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [0x4B44, fonds_id])


def _stop(ctx: Any, batch_id: int, error: BaseException, seconds: float) -> None:
    """A pass that was stopped or failed keeps what it wrote and says so."""
    is_cancelled = isinstance(error, JobCancelled)
    with transaction.atomic(), context.use(channel="import"):
        batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
        written = batch.chunks.exclude(state=ChunkState.STAGED).exists()
        batch.state = BatchState.CANCELLED if is_cancelled else BatchState.FAILED
        if is_cancelled and not written:
            batch.state = BatchState.STAGED
        batch.error = (
            ""
            if is_cancelled
            else error.sentence[:500]
            if isinstance(error, Refused)
            else "导入出错停下，已写入的部分保持完整，可以继续导入或撤销。"
        )
        counts = settle_counts(batch, "commit", seconds)
        batch.save()
        record(ctx.actor, BATCH_CANCELLED if is_cancelled else BATCH_FAILED, batch, meta={**counts, "pass": "commit"})
