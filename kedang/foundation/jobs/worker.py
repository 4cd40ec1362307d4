"""The worker: claims jobs one at a time by a conditional update, runs them, keeps a heartbeat, takes up dead ones again."""

import logging
import signal
import threading
import time
from datetime import timedelta
from types import FrameType
from typing import Any

from django.db import InterfaceError, OperationalError, connection, connections, transaction
from django.db.models import Q

from kedang.foundation.access.signin.standing import is_switched_off
from kedang.foundation.audit.record import record
from kedang.foundation.jobs.events import JOB_DONE, JOB_FAILED
from kedang.foundation.jobs.models import Job, JobState
from kedang.foundation.jobs.registry import kind_of
from kedang.foundation.jobs.schedules import Ticker
from kedang.foundation.kernel import clock, context, scratch, stores
from kedang.foundation.kernel.actors import Actor, system_actor
from kedang.foundation.kernel.refused import Refused

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 5.0
STALE_AFTER = timedelta(seconds=30)
MAX_ATTEMPTS = 3
PROGRESS_EVERY_SECONDS = 0.5
JOIN_SECONDS = 10.0


class JobCancelled(Exception):
    """Raised inside a handler at the next step after someone asked to stop."""


class JobLost(Exception):
    """Raised inside a handler whose job was taken over by another worker."""


class JobContext:
    """What a handler knows of its job: who asked, how to show progress, whether to stop."""

    def __init__(self, job: Job, worker: str) -> None:
        self.job = job
        self.actor: Actor = job.actor or system_actor(job.actor_name)
        self._worker = worker
        self._last_shown = 0.0
        self._reached = job.done_count

    def progress(self, done: int, total: int, message: str = "", *, force: bool = False) -> None:
        """Show progress (at most twice a second unless forced) and stop here if asked to.

        Call it between transactions, not inside one.
        """
        now = time.monotonic()
        if not force and now - self._last_shown < PROGRESS_EVERY_SECONDS:
            return
        self._last_shown = now
        values = {"done_count": done, "total_count": total, "message": message[:300], "heartbeat_at": clock.now()}
        if done > self._reached:  # it gets on: what counts are attempts that end at the same place
            values["attempts"] = 1
        changed = self._mine().update(**values)
        if not changed:
            raise JobLost
        self.require_active()
        self.check_cancelled()

    def require_active(self) -> None:
        """Stop here if the person on whose behalf the work is done was switched off meanwhile.

        Raises:
            Refused: ``standing_lost``.
        """
        if is_switched_off(self.actor):
            raise Refused("standing_lost", "提交任务的人账号已停用，任务已停止。请由在岗的同事重新提交。")

    def check_cancelled(self) -> None:
        """Stop here if someone asked to."""
        if self._mine().filter(is_cancel_asked=True).exists():
            raise JobCancelled

    def _mine(self) -> Any:
        return Job.objects.filter(pk=self.job.pk, worker=self._worker, state=JobState.RUNNING)


