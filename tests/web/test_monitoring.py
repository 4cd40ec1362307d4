"""Health, figures and log lines: they tell the machines enough and nobody's data."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from kedang.business.customers.models import Customer
from kedang.foundation.audit.models import Event
from kedang.foundation.jobs import gauges as job_gauges
from kedang.foundation.jobs.models import Job, JobState, Schedule
from kedang.foundation.jobs.registry import job
from kedang.foundation.jobs.schedules import run_due
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.jobs.worker import Worker
from kedang.foundation.kernel import clock, context, metrics
from kedang.foundation.kernel.logs import JsonLines, TextLines
from kedang.foundation.web.monitoring import readiness
from tests.cast import Cast
from tests.customers.making import USCC_A, make_customer

As = Callable[[str], Client]


def told(client: Client, path: str, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(path, **more).json()
    return answer


@pytest.mark.django_db
def test_alive_says_nothing_else(client: Client) -> None:
    response = client.get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_names_what_is_missing_and_no_reason(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(client, "/health/ready")["checks"] == {
        "database": "ok", "migrations": "ok", "key_ring": "ok", "disk": "ok", "worker": "failed"
    }  # fmt: skip
    Schedule.objects.update_or_create(
        name=job_gauges.BEAT, defaults={"plan": "", "next_run_at": clock.now(), "last_run_at": clock.now()}
    )
    assert told(client, "/health/ready")["status"] == "ok"
    Schedule.objects.update(last_run_at=clock.now() - timedelta(minutes=5))
    waiting = client.get("/health/ready")
    assert (waiting.status_code, waiting.json()["status"]) == (200, "degraded")

    def broken() -> bool:
        raise DatabaseError("password of 沈砚 at db.internal:5432")

    broken.__name__ = "database"
    monkeypatch.setattr(readiness, "NEEDED", (broken, *readiness.NEEDED[1:]))
    response = client.get("/health/ready")
    assert (response.status_code, response.json()["status"]) == (503, "failed")
    assert response.json()["checks"]["database"] == "failed" and "internal" not in response.text


@pytest.mark.django_db
def test_too_little_room_and_a_lost_key_ring_are_no_readiness(client: Client, settings: Any, monkeypatch: Any) -> None:
    settings.LEAST_FREE_BYTES = 1 << 60
    monkeypatch.setattr("kedang.foundation.kernel.keys.encrypt", lambda text, place: "")
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert [response.json()["checks"][name] for name in ("disk", "key_ring", "database")] == ["failed", "failed", "ok"]


@pytest.mark.django_db
def test_a_worker_gives_signs_of_life() -> None:
    assert job_gauges.worker_seen_at() is None
    run_due()
    assert job_gauges.worker_seen_at() is not None and readiness.worker()


@pytest.mark.django_db
def test_figures_are_for_this_machine_or_for_who_has_the_token(client: Client, settings: Any) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.7").status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="").status_code == 404
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
        assert client.get("/metrics", headers={name: "127.0.0.1"}).status_code == 404, name
    settings.METRICS_TOKEN = "暗号 of-metrics"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer nothing"}).status_code == 404
    settings.METRICS_TOKEN = "of-metrics"
    right = {"Authorization": "Bearer of-metrics"}
    assert client.get("/metrics", headers=right, REMOTE_ADDR="10.0.0.7").status_code == 200


def test_requests_jobs_and_rooms_are_counted(as_: As, cast: Cast) -> None:
    client = as_("archivist")
    for path in ("/customers/", "/customers/999999/", "/nowhere-there/"):
        client.get(path)
    Job.objects.create(kind="test", actor_name="x", created_at=clock.now() - timedelta(minutes=2))
    text = client.get("/metrics").text
    assert re.search(r'kedang_http_requests_total{status="200",view="customers:customer-list"} [1-9]', text)
    assert re.search(r'kedang_http_requests_total{status="404",view="customers:customer-detail"} [1-9]', text)
    assert re.search(r'kedang_http_requests_total{status="404",view="none"} [1-9]', text)
    assert re.search(r'kedang_http_request_seconds_bucket{le="10.0",view="customers:customer-list"} [1-9]', text)
    assert 'kedang_jobs{state="queued"} 1.0' in text and 'kedang_jobs{state="running"} 0.0' in text
    assert re.search(r'kedang_jobs_oldest_seconds{state="queued"} 12\d\.', text)
    assert "nowhere" not in text and not re.search(r'[/"]999999', text)


@pytest.mark.django_db
def test_a_room_registers_a_figure_and_a_broken_one_hides_no_other(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "_gauges", dict(metrics._gauges))
    metrics.gauge("kedang_test_left", "Left.", lambda: {"a": 1, "b": 2.5}, label="place")
    metrics.gauge("kedang_test_none", "Nothing to say.", lambda: None)
    metrics.gauge("kedang_test_broken", "Broken.", lambda: 1 / 0)
    text = client.get("/metrics").text
    assert 'kedang_test_left{place="a"} 1.0' in text and 'kedang_test_left{place="b"} 2.5' in text
    assert "kedang_test_broken" not in text and "kedang_jobs{" in text
    with pytest.raises(ValueError, match="no name"):
        metrics.gauge("customers_total", "", lambda: 1)


class Kept(logging.Handler):
    """Formatted lines."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines += [JsonLines().format(record), TextLines().format(record)]

    def json(self) -> list[dict[str, Any]]:
        """Without the lines for people."""
        return [json.loads(line) for line in self.lines[::2]]


