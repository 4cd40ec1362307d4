"""Pages of jobs: one's own for everybody, all for who may, progress, cancelling."""

from typing import Any

import pytest
from django.test import Client

from kedang.foundation.audit.models import Event
from kedang.foundation.jobs.models import Job, JobState
from kedang.foundation.kernel import clock
from tests.cast import Cast, cast

__all__ = ["cast"]


def client_of(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def job(cast: Cast) -> Job:
    """A running job of the clerk, 40 of 100 done."""
    return Job.objects.create(
        fonds=cast.fonds, kind="web.export", title="导出客户（100 行）", actor=cast.clerk, actor_name=cast.clerk.name,
        state=JobState.RUNNING, done_count=40, total_count=100, message="已写 40 行", created_at=clock.now(), started_at=clock.now(),
    )  # fmt: skip


def test_everybody_sees_their_own_and_who_may_all(cast: Cast, job: Job) -> None:
    assert "导出客户（100 行）" in client_of(cast.clerk).get("/jobs/").text
    assert "导出客户（100 行）" not in client_of(cast.salesperson).get("/jobs/").text
    assert "导出客户（100 行）" in client_of(cast.admin).get("/jobs/").text
    assert "导出客户（100 行）" not in client_of(cast.stranger).get("/jobs/").text


def test_detail_shows_progress_and_polls_until_the_end(cast: Cast, job: Job) -> None:
    client = client_of(cast.clerk)
    page = client.get(f"/jobs/{job.pk}/").text
    assert 'value="40"' in page
    assert "40 / 100" in page
    part = client.get(f"/jobs/{job.pk}/progress/", headers={"HX-Request": "true"})
    assert "every 1s" in part.text
    assert "HX-Refresh" not in part
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, error="磁盘已满，请清理后重试。")
    ended = client.get(f"/jobs/{job.pk}/progress/", headers={"HX-Request": "true"})
    assert ended["HX-Refresh"] == "true"
    assert "磁盘已满，请清理后重试。" in ended.text
    assert client_of(cast.salesperson).get(f"/jobs/{job.pk}/progress/").status_code == 404


def test_the_bar_counts_ones_own(cast: Cast, job: Job) -> None:
    assert "后台任务：1 个未完成" in client_of(cast.clerk).get("/").text
    assert "个未完成" not in client_of(cast.admin).get("/").text
    assert "个未完成" in client_of(cast.clerk).get("/jobs/indicator/").text


def test_cancelling_asks_first_and_is_recorded(cast: Cast, job: Job) -> None:
    client = client_of(cast.clerk)
    address = f"/jobs/{job.pk}/cancel/"
    assert "已写入的部分保留" in client.get(address).text
    assert client.post(address).status_code == 302
    job.refresh_from_db()
    assert job.is_cancel_asked
    assert Event.objects.get(code="jobs.cancelled").actor_name == "唐果"
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE)
    refused = client.post(address)
    assert refused.status_code == 422
    assert "不能再取消" in refused.text
    assert client_of(cast.salesperson).post(address).status_code == 404


def test_who_may_see_all_may_not_cancel_as_a_stranger(cast: Cast, job: Job) -> None:
    assert client_of(cast.stranger).get(f"/jobs/{job.pk}/").status_code == 404
    assert client_of(cast.stranger).post(f"/jobs/{job.pk}/cancel/").status_code == 404