class Worker:
    """One worker process. ``run()`` until SIGTERM or SIGINT; ``run_once()`` for tests and for the import command."""

    def __init__(self, name: str = "") -> None:
        self.name = name or scratch.address()
        self._stop = threading.Event()

    def run(self, poll_seconds: float = 0.5) -> None:
        """Work until asked to stop; the job under way is finished first or taken up again by the next worker."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask_to_stop)
        stores.sweep()
        ticker = Ticker(self._stop)
        ticker.start()
        while not self._stop.is_set():
            if not self.run_once():
                self._stop.wait(poll_seconds)
        ticker.join(timeout=JOIN_SECONDS)

    def run_once(self) -> bool:
        """Run one job if there is one; True if so."""
        job = self.claim()
        if job is None:
            return False
        self.work(job)
        return True

    def claim(self) -> Job | None:
        """Take the oldest queued job, or one whose worker has died; one changed row decides the winner."""
        now = clock.now()
        stale = Q(state=JobState.RUNNING, heartbeat_at__lt=now - STALE_AFTER)
        dead = [name for name in self._others() if scratch.is_dead(name)]
        waiting = Q(state=JobState.QUEUED) | stale | Q(state=JobState.RUNNING, worker__in=dead)
        for job in Job.objects.filter(waiting).order_by("id")[:5]:
            won = Job.objects.filter(waiting, pk=job.pk, attempts=job.attempts, worker=job.worker).update(
                state=JobState.RUNNING, worker=self.name, attempts=job.attempts + 1,
                started_at=job.started_at or now, heartbeat_at=now,
            )  # fmt: skip
            if won:
                return Job.objects.select_related("actor").get(pk=job.pk)
        return None

    def _others(self) -> list[str]:
        """Workers that have a job under way."""
        running = Job.objects.filter(state=JobState.RUNNING).exclude(worker=self.name)
        return list(running.order_by().values_list("worker", flat=True).distinct())

    def work(self, job: Job) -> None:
        """Run one claimed job to its end and write down how it ended."""
        if job.attempts > MAX_ATTEMPTS:
            self._give_up(job)
            return
        alive = threading.Event()
        beat = threading.Thread(target=self._heartbeat, args=(job.pk, alive), daemon=True)
        beat.start()
        try:
            with context.use(channel="job", job_id=job.pk, request_id=job.trace_id, who=lambda: job.actor_id):
                ctx = JobContext(job, self.name)
                ctx.require_active()
                result = kind_of(job.kind).handler(ctx, **job.args)
            self._end(job, JobState.DONE, result=result or {})
        except JobCancelled:
            self._end(job, JobState.CANCELLED)
        except JobLost:
            logger.warning("job %s was taken over by another worker", job.pk)
        except (OperationalError, InterfaceError):
            logger.exception("job %s lost the database; it is tried again", job.pk)
            self._put_back(job)
        except Refused as refusal:
            self._end(job, JobState.FAILED, error=refusal.sentence)
        except Exception:
            logger.exception("job %s failed", job.pk)
            self._end(
                job, JobState.FAILED, error=f"任务出错停下（编号 {job.pk}），数据保持一致，请联系系统管理员查看日志。"
            )
        finally:
            alive.set()
            beat.join(timeout=HEARTBEAT_SECONDS)

    def _give_up(self, job: Job) -> None:
        """A job whose workers died again and again; what waits for it is told in the same transaction."""
        kind = kind_of(job.kind)
        actor: Actor = job.actor or system_actor(job.actor_name)
        with transaction.atomic():
            if kind.given_up is not None:
                with context.use(channel="job", job_id=job.pk, request_id=job.trace_id):
                    kind.given_up(actor, **job.args)
            self._end(job, JobState.FAILED, error=f"任务连续 {MAX_ATTEMPTS} 次中断，已停下，请联系系统管理员。")

    def _put_back(self, job: Job) -> None:
        """Leave the job to the next attempt. Where the database is still away, this process ends, and the next one takes the job up."""
        connection.close()
        Job.objects.filter(pk=job.pk, worker=self.name, state=JobState.RUNNING).update(state=JobState.QUEUED)

    def _end(self, job: Job, state: JobState, *, result: dict[str, Any] | None = None, error: str = "") -> None:
        with transaction.atomic(), context.use(channel="job", job_id=job.pk, request_id=job.trace_id):
            row = Job.objects.select_for_update().filter(pk=job.pk, worker=self.name, state=JobState.RUNNING).first()
            if row is None:
                return
            row.state, row.finished_at, row.error = state, clock.now(), error
            if result is not None:
                row.result = result
            if state == JobState.DONE and row.total_count:
                row.done_count = row.total_count
            row.save(update_fields=["state", "finished_at", "error", "result", "done_count"])
            if state in {JobState.DONE, JobState.FAILED}:
                actor: Actor = row.actor or system_actor(row.actor_name)
                record(
                    actor,
                    JOB_DONE if state == JobState.DONE else JOB_FAILED,
                    row,
                    meta={"error": error} if error else {},
                )

    def _heartbeat(self, job_id: int, done: threading.Event) -> None:
        while not done.wait(HEARTBEAT_SECONDS):
            try:
                Job.objects.filter(pk=job_id, worker=self.name, state=JobState.RUNNING).update(heartbeat_at=clock.now())
            except Exception:
                logger.exception("heartbeat of job %s failed", job_id)
        connections.close_all()

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()