@pytest.fixture
def kept() -> Iterator[Kept]:
    handler = Kept()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


CANARIES = ("卡纳里精密", "鸟语花香", "13912345678", USCC_A, "canary@example.com", "canary-password")


def test_a_line_says_view_status_time_and_who_and_nothing_of_what_was_sent(as_: As, cast: Cast, kept: Kept) -> None:
    client = as_("archivist")
    made = make_customer(cast.archivist, name="卡纳里精密有限公司", mobile="13912345678", email="canary@example.com")
    client.get("/search/", {"q": "鸟语花香"}, headers={"X-Request-ID": "canary-request-1"})
    client.get("/customers/", {"q": "卡纳里精密", "uscc": USCC_A})
    client.post("/customers/new/", {"name": "鸟语花香", "mobile": "13912345678", "uscc": USCC_A})
    client.get("/鸟语花香/?x=13912345678")
    Client().post("/sign-in/", {"username": "卡纳里精密", "password": "canary-password"})
    client.get(f"/customers/{made.pk}/")
    lines = kept.json()
    asked = [line for line in lines if line["logger"] == "kedang.request"]
    assert len(asked) == 6
    assert asked[0]["request_id"] == "canary-request-1" and asked[0]["actor"] == cast.archivist.pk
    assert (asked[0]["view"], asked[0]["status"], asked[0]["method"], asked[0]["level"]) == (
        "web:search",
        200,
        "GET",
        "INFO",
    )
    assert asked[0]["ms"] > 0 and asked[0]["time"].endswith("+00:00")
    for line in kept.lines:
        for canary in (*CANARIES, cast.archivist.name, cast.archivist.username):
            assert canary not in line, line


def test_an_error_is_told_by_its_kind_and_place_not_by_its_words(
    as_: As, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        try:
            raise DatabaseError(f"Key (uscc)=({USCC_A}) already exists")
        except DatabaseError as error:
            raise RuntimeError("canary-password") from error

    monkeypatch.setattr("kedang.foundation.web.searching.search_run", broken)
    client = as_("archivist")
    client.raise_request_exception = False
    assert client.get("/search/", {"q": "鸟语花香"}, headers={"X-Request-ID": "broken-request"}).status_code == 500
    line = next(line for line in kept.json() if line["logger"] == "django.request")
    assert (
        line["error"] == "builtins.RuntimeError < django.db.utils.DatabaseError"
        and line["request_id"] == "broken-request"
    )
    assert line["trace"][-1].endswith("broken")
    assert not [line for line in kept.lines for canary in CANARIES if canary in line]


def test_the_request_goes_with_its_job_into_events_and_lines(
    cast: Cast, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kedang.foundation.jobs import registry

    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))

    @job("test.follow", title="跟踪")
    def follow(ctx: Any) -> dict[str, Any]:
        make_customer(cast.archivist, name="随任务而来有限公司")
        logging.getLogger("kedang.test").warning("step %s", 1)
        return {}

    with context.use(request_id="request-of-origin"):
        handed = enqueue(cast.archivist, "test.follow")
    assert Worker().run_once()
    handed.refresh_from_db()
    assert (handed.state, handed.request_id) == (JobState.DONE, "request-of-origin")
    made = Customer.objects.get(name="随任务而来有限公司")
    events = Event.objects.filter(job_id=handed.pk)
    assert events.filter(subject_id=made.pk, request_id="request-of-origin").exists()
    assert set(events.values_list("request_id", flat=True)) == {"request-of-origin"}
    line = next(line for line in kept.json() if line["logger"] == "kedang.test")
    assert (line["request_id"], line["job"], line["message"]) == ("request-of-origin", handed.pk, "step 1")
    alone = enqueue(cast.archivist, "test.follow")
    assert alone.trace_id == f"job-{alone.pk}"
