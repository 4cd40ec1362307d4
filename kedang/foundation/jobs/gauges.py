"""Figures of the queue: how many, how long they wait, whether a worker lives, how regular work fares."""

from datetime import datetime, timedelta

from django.db.models import Count, Min

from kedang.foundation.jobs.models import UNFINISHED, Job, JobState, Schedule
from kedang.foundation.jobs.schedules import schedule
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.metrics import gauge

HEARTBEAT = timedelta(seconds=20)
BEAT = "jobs.heartbeat"


def declare() -> None:
    """The worker's sign of life and the figures."""
    schedule(BEAT, every=HEARTBEAT, run=_beat)
    gauge("kedang_jobs", "Unfinished jobs, by state.", unfinished, label="state")
    gauge(
        "kedang_jobs_oldest_seconds",
        "How long the oldest job of a state has been waiting or running.",
        ages,
        label="state",
    )
    gauge("kedang_worker_silent_seconds", "Time since a worker last gave a sign of life.", worker_silence)
    gauge("kedang_schedule_failures", "Turns of regular work failed one after the other.", failures, label="schedule")
    gauge("kedang_schedule_age_seconds", "Time since regular work last went well.", good_ages, label="schedule")


def _beat() -> None:
    """The turn itself is the sign."""


def worker_seen_at() -> datetime | None:
    """When a worker last took its turn."""
    return Schedule.objects.filter(name=BEAT).values_list("last_run_at", flat=True).first()


def unfinished() -> dict[str, float]:
    """Number by state."""
    counted = Job.objects.filter(state__in=UNFINISHED).order_by().values_list("state").annotate(Count("id"))
    return {**dict.fromkeys(map(str, UNFINISHED), 0.0), **{str(state): float(many) for state, many in counted}}


def ages() -> dict[str, float]:
    """Seconds since the oldest queued job was handed in and since the oldest running one began."""
    now = clock.now()
    queued = Job.objects.filter(state=JobState.QUEUED).aggregate(at=Min("created_at"))["at"]
    running = Job.objects.filter(state=JobState.RUNNING).aggregate(at=Min("started_at"))["at"]
    return {
        str(state): (now - at).total_seconds() if at else 0.0
        for state, at in ((JobState.QUEUED, queued), (JobState.RUNNING, running))
    }


def worker_silence() -> float | None:
    """Seconds; nothing before the first worker."""
    seen = worker_seen_at()
    return (clock.now() - seen).total_seconds() if seen else None


def failures() -> dict[str, float]:
    """By name of the schedule."""
    return {name: float(many) for name, many in Schedule.objects.values_list("name", "failures")}


def good_ages() -> dict[str, float]:
    """By name of the schedule, where it has ever gone well."""
    now = clock.now()
    rows = Schedule.objects.filter(last_good_at__isnull=False).values_list("name", "last_good_at")
    return {name: (now - at).total_seconds() for name, at in rows if at is not None}
