"""Regular work: its turns come when they should, one worker takes each, failures are told once and tried again."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connections

from kedang.foundation.audit.models import Event
from kedang.foundation.jobs import registry, schedules
from kedang.foundation.jobs.models import Job, Schedule
from kedang.foundation.jobs.registry import job
from kedang.foundation.jobs.schedules import run_due, schedule
from kedang.foundation.jobs.worker import Worker
from kedang.foundation.kernel import clock

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """No regular work but the test's own."""
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    monkeypatch.setattr(schedules, "_plans", {})
    yield []


@pytest.mark.django_db
def test_quiet_run_comes_at_once_and_then_each_interval(runs: list[str]) -> None:
    schedule("test.tick", every=timedelta(seconds=30), run=lambda: runs.append("tick"))
    for seconds in (0, 10, 29, 30, 31, 59, 60):
        with clock.frozen(NOON + timedelta(seconds=seconds)):
            run_due()
    assert len(runs) == 3
    row = Schedule.objects.get()
    assert row.last_good_at is not None and row.last_run_at == NOON + timedelta(seconds=60)
    assert row.next_run_at == NOON + timedelta(seconds=90)
    assert not Event.objects.exists() and not Job.objects.exists()


@pytest.mark.django_db
def test_missed_turns_are_made_up_for_once(runs: list[str]) -> None:
    schedule("test.tick", every=timedelta(seconds=30), run=lambda: runs.append("tick"))
    for hours in (0, 5):
        with clock.frozen(NOON + timedelta(hours=hours)):
            run_due()
            run_due()
    assert len(runs) == 2


@pytest.mark.django_db
def test_clock_put_back_does_not_stop_the_work(runs: list[str]) -> None:
    schedule("test.tick", every=timedelta(seconds=30), run=lambda: runs.append("tick"))
    for hours in (0, -10):
        with clock.frozen(NOON + timedelta(hours=hours)):
            run_due()
    assert len(runs) == 2


@pytest.mark.django_db
def test_daily_work_hands_in_a_job_at_its_time_on_the_wall_clock(runs: list[str]) -> None:
    @job("test.nightly", title="夜间工作")
    def nightly(ctx: Any, *, what: str) -> dict[str, Any]:
        runs.append(what)
        return {}

    schedule("test.nightly", daily_at="02:30", args={"what": "all"})
    with clock.frozen(NOON):
        run_due()
        assert not Job.objects.exists()
    assert Schedule.objects.get().next_run_at == NOON + timedelta(hours=14, minutes=30)
    with clock.frozen(NOON + timedelta(hours=15)):
        assert run_due() == ["test.nightly"]
        assert run_due() == []
    queued = Job.objects.get()
    assert (queued.title, queued.actor_name, queued.key) == ("夜间工作", "定时任务", "schedule:test.nightly")
    with clock.frozen(NOON + timedelta(hours=39)):  # the job of the last night is not done yet: this turn is left out
        assert run_due() == ["test.nightly"]
    assert Job.objects.count() == 1
    Worker().run_once()
    assert runs == ["all"]
    assert list(Event.objects.order_by("id").values_list("code", flat=True)) == ["jobs.queued", "jobs.done"]


@pytest.mark.django_db
def test_failure_is_an_event_once_is_tried_again_and_recovery_is_told(runs: list[str]) -> None:
    broken = True

    def work() -> None:
        if broken:
            raise OSError("disk is gone")
        runs.append("good")

    schedule("test.tick", every=timedelta(seconds=30), run=work)
    for minutes in (0, 1, 2):
        with clock.frozen(NOON + timedelta(minutes=minutes)):
            run_due()
    row = Schedule.objects.get()
    assert (row.failures, row.last_good_at) == (3, None) and "disk is gone" in row.last_error
    broken = False
    with clock.frozen(NOON + timedelta(minutes=3)):
        run_due()
    row.refresh_from_db()
    assert (row.failures, row.last_error, runs) == (0, "", ["good"])
    codes = list(Event.objects.order_by("id").values_list("code", flat=True))
    assert codes == ["jobs.schedule_failed", "jobs.schedule_recovered"]


@pytest.mark.django_db
def test_changed_interval_holds_from_the_next_look(runs: list[str]) -> None:
    schedule("test.tick", every=timedelta(hours=6), run=lambda: runs.append("tick"))
    with clock.frozen(NOON):
        run_due()
    schedule("test.tick", every=timedelta(minutes=1), run=lambda: runs.append("tick"))
    with clock.frozen(NOON + timedelta(minutes=1)):
        run_due()
    assert Schedule.objects.get().next_run_at == NOON + timedelta(minutes=2)


@pytest.mark.django_db(transaction=True)
def test_one_of_many_workers_takes_a_turn(runs: list[str]) -> None:
    schedule("test.tick", every=timedelta(hours=1), run=lambda: runs.append("tick"))
    Schedule.objects.create(name="test.tick", plan="every 1:00:00", next_run_at=clock.now() - timedelta(seconds=1))
    gate = threading.Barrier(6)

    def worker() -> None:
        try:
            gate.wait()
            run_due()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=worker) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert runs == ["tick"]


def test_plan_says_either_interval_or_time(runs: list[str]) -> None:
    with pytest.raises(ValueError, match="either every"):
        schedule("test.tick")
