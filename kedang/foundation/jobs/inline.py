"""Running a job in one's own process (commands, tests): handed in and claimed in one step, so that no worker gets it first."""

from collections.abc import Callable

from django.db import transaction

from kedang.foundation.jobs.models import Job, JobState
from kedang.foundation.jobs.worker import Worker
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused


def work_here(hand_in: Callable[[], Job]) -> Job:
    """Hand in a job and run it here to its end. If this process dies, a worker takes it up like any other job.

    Args:
        hand_in: calls the service that returns the job.

    Raises:
        Refused: the job failed, with its sentence; or was cancelled.
    """
    worker = Worker()
    with transaction.atomic():
        job = hand_in()
        now = clock.now()
        job.state, job.worker, job.attempts, job.started_at, job.heartbeat_at = (
            JobState.RUNNING,
            worker.name,
            1,
            now,
            now,
        )
        job.save(update_fields=["state", "worker", "attempts", "started_at", "heartbeat_at"])
    worker.work(Job.objects.select_related("actor").get(pk=job.pk))
    job.refresh_from_db()
    if job.state == JobState.FAILED:
        raise Refused("job_failed", job.error or "任务失败。", job=job.pk)
    if job.state == JobState.CANCELLED:
        raise Refused("job_cancelled", "任务已被中止，已写入的部分保持完整。", job=job.pk)
    return job
