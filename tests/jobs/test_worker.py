"""Jobs run once in effect, show progress, stop when asked, and are taken up again when their worker dies."""

import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError

from kedang.foundation.audit.models import Event
from kedang.foundation.jobs import registry
from kedang.foundation.jobs.models import Job, JobState
from kedang.foundation.jobs.registry import job
from kedang.foundation.jobs.services import enqueue, job_cancel
from kedang.foundation.jobs.worker import STALE_AFTER, JobContext, Worker
from kedang.foundation.kernel import clock, scratch
from kedang.foundation.kernel.refused import OutOfScope, Refused
from tests.cast import Cast, make_cast

ADDRESS = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "kedang.project.settings"
from kedang.foundation.kernel import scratch
print(scratch.address(), flush=True)
os._exit(9)
"""


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A kind of work that notes each run."""
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    runs: list[Any] = []

    @job("test.count", title="计数")
    def count(ctx: JobContext, *, upto: int, fail: str = "") -> dict[str, Any]:
        runs.append(ctx.actor.display_name)
        if fail:
            raise Refused("no", fail)
        for number in range(upto):
            ctx.progress(number, upto, f"第 {number} 个", force=True)
        return {"counted": upto}

    return runs


def test_job_runs_on_behalf_of_its_actor_and_keeps_its_result(cast: Cast, counting: list[Any]) -> None:
    row = enqueue(cast.archivist, "test.count", args={"upto": 3})
    assert Worker().run_once() is True
    row.refresh_from_db()
    assert (row.state, row.result, row.percent, counting) == (JobState.DONE, {"counted": 3}, 100, ["沈砚"])
    codes = list(Event.objects.order_by("id").values_list("code", "actor_name"))
    assert codes == [("jobs.queued", "沈砚"), ("jobs.done", "沈砚")]


def test_same_work_twice_at_once_is_refused(cast: Cast, counting: list[Any]) -> None:
    enqueue(cast.archivist, "test.count", args={"upto": 1}, key="one")
    with pytest.raises(Refused, match="正在进行"):
        enqueue(cast.archivist, "test.count", args={"upto": 1}, key="one")
    Worker().run_once()
    assert enqueue(cast.archivist, "test.count", args={"upto": 1}, key="one").state == JobState.QUEUED


def test_refusal_ends_the_job_with_its_sentence(cast: Cast, counting: list[Any]) -> None:
    row = enqueue(cast.archivist, "test.count", args={"upto": 1, "fail": "文件是空的。"})
    Worker().run_once()
    row.refresh_from_db()
    assert (row.state, row.error) == (JobState.FAILED, "文件是空的。")


def test_queued_job_is_cancelled_at_once_by_its_owner_only(cast: Cast, counting: list[Any]) -> None:
    row = enqueue(cast.archivist, "test.count", args={"upto": 1})
    with pytest.raises(OutOfScope):
        job_cancel(actor=cast.salesperson, job_id=row.pk)
    assert job_cancel(actor=cast.archivist, job_id=row.pk).state == JobState.CANCELLED
    assert Worker().run_once() is False


def test_running_job_stops_at_its_next_step(cast: Cast, counting: list[Any]) -> None:
    row = enqueue(cast.archivist, "test.count", args={"upto": 3})
    worker = Worker()
    claimed = worker.claim()
    assert claimed is not None
    Job.objects.filter(pk=row.pk).update(is_cancel_asked=True)
    worker.work(claimed)
    row.refresh_from_db()
    assert row.state == JobState.CANCELLED


def test_job_of_a_dead_worker_is_taken_up_by_the_next(cast: Cast, counting: list[Any]) -> None:
    row = enqueue(cast.archivist, "test.count", args={"upto": 1})
    dead = Worker("dead")
    assert dead.claim() is not None
    assert Worker("alive").claim() is None
    Job.objects.filter(pk=row.pk).update(heartbeat_at=clock.now() - STALE_AFTER - timedelta(seconds=1))
    assert Worker("alive").run_once() is True
    row.refresh_from_db()
    assert (row.state, row.worker, row.attempts) == (JobState.DONE, "alive", 2)


def test_poison_job_is_parked_after_three_tries(cast: Cast, counting: list[Any]) -> None:
    row = enqueue(cast.archivist, "test.count", args={"upto": 1})
    for _try in range(3):
        assert Worker("dead").claim() is not None
        Job.objects.filter(pk=row.pk).update(heartbeat_at=clock.now() - STALE_AFTER - timedelta(seconds=1))
    Worker("alive").run_once()
    row.refresh_from_db()
    assert row.state == JobState.FAILED and "3 次中断" in row.error and counting == []


def test_job_of_a_worker_that_is_known_to_be_dead_is_taken_up_at_once(cast: Cast, counting: list[Any]) -> None:
    row = enqueue(cast.archivist, "test.count", args={"upto": 1})
    gone = subprocess.run(
        [sys.executable, "-c", ADDRESS],
        env={**os.environ, "KEDANG_DATA_DIR": str(settings.DATA_DIR)},
        capture_output=True,
        text=True,
    ).stdout.strip()
    assert Worker(gone).claim() is not None and scratch.is_dead(gone)
    alive = Worker()
    assert not scratch.is_dead(alive.name) and alive.run_once() is True
    row.refresh_from_db()
    assert (row.state, row.worker, row.attempts) == (JobState.DONE, alive.name, 2)


def test_only_attempts_that_end_at_the_same_place_count(cast: Cast, counting: list[Any]) -> None:
    row = enqueue(cast.archivist, "test.count", args={"upto": 1})
    for reached in range(1, 6):
        claimed = Worker("dead").claim()
        assert claimed is not None and claimed.attempts <= 2
        JobContext(claimed, "dead").progress(reached, 9, force=True)
        Job.objects.filter(pk=row.pk).update(heartbeat_at=clock.now() - STALE_AFTER - timedelta(seconds=1))
    Worker("alive").run_once()
    row.refresh_from_db()
    assert row.state == JobState.DONE


@pytest.mark.django_db(transaction=True)
def test_a_job_that_lost_the_database_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    tries: list[int] = []

    @job("test.lost", title="失联")
    def lost(ctx: JobContext) -> dict[str, Any]:
        tries.append(ctx.job.attempts)
        if len(tries) == 1:
            raise OperationalError("server closed the connection unexpectedly")
        return {}

    row = enqueue(make_cast().archivist, "test.lost")
    assert Worker().run_once() and Worker().run_once()
    row.refresh_from_db()
    assert (row.state, tries) == (JobState.DONE, [1, 2])
