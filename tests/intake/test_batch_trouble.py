"""What goes wrong on the way: a worker dies, somebody stops it, two do the same at once, the base changes in between."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.db import connections

from kedang.business.customers import services as customers
from kedang.business.customers.models import Customer
from kedang.business.intake.models import BatchState, ChunkState, ImportBatch
from kedang.business.intake.pipeline import chunks, committing
from kedang.business.intake.pipeline.helpers import Helpers
from kedang.business.intake.services import batch_cancel, batch_commit, batch_stage, rows_page
from kedang.foundation.audit.models import Event
from kedang.foundation.jobs.inline import work_here
from kedang.foundation.jobs.models import Job, JobState
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.jobs.worker import MAX_ATTEMPTS, JobCancelled, JobContext, Worker
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.numbering.models import NumberEntry, NumberSeries
from kedang.foundation.search.index import size
from tests.cast import Cast, make_cast
from tests.intake.bringing import again, code, imported, outcomes, row, staged, table, undone


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five rows to a chunk, worked on in this process."""
    monkeypatch.setattr("kedang.business.intake.pipeline.staging.CHUNK_ROWS", 5)
    monkeypatch.setattr("kedang.business.intake.pipeline.helpers.helper_count", lambda: 0)


def dying(after: int, error: BaseException, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the writing pass die after so many chunks; returns how to make it well again."""
    write, done = committing._Committer.write, [0]

    def die(self: Any, ready: Any) -> None:
        if done[0] == after:
            raise error
        done[0] += 1
        write(self, ready)

    monkeypatch.setattr(committing._Committer, "write", die)
    return lambda: monkeypatch.setattr(committing._Committer, "write", write)


def exactly_once(rows: int) -> None:
    """Every row has had its effect once: customers, numbers, entries and search words agree."""
    assert Customer.objects.current().count() == rows
    assert Event.objects.filter(code="customers.created").count() == rows
    assert sorted(Customer.objects.values_list("number", flat=True)) == sorted(
        set(Customer.objects.values_list("number", flat=True))
    )
    assert NumberSeries.objects.get().last == sum(run.last - run.first + 1 for run in NumberEntry.objects.all()) == rows
    assert size("customer") == rows


@pytest.mark.usefixtures("small_chunks")
def test_a_stopped_import_keeps_what_it_wrote_and_goes_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = staged(cast.archivist, table([row(n) for n in range(23)]))
    well = dying(2, JobCancelled(), monkeypatch)
    with pytest.raises(Refused, match="已被中止"):
        work_here(lambda: batch_commit(actor=cast.archivist, batch_id=batch.pk))
    stopped = again(batch)
    assert stopped.state == BatchState.CANCELLED and stopped.counts["written"] == 10
    exactly_once(10)
    well()
    work_here(lambda: batch_commit(actor=cast.archivist, batch_id=batch.pk))
    assert again(batch).state == BatchState.DONE and outcomes(again(batch)) == {"created": 23}
    exactly_once(23)


@pytest.mark.usefixtures("small_chunks")
def test_a_stopped_import_can_be_undone(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = staged(cast.archivist, table([row(n) for n in range(12)]))
    dying(1, JobCancelled(), monkeypatch)
    with pytest.raises(Refused):
        work_here(lambda: batch_commit(actor=cast.archivist, batch_id=batch.pk))
    assert undone(cast.archivist, batch).undo_counts == {"reversed": 5, "kept": 0, "failed": 0}
    assert not Customer.objects.current().exists()


@pytest.mark.usefixtures("small_chunks")
def test_a_dead_worker_is_followed_by_another_that_finishes(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = staged(cast.archivist, table([row(n) for n in range(23)]))
    job = batch_commit(actor=cast.archivist, batch_id=batch.pk)
    first = Worker("first")
    claimed = first.claim()
    assert claimed is not None and claimed.pk == job.pk
    well = dying(3, KeyboardInterrupt(), monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        first.work(claimed)
    well()
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, heartbeat_at="2020-01-01T00:00:00Z")
    assert Worker("second").run_once()
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert again(batch).state == BatchState.DONE and outcomes(again(batch)) == {"created": 23}
    exactly_once(23)


@pytest.mark.parametrize(
    ("kind", "running", "left"),
    [
        ("intake.stage", BatchState.STAGING, BatchState.MAPPED),
        ("intake.commit", BatchState.COMMITTING, BatchState.FAILED),
        ("intake.undo", BatchState.UNDOING, BatchState.FAILED),
    ],
)
def test_a_batch_is_not_left_waiting_for_a_job_that_was_given_up(
    cast: Cast, kind: str, running: BatchState, left: BatchState
) -> None:
    batch = staged(cast.archivist, table([row(1)]))
    job = enqueue(cast.archivist, kind, args={"batch_id": batch.pk})
    ImportBatch.objects.filter(pk=batch.pk).update(state=running, job=job)
    Job.objects.filter(pk=job.pk).update(attempts=MAX_ATTEMPTS)
    assert Worker().run_once()
    job.refresh_from_db()
    assert (job.state, again(batch).state) == (JobState.FAILED, left) and "多次中断" in again(batch).error
    assert Event.objects.filter(code="intake.failed", subject_id=batch.pk).count() == 1


def test_cancelling_what_waits_puts_the_batch_back(cast: Cast) -> None:
    batch = staged(cast.archivist, table([row(1)]))
    batch_commit(actor=cast.archivist, batch_id=batch.pk)
    batch_cancel(actor=cast.archivist, batch_id=batch.pk)
    assert again(batch).state == BatchState.STAGED
    with pytest.raises(Refused, match="没有正在进行的任务"):
        batch_cancel(actor=cast.archivist, batch_id=batch.pk)
    work_here(lambda: batch_commit(actor=cast.archivist, batch_id=batch.pk))
    assert outcomes(again(batch)) == {"created": 1}


def test_the_base_may_change_between_checking_and_writing(cast: Cast) -> None:
    batch = staged(cast.archivist, table([row(1), row(2)]))
    values = {"name": "深圳市捷足机械有限公司", "uscc": code(1)}
    there = customers.customer_create(actor=cast.archivist, values=values)
    work_here(lambda: batch_commit(actor=cast.archivist, batch_id=batch.pk))
    assert outcomes(again(batch)) == {"created": 1, "duplicates": 1}
    assert there.number in rows_page(actor=cast.archivist, batch_id=batch.pk, outcome="duplicates").rows[0].why


@pytest.mark.parametrize("rows", [3, 30])
def test_a_row_taken_in_the_very_moment_loses_alone(cast: Cast, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """The look-up saw nothing, the constraint did: only that row is a duplicate."""
    customers.customer_create(actor=cast.archivist, values={"name": "深圳市捷足机械有限公司", "uscc": code(2)})
    from kedang.business.customers.recognising import Base

    monkeypatch.setattr("kedang.business.intake.pipeline.committing.base_for", lambda *a, **k: Base())
    batch = imported(cast.archivist, table([row(n) for n in range(1, rows + 1)]))
    assert outcomes(batch) == {"created": rows - 1, "duplicates": 1}
    lost = rows_page(actor=cast.archivist, batch_id=batch.pk, outcome="duplicates").rows[0]
    assert lost.line == 3 and "刚被他人建立" in lost.why


def test_the_same_file_twice_at_once_is_refused_and_then_all_duplicates(cast: Cast) -> None:
    content = table([row(n) for n in range(4)])
    first, second = (staged(cast.archivist, content) for _ in range(2))
    batch_commit(actor=cast.archivist, batch_id=first.pk)
    with pytest.raises(Refused, match=r"同一个文件.*正在导入"):
        batch_commit(actor=cast.archivist, batch_id=second.pk)
    assert again(second).state == BatchState.STAGED
    assert Worker("one").run_once()
    work_here(lambda: batch_commit(actor=cast.archivist, batch_id=second.pk))
    assert (outcomes(again(first)), outcomes(again(second))) == ({"created": 4}, {"duplicates": 4})


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_chunks")
def test_two_files_with_the_same_customers_at_once_make_each_once() -> None:
    people = make_cast()
    lines = [row(n) for n in range(60)]
    without_code = [row(n, 统一社会信用代码="") for n in range(100, 130)]
    batches = [
        staged(people.archivist, table([*part, *without_code]), f"{n}.csv")
        for n, part in enumerate((lines, lines[::-1]))
    ]
    gate = threading.Barrier(2)
    faults: list[BaseException] = []

    def commit(batch_id: int) -> None:
        try:
            gate.wait()
            work_here(lambda: batch_commit(actor=people.archivist, batch_id=batch_id))
        except BaseException as error:
            faults.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=commit, args=(batch.pk,)) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, faults
    found = [outcomes(again(batch)) for batch in batches]
    assert sum(one.get("created", 0) for one in found) == 90 == sum(one.get("duplicates", 0) for one in found)
    exactly_once(90)


def test_helper_processes_do_the_same_as_this_process(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kedang.business.intake.pipeline.staging.CHUNK_ROWS", 4)
    batch = imported(cast.archivist, table([row(n) for n in range(18)]))
    assert outcomes(batch) == {"created": 18}
    exactly_once(18)


def test_a_helper_that_dies_stops_the_job_with_a_sentence(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = staged(cast.archivist, table([row(n) for n in range(9)]))
    monkeypatch.setattr("kedang.business.intake.pipeline.staging.CHUNK_ROWS", 2)
    monkeypatch.setattr("kedang.business.intake.pipeline.staging.clean_chunk", killed)
    with pytest.raises(Refused, match="辅助进程意外退出"):
        work_here(lambda: batch_stage(actor=cast.archivist, batch_id=batch.pk))
    assert again(batch).state == BatchState.MAPPED and not again(batch).chunks.exists()


KILLED_IMPORTER = """
import os, signal, django
django.setup()
from kedang.business.intake.pipeline.helpers import Helpers
from tests.intake.test_batch_trouble import begin, own_pid
with Helpers(begin, None, count=2) as helpers:
    print(*set(helpers.map(own_pid, range(8))), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_helpers_leave_when_the_importer_is_killed(tmp_path: Path) -> None:
    own = {
        "KEDANG_DATA_DIR": str(tmp_path),
        "KEDANG_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "kedang.project.settings",
    }
    environment = {**os.environ, **own}
    done = subprocess.run(
        [sys.executable, "-c", KILLED_IMPORTER],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )
    pids = [int(pid) for pid in done.stdout.split()]
    assert pids and done.returncode == -signal.SIGKILL
    until = time.monotonic() + 20
    while any(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in pids):
        assert time.monotonic() < until, "a helper outlived its importer"
        time.sleep(0.1)


def own_pid(number: int) -> int:
    """Which process did the work."""
    return os.getpid()


def killed(piece: Any) -> None:
    """What the kernel does to a process when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)


def test_work_comes_back_in_order_and_bounded() -> None:
    with Helpers(begin, None, count=2) as helpers:
        assert list(helpers.map(double, iter(range(40)))) == [2 * n for n in range(40)]


def begin(spec: Any) -> None:
    """Nothing to make ready."""


def double(number: int) -> int:
    """A piece of work."""
    return 2 * number


def test_a_job_that_failed_for_good_leaves_the_batch_usable(cast: Cast) -> None:
    batch = staged(cast.archivist, table([row(1)]))
    job = batch_commit(actor=cast.archivist, batch_id=batch.pk)
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED)
    work_here(lambda: batch_commit(actor=cast.archivist, batch_id=batch.pk))
    assert outcomes(again(batch)) == {"created": 1}
    assert again(batch).chunks.get().state == ChunkState.COMMITTED


def test_gz_is_read_like_the_file_inside(cast: Cast, tmp_path: Path) -> None:
    import gzip

    path = tmp_path / "customers.csv.gz"
    path.write_bytes(gzip.compress(table([row(1)])))
    assert outcomes(imported(cast.archivist, path, path.name)) == {"created": 1}
    assert chunks.CHUNK_ROWS == 1500


def test_checking_shows_how_far_it_is_and_ends_at_the_true_number(
    cast: Cast, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[int, int, str]] = []
    monkeypatch.setattr("kedang.foundation.jobs.worker.PROGRESS_EVERY_SECONDS", 0)
    monkeypatch.setattr("kedang.business.intake.reading.delimited._BLOCK", 64)
    show = JobContext.progress

    def seen(self: JobContext, done: int, total: int, message: str = "", **how: bool) -> None:
        shown.append((done, total, message))
        show(self, done, total, message, **how)

    monkeypatch.setattr(JobContext, "progress", seen)
    staged(cast.archivist, table([row(number) for number in range(23)]))
    assert [done for done, _, _ in shown] == [5, 10, 15, 20, 23, 23]
    assert all(
        20 <= total <= 26 and message == f"已核对 {done} 行，全文件约 {total} 行" for done, total, message in shown[:5]
    )
    assert shown[-1] == (23, 23, "已核对 23 行")
    job = Job.objects.get(kind="intake.stage")
    assert (job.done_count, job.total_count, job.message) == (23, 23, "已核对 23 行")
