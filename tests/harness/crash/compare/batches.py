"""Imports at a quiet moment: per row of every file exactly one outcome, told and held alike."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from tests.harness.crash.journal import GOOD, LOST, Act

KINDS = {"import.check": "intake.stage", "import.commit": "intake.commit", "import.undo": "intake.undo"}

_compared: dict[int, tuple[Any, ...]] = {}
"""How a batch stood when it was compared last; one that has not moved since is not compared again."""


def batches(acts: Iterable[Act]) -> Iterator[str]:
    """All batches that the run brought in, as far as they have moved since they were compared last."""
    from kedang.business.intake.models import ImportBatch

    made = {act.token: act for act in acts if act.kind == "import.upload"}
    asked: dict[int, list[Act]] = {}
    for act in acts:
        if "batch" in act.facts:
            asked.setdefault(act.facts["batch"], []).append(act)
    moved = set()
    families: dict[str, list[Any]] = {}
    for batch in ImportBatch.objects.filter(file_name__endswith=".csv").order_by("pk"):
        found = made.get(batch.file_name.removesuffix(".csv"))
        if found is None:
            continue
        owner = found.facts["updates"] or found.token
        families.setdefault(owner, []).append(batch)
        stand = (batch.version, batch.state, batch.job_id)
        if _compared.get(batch.pk) != stand:
            _compared[batch.pk] = stand
            moved.add(owner)
            for what in _batch(batch, found, asked.get(batch.pk, [])):
                yield f"batch {batch.pk} ({batch.state}): {what}"
    for owner in sorted(moved):
        yield from _claims(owner, families[owner])


def _claims(owner: str, family: list[Any]) -> Iterator[str]:
    """Every customer with a name of these files was made by exactly one of their rows, and every such row has its customer."""
    from kedang.business.customers.models import Customer
    from kedang.business.intake.pipeline import packing

    claimed = Counter[int]()
    for batch in family:
        for chunk in batch.chunks.exclude(state="staged"):
            marks = packing.unpack_marks(chunk.marks, batch.pk, chunk.seq)
            claimed.update(key for key, what in zip(marks.ids, marks.outcomes, strict=True) if what == packing.CREATED)
    held = set(Customer.objects.filter(name__startswith=f"批{owner}第").values_list("pk", flat=True))
    if set(claimed) != held or any(times > 1 for times in claimed.values()):
        yield (
            f"files {[batch.pk for batch in family]}: {len(held - set(claimed))} customers that no row made, "
            f"{len(set(claimed) - held)} rows whose customer is not there, {sum(n > 1 for n in claimed.values())} made twice"
        )


def _batch(batch: Any, act: Act, asked: list[Act]) -> Iterator[str]:
    if batch.is_running:
        yield f"stuck: nobody works on it (job {batch.job and batch.job.state})"
        return
    yield from _asked(batch, asked)
    chunks = list(batch.chunks.order_by("seq"))
    if not chunks:
        if batch.state not in ("uploaded", "mapped", "closed"):
            yield "no rows"
        return
    rows = sum(chunk.row_count for chunk in chunks)
    if rows != act.facts["rows"] or [chunk.seq for chunk in chunks] != list(range(len(chunks))):
        yield f"{rows} rows of {act.facts['rows']}, chunks {[chunk.seq for chunk in chunks]}"
    yield from _entries(batch, chunks)
    yield from _customers(batch, act, chunks)


def _asked(batch: Any, asked: list[Act]) -> Iterator[str]:
    """As many jobs as were acknowledged, and none that nobody asked for."""
    from kedang.foundation.jobs.models import Job

    for kind, job_kind in KINDS.items():
        good = sum(act.kind == kind and act.state == GOOD for act in asked)
        lost = sum(act.kind == kind and act.state == LOST for act in asked)
        found = Job.objects.filter(kind=job_kind, args__batch_id=batch.pk).count()
        if kind == "import.check":
            continue  # a check that was refused by the page may still have saved the mapping; its job is counted by the state
        if not good <= found <= good + lost:
            yield f"{found} jobs of {job_kind}; {good} were acknowledged, {lost} are unknown"


def _entries(batch: Any, chunks: list[Any]) -> Iterator[str]:
    from kedang.foundation.audit.models import Event

    written = sum(chunk.state != "staged" for chunk in chunks)
    told = Event.objects.filter(
        subject_type="intake.importbatch", subject_id=batch.pk, code="intake.chunk_committed"
    ).count()
    if written != told:
        yield f"{written} chunks written, {told} entries of it"
    if batch.state in ("done", "undone") and written != len(chunks) and batch.state == "done":
        yield f"done with {written} of {len(chunks)} chunks"
    if batch.state == "undone" and any(chunk.state == "committed" for chunk in chunks):
        yield "undone with chunks that are not"


def _customers(batch: Any, act: Act, chunks: list[Any]) -> Iterator[str]:
    from kedang.business.customers.models import Customer
    from kedang.business.intake.pipeline import packing

    owner = act.facts["updates"] or act.token
    held: dict[str, list[Any]] = {}
    for row in Customer.objects.filter(name__startswith=f"批{owner}第"):
        held.setdefault(row.name, []).append(row)
    place = 0
    for chunk in chunks:
        marks = packing.unpack_marks(chunk.marks, batch.pk, chunk.seq)
        if len(marks.outcomes) != chunk.row_count:
            yield f"chunk {chunk.seq}: {len(marks.outcomes)} outcomes for {chunk.row_count} rows"
            return
        if chunk.state == "staged":
            place += chunk.row_count
            continue
        for at, outcome in enumerate(marks.outcomes):
            rows = held.get(f"批{owner}第{place + at}有限公司", [])
            found = [row for row in rows if row.pk == marks.ids[at]]
            if outcome == packing.CREATED:
                if len(found) != 1 or found[0].number != marks.numbers[at]:
                    yield f"row {place + at} made customer {marks.ids[at]} {marks.numbers[at]}, held {[(r.pk, r.number) for r in rows]}"
                undone = marks.undone[at : at + 1]
                if found and undone == packing.REVERSED and found[0].withdrawn_at is None:
                    yield f"row {place + at} is told as taken back and its customer is there"
            if len([row for row in rows if row.withdrawn_at is None]) > 1 and not act.facts["updates"]:
                yield f"row {place + at} is there {len(rows)} times"
        place += chunk.row_count
