"""The pass over stored files: who is due is read, what is wrong is entered with its name, and the log says both."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from kedang.foundation.audit.record import record
from kedang.foundation.files import places
from kedang.foundation.files.events import fixity as events
from kedang.foundation.files.fixity.extras import extra_files
from kedang.foundation.files.fixity.looking import Found, look_at
from kedang.foundation.files.fixity.naming import Origins
from kedang.foundation.files.models import FaultKind, FileState, FixityFault, FixityRun, RunState, StoredFile
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor

EVERY = timedelta(days=30)
"""Each file is read again after so long."""
BATCH_FILES, BATCH_BYTES = 200, 256 << 20
MEASURED_IN = 1 << 20

Show = Callable[[int, int, str], None]
"""Progress: MiB done, MiB in all, words. May raise to stop; what was found until then is kept."""


def unheard(done: int, total: int, words: str) -> None:
    """Progress that nobody looks at."""


@dataclass(slots=True)
class _Pass:
    """A run under way, from one entering of results to the next."""

    actor: Actor
    run: FixityRun
    show: Show
    total: int = 0
    bytes_read: int = 0
    seen: list[StoredFile] = field(default_factory=list)
    found: list[tuple[StoredFile, Found]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def step(self, count: int) -> None:
        self.bytes_read += count
        done = self.run.byte_count + self.bytes_read
        self.show(done // MEASURED_IN, max(self.total, done) // MEASURED_IN, self.words)

    @property
    def words(self) -> str:
        return _("已核验 %(files)s 份，发现 %(faults)s 处问题") % {
            "files": f"{self.run.file_count + len(self.seen):,}", "faults": self.run.fault_count + len(self.found),
        }  # fmt: skip


def fixity_check(*, actor: Actor, is_full: bool, job_id: int | None = None, show: Show = unheard) -> FixityRun:
    """Read stored files and compare them with what was noted when they came in.

    A run whose process died goes on where its last entry stands, given the same ``job_id``.

    Args:
        actor: who has it done.
        is_full: all files, and what lies in the store without a record; otherwise those not read for 30 days.
        job_id: the job it runs in.
        show: progress in MiB; may raise to stop.

    Returns:
        The run with its findings. A file with a fault is no longer readable, unless only the spare part of its head is altered.
    """
    run = _begin(actor, is_full, job_id)
    made = _Pass(actor, run, show)
    made.total = run.byte_count + (due(run).aggregate(total=Sum("size"))["total"] or 0)
    try:
        reached = 0
        while rows := list(due(run).filter(pk__gt=reached).order_by("pk")[:BATCH_FILES]):
            for row in rows:
                reached = row.pk
                found = look_at(row, made.step)
                made.seen.append(row)
                if found is not None:
                    made.found.append((row, found))
                if made.bytes_read >= BATCH_BYTES:
                    _enter(made)
            _enter(made)
            made.step(0)
        if is_full:
            _look_for_extras(made)
        name_origins(run)
    except BaseException:
        _end(actor, made, RunState.STOPPED)
        raise
    _end(actor, made, RunState.DONE)
    return run


def due(run: FixityRun) -> "QuerySet[StoredFile]":
    """Files that a run still has to read."""
    before = run.started_at if run.is_full else run.started_at - EVERY
    rows: QuerySet[StoredFile] = StoredFile.objects.exclude(state=FileState.ERASED)
    return rows.filter(Q(checked_at__isnull=True) | Q(checked_at__lt=before))


@transaction.atomic
def _begin(actor: Actor, is_full: bool, job_id: int | None) -> FixityRun:
    known: FixityRun | None = FixityRun.objects.filter(job_id=job_id).first() if job_id else None
    if known is not None:
        known.state, known.finished_at = RunState.RUNNING, None
        _save(known, "state", "finished_at")
        record(actor, events.FIXITY_BEGUN, known, meta={"full": is_full, "resumed": True})
        return known
    run: FixityRun = FixityRun.objects.create(
        started_at=clock.now(), is_full=is_full, by=actor.display_name[:80], job_id=job_id
    )
    record(actor, events.FIXITY_BEGUN, run, meta={"full": is_full})
    return run


@transaction.atomic
def _enter(made: _Pass) -> None:
    """What was seen since the last entry: files were read, these are faulty, those are whole again."""
    faulty = {row.pk for row, _found in made.found}
    for row, found in made.found:
        _fault(made.actor, made.run, row.pk, found)
    whole = [row for row in made.seen if row.pk not in faulty]
    known = set(
        FixityFault.objects.filter(settled_at__isnull=True, place__in=[row.place for row in whole]).values_list(
            "place", flat=True
        )
    )
    for row in whole:
        if row.state == FileState.DAMAGED or row.place in known:
            _whole_again(made.actor, row.pk)
    _note(made)


def _note(made: _Pass) -> None:
    """How far the run is: which files were read, how many and how fast."""
    StoredFile.objects.filter(pk__in=[row.pk for row in made.seen]).update(checked_at=clock.now())
    run = made.run
    run.file_count, run.byte_count = run.file_count + len(made.seen), run.byte_count + made.bytes_read
    run.fault_count += len(made.found)
    run.seconds += time.monotonic() - made.began
    made.began, made.bytes_read, made.seen, made.found = time.monotonic(), 0, [], []
    _save(run, "file_count", "byte_count", "fault_count", "seconds")


def _fault(actor: Actor, run: FixityRun, pk: int, found: Found) -> None:
    row: StoredFile = StoredFile.objects.select_for_update().get(pk=pk)
    FixityFault.objects.filter(place=row.place, settled_at__isnull=True).update(
        settled_at=clock.now(), settlement=_("再次核验仍有问题，见新的记录")
    )
    words = found.words[:600]
    FixityFault.objects.create(run=run, file=row, place=row.place, kind=found.kind, words=words, found_at=clock.now())
    changes: dict[str, tuple[object, object]] = {}
    if row.state in {FileState.GOOD, FileState.WAITING} and not found.is_readable:
        changes["state"] = (row.state, FileState.DAMAGED)
        row.state = FileState.DAMAGED
        row.save(update_fields=["state"])
    record(actor, events.FILE_DAMAGED, row, changes=changes, meta={"kind": found.kind, "words": words})


def _whole_again(actor: Actor, pk: int) -> None:
    row: StoredFile = StoredFile.objects.select_for_update().get(pk=pk)
    settle(row, _("再次核验完好"))
    record(actor, events.FILE_INTACT, row, changes=restore_state(row))


def restore_state(row: StoredFile) -> dict[str, tuple[object, object]]:
    """A file that is whole again is what it was before: waiting for its scan, or usable."""
    from kedang.foundation.files.scanning import is_on

    if row.state != FileState.DAMAGED:
        return {}
    state = FileState.WAITING if row.scanned_at is None and is_on() else FileState.GOOD
    changes: dict[str, tuple[object, object]] = {"state": (row.state, state)}
    row.state = state
    row.save(update_fields=["state"])
    return changes


def settle(row: StoredFile, how: str) -> None:
    """Close the open findings of a file."""
    FixityFault.objects.filter(place=row.place, settled_at__isnull=True).update(
        settled_at=clock.now(), settlement=how[:300]
    )


def _look_for_extras(made: _Pass) -> None:
    extras = list(extra_files())
    with transaction.atomic():
        there = set(extras)
        for fault in FixityFault.objects.filter(kind=FaultKind.EXTRA, settled_at__isnull=True):
            fault.settled_at = clock.now()
            fault.settlement = _("再次核验仍有问题，见新的记录") if fault.place in there else _("文件已不在")
            fault.save(update_fields=["settled_at", "settlement"])
        words = _("存储中多出的文件，没有记录提到它。请查明来历后移走。")
        FixityFault.objects.bulk_create(
            [
                FixityFault(run=made.run, place=where[:300], kind=FaultKind.EXTRA, words=words, found_at=clock.now())
                for where in extras
            ],
            batch_size=500,
        )
        made.run.fault_count += len(extras)
        _save(made.run, "fault_count")
        record(made.actor, events.EXTRAS_LOOKED_FOR, made.run, meta={"found": len(extras), "first": extras[:20]})


def name_origins(run: FixityRun) -> None:
    """Say of files under foreign keys, and of extra ones, whose they are."""
    faults = list(run.faults.filter(kind__in=[FaultKind.ALTERED, FaultKind.EXTRA]).select_related("file"))
    open_places = FixityFault.objects.filter(settled_at__isnull=True, file__isnull=False).values_list(
        "place", flat=True
    )
    origins = Origins(list(open_places)) if faults else None
    for fault in faults:
        if origins is None or (fault.kind == FaultKind.ALTERED and not _is_foreign(fault)):
            continue
        where = origins.of(fault.place)
        if not where or where == fault.place:
            continue
        origin = StoredFile.objects.filter(place=where).first()
        if origin is None:
            continue
        told = {"id": origin.pk}  # not its name: the reader of this finding may have no right to know that one
        if fault.kind == FaultKind.ALTERED:
            fault.kind, fault.words = FaultKind.SWAPPED, _("这里放的是另一份文件（编号 %(id)s）。") % told
        else:
            fault.words = _("存储中多出的文件，是编号 %(id)s 的另一份，没有记录提到它。请查明来历后移走。") % told
        fault.save(update_fields=["kind", "words"])


def _is_foreign(fault: FixityFault) -> bool:
    """No key at the place opens it: then it may be another file."""
    from kedang.foundation.kernel import sealed_files
    from kedang.foundation.kernel.refused import Refused

    try:
        with places.path_of(fault.place).open("rb") as stream:
            head = sealed_files.read_head(stream)
    except (OSError, Refused):
        return False
    return not any(sealed_files.slot_opens(head, slot, places.bound_to(fault.place)) for slot in head.slots)


def _end(actor: Actor, made: _Pass, state: RunState) -> None:
    run = made.run
    with transaction.atomic():
        if made.seen:
            _enter(made)
        run.state, run.finished_at, run.seconds = state, clock.now(), round(run.seconds, 1)
        _save(run, "state", "finished_at", "seconds")
        kinds = run.faults.order_by().values_list("kind").annotate(Count("id"))
        meta = {"files": run.file_count, "bytes": run.byte_count, "faults": dict(kinds)}
        record(actor, events.FIXITY_DONE if state == RunState.DONE else events.FIXITY_STOPPED, run, meta=meta)


@transaction.atomic
def fixity_stopped(*, actor: Actor, run: FixityRun) -> None:
    """A run nobody goes on with."""
    run.state, run.finished_at = RunState.STOPPED, clock.now()
    _save(run, "state", "finished_at")
    record(actor, events.FIXITY_STOPPED, run, meta={"files": run.file_count})


def _save(run: FixityRun, *names: str) -> None:
    run.save(update_fields=list(names))
