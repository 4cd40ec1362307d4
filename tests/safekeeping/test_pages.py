"""The operations page: what it says, who may act on it, and that acting hands in a job."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kedang.foundation.jobs.models import Job
from kedang.foundation.kernel import clock
from kedang.foundation.safekeeping import jobs
from kedang.foundation.safekeeping.models import Backup, Drill
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def page(cast: Cast, who: str, name: str = "safekeeping:operations", **kwargs: Any) -> str:
    client = Client()
    client.force_login(getattr(cast, who))
    return client.get(reverse(name, kwargs=kwargs)).content.decode()


def a_set(cast: Cast, days: float = 0, **values: Any) -> Backup:
    at = clock.now() - timedelta(days=days)
    return Backup.objects.create(
        code=f"kedang-{at:%Y%m%dT%H%M%SZ}-00aa00",
        created_at=at,
        engine="sqlite",
        size=5_000_000,
        row_count=1234,
        **values,
    )


def a_drill(days: float, *, passed: bool = True, words: str = "能完整恢复。") -> Drill:
    at = clock.now() - timedelta(days=days)
    step = {"title": "恢复数据库并逐表核对", "words": "45 张表逐行一致。", "is_good": passed, "seconds": 1.2}
    return Drill.objects.create(
        backup_code="kedang-x",
        started_at=at - timedelta(seconds=90),
        finished_at=at,
        is_passed=passed,
        words=words,
        report=[step],
        by="陆远",
    )


def test_an_empty_system_is_told_what_to_do(cast: Cast) -> None:
    told = page(cast, "admin")
    assert "还没有任何备份。" in told and "没有恢复过的备份不算数" in told and "立即备份" in told
    assert "要处理" in told


def test_age_of_the_last_verified_restore_turns_red_after_seven_days(cast: Cast) -> None:
    a_set(cast, 0.1, copies=["/mnt/share"])
    a_drill(3)
    told = page(cast, "auditor")
    assert "最近一次通过的恢复演练：3 天前。" in told and "立即备份" not in told and "1 分 30 秒" in told
    Drill.objects.update(finished_at=clock.now() - timedelta(days=7, minutes=1))
    told = page(cast, "auditor")
    assert "超过 7 天没有验证过备份能恢复" in told and "standing-card is-bad" in told


def test_a_failed_drill_is_bad_news_although_one_passed(cast: Cast) -> None:
    a_set(cast)
    a_drill(2)
    drill = a_drill(1, passed=False, words="备份集中的“database.kdp”已损坏")
    assert "最近一次恢复演练没有通过。" in page(cast, "admin")
    report = page(cast, "admin", "safekeeping:drill", pk=drill.pk)
    assert "演练未通过" in report and "database.kdp" in report and "45 张表逐行一致" in report


def test_acting_hands_in_one_job(cast: Cast) -> None:
    found = a_set(cast)
    client = Client()
    client.force_login(cast.admin)
    answer = client.post(reverse("safekeeping:drill-now"), {"code": found.code})
    job = Job.objects.get()
    assert answer.status_code == 302 and answer["Location"].endswith(f"/{job.pk}/")
    assert (job.kind, job.args, job.actor_id) == ("safekeeping.drill", {"code": found.code}, cast.admin.pk)
    assert client.post(reverse("safekeeping:drill-now")).status_code == 302 and Job.objects.count() == 1
    assert "正在进行" in client.get(reverse("safekeeping:operations")).content.decode()
    assert client.post(reverse("safekeeping:verify"), {"code": "kedang-none"}).status_code == 404


@pytest.mark.parametrize("button", ["backup", "verify", "drill-now"])
def test_every_button_answers(cast: Cast, button: str) -> None:
    """Once all three failed: what named their arguments was overwritten by the view itself."""
    client = Client()
    client.force_login(cast.admin)
    url = reverse(f"safekeeping:{button}")
    for code in ("kedang-none", "kedang\x00none", "k" * 500):
        assert client.post(url, {"code": code}).status_code == 404 and not Job.objects.exists()
    assert client.post(url, {"reason": "核对", "name": ""}, follow=True).status_code == 200
    assert (Job.objects.get().kind, Job.objects.get().args) == (f"safekeeping.{button.removesuffix('-now')}", {})
    again = client.post(url, follow=True)
    assert again.status_code == 200 and "正在进行" in again.content.decode() and Job.objects.count() == 1


def test_the_first_backup_comes_by_itself(cast: Cast) -> None:
    jobs.begin()
    jobs.begin()
    job = Job.objects.get()
    assert job.kind == "safekeeping.drill" and job.args == {"backup_first": True}
    job.delete()
    a_set(cast)
    a_drill(1)
    jobs.begin()
    jobs.rehearse_when_due()
    assert not Job.objects.exists()
    Drill.objects.update(finished_at=clock.now() - timedelta(days=4))
    jobs.rehearse_when_due()
    assert Job.objects.get().args == {}


def test_plan_and_paper(cast: Cast) -> None:
    told = page(cast, "auditor", "safekeeping:plan")
    assert "backup restore" in told and "现在只有一处" in told
    client = Client()
    client.force_login(cast.auditor)
    answer = client.get(reverse("safekeeping:drill-print", args=[a_drill(1).pk]))
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")


def test_work_of_the_clock_is_seen_but_opened_only_by_who_may(cast: Cast) -> None:
    jobs.begin()
    told = page(cast, "admin")
    assert "排队中" in told and "看进度" not in told
    Job.objects.update(fonds=cast.fonds)
    assert "看进度" in page(cast, "admin") and "看进度" not in page(cast, "auditor")


def test_who_runs_the_system_finds_on_their_home_page_what_needs_doing_first(cast: Cast) -> None:
    a_set(cast, 0.1, copies=["/mnt/share"])
    told = page(cast, "admin", "web:home")
    assert "运行状况" in told
    drill, backup = told.index("还没有一次恢复演练通过"), told.index("最近一次备份：2 小时前。")
    assert drill < backup, "what is wrong stands first"
    assert "要处理" in told[drill : drill + 200] and reverse("safekeeping:operations") in told
    for other in ("auditor", "archivist", "salesperson"):
        assert "运行状况" not in page(cast, other, "web:home")
