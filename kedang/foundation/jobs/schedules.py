"""Regular work: what is to be done every so often or daily at a time, each turn by exactly one of several workers.

Rooms declare theirs in ``AppConfig.ready()`` (or in ``jobs.py``) with :func:`schedule`. Two sorts:

* a *kind of job*: each turn hands in a job that people see in the list of jobs (a backup);
* a *quiet run*: a function of a few seconds at most, run in the worker itself without a job (sealing the trail).

A turn is taken by moving ``next_run_at`` with a conditional update, so that one changed row decides which worker does it. A
turn missed while no worker ran is made up for once, at the next start. Quiet runs of one schedule may overlap when one takes
longer than its interval: what must not overlap holds a lock of its own.
"""

import logging
import threading
import time as timer
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connections, models, transaction

from kedang.foundation.jobs.events import SCHEDULE_FAILED, SCHEDULE_RECOVERED
from kedang.foundation.jobs.models import Schedule
from kedang.foundation.kernel import clock, context
from kedang.foundation.kernel.actors import system_actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sure import sure

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0
CLOCKS_DIFFER = timedelta(minutes=1)
Quiet = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """Declared regular work: a name, when, and what (a quiet function, or else the job kind ``kind``)."""

    name: str
    every: timedelta | None
    daily_at: time | None
    run: Quiet | None
    kind: str
    args: dict[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The interval as it is kept beside the next turn; when it changes, the next turn is reckoned anew."""
        return f"daily {self.daily_at:%H:%M}" if self.daily_at else f"every {self.every}"

    def next_after(self, moment: datetime) -> datetime:
        """The first turn after a moment; daily times are those of the company's wall clock."""
        if self.every is not None:
            return moment + self.every
        local, daily_at = clock.local(moment), sure(self.daily_at)
        turn = local.replace(hour=daily_at.hour, minute=daily_at.minute, second=0, microsecond=0)
        return turn if turn > local else turn + timedelta(days=1)


_plans: dict[str, Plan] = {}


def schedule(
    name: str,
    *,
    every: timedelta | None = None,
    daily_at: str = "",
    run: Quiet | None = None,
    kind: str = "",
    args: dict[str, Any] | None = None,
) -> None:
    """Declare regular work; the same name again replaces the earlier declaration.

    Args:
        name: stable name, ``room.verb``; without ``run`` and ``kind`` also the kind of job.
        every: interval; or
        daily_at: ``HH:MM`` on the company's wall clock.
        run: a quiet function; without it a job of ``kind`` is handed in with ``args``.
    """
    if (every is None) == (not daily_at):
        raise ValueError(f"schedule {name!r} needs either every= or daily_at=")
    at = time.fromisoformat(daily_at) if daily_at else None
    _plans[name] = Plan(name, every, at, run, kind or name, args or {})


def unschedule(name: str) -> None:
    """Take a declaration back (a setting switched it off)."""
    _plans.pop(name, None)


def plans() -> list[Plan]:
    """All declared regular work, by name."""
    return [_plans[name] for name in sorted(_plans)]


def run_due() -> list[str]:
    """Do what is due now and not yet taken by another worker; names of what was done here."""
    now = clock.now()
    known = {row.name: row for row in Schedule.objects.all()}
    done = []
    for plan in plans():
        row = known.get(plan.name) or _enter(plan, now)
        if row.plan != plan.words:
            Schedule.objects.filter(pk=row.pk, plan=row.plan).update(plan=plan.words, next_run_at=plan.next_after(now))
        elif _is_due(plan, row, now) and _take_turn(plan, row, now):
            done.append(plan.name)
    return done


def _is_due(plan: Plan, row: Schedule, now: datetime) -> bool:
    """Also when the next turn lies further ahead than one interval: then the clock has been put back.

    A little ahead is no sign of that: another worker may just have moved the turn by its own, later reading of the clock.
    """
    return row.next_run_at <= now or row.next_run_at > plan.next_after(now) + CLOCKS_DIFFER


def _enter(plan: Plan, now: datetime) -> Schedule:
    """The row of a plan met for the first time; intervals begin at once, daily work at its time."""
    first = now if plan.every is not None else plan.next_after(now)
    return Schedule.objects.get_or_create(name=plan.name, defaults={"plan": plan.words, "next_run_at": first})[0]


def _take_turn(plan: Plan, row: Schedule, now: datetime) -> bool:
    turn = Schedule.objects.filter(pk=row.pk, next_run_at=row.next_run_at)
    moved = {"next_run_at": plan.next_after(now), "last_run_at": now}
    if plan.run is None:
        with transaction.atomic(), context.use(channel="job", request_id=f"schedule-{plan.name}"[:40]):
            if not turn.update(**moved):
                return False
            _hand_in(plan)
            Schedule.objects.filter(pk=row.pk).update(last_good_at=now)
        return True
    if not turn.update(**moved):
        return False
    try:
        with context.use(channel="job", request_id=f"schedule-{plan.name}"[:40]):
            plan.run()
    except Exception as error:
        logger.exception("schedule %s failed", plan.name)
        _note_failure(row, error)
    else:
        _note_success(row)
    return True


def _hand_in(plan: Plan) -> None:
    """A job for this turn; if the one of the last turn still runs, this turn is left out."""
    from kedang.foundation.jobs.services import enqueue

    try:
        with transaction.atomic():
            enqueue(system_actor("定时任务"), plan.kind, args=plan.args, key=f"schedule:{plan.name}")
    except Refused as refusal:
        if refusal.code != "job_running":
            raise


def _note_failure(row: Schedule, error: Exception) -> None:
    """The first failure of a row of failures is an event; each is kept with the schedule and tried again at the next turn."""
    from kedang.foundation.audit.record import record

    told = error.sentence if isinstance(error, Refused) else f"{type(error).__name__}: {error}"[:500]
    with transaction.atomic():
        Schedule.objects.filter(pk=row.pk).update(failures=models.F("failures") + 1, last_error=told)
        row.refresh_from_db()
        if row.failures == 1:
            record(system_actor("定时任务"), SCHEDULE_FAILED, row, meta={"error": told})


def _note_success(row: Schedule) -> None:
    from kedang.foundation.audit.record import record

    with transaction.atomic():
        had_failed = Schedule.objects.filter(pk=row.pk, failures__gt=0).update(failures=0, last_error="")
        Schedule.objects.filter(pk=row.pk).update(last_good_at=clock.now())
        if had_failed:
            record(system_actor("定时任务"), SCHEDULE_RECOVERED, row)


class Ticker(threading.Thread):
    """A thread of the worker that does what is due each second, also while a long job is under way."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__(name="kedang-schedules", daemon=True)
        self._stop_asked = stop

    def run(self) -> None:
        """Until the worker stops. Nothing that goes wrong ends the clockwork."""
        while not self._stop_asked.is_set():
            began = timer.monotonic()
            try:
                run_due()
            except Exception:
                logger.exception("the schedules stumbled; going on")
                connections.close_all()
            self._stop_asked.wait(max(0.1, TICK_SECONDS - (timer.monotonic() - began)))
        connections.close_all()
