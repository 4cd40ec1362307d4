"""Pages of the seals: how they stand, verify now, evidence to carry away; each reader gets what is theirs."""

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from kedang.foundation.audit.models import Event
from kedang.foundation.audit.sealing import guards, sealer
from kedang.foundation.audit.standing import LATE, trail_health
from kedang.foundation.audit.verifying.whole import verify
from kedang.foundation.jobs.models import Job
from kedang.foundation.jobs.worker import Worker
from kedang.foundation.kernel import clock, metrics
from kedang.foundation.kernel.actors import SYSTEM
from kedang.project.cli.setup import ensure_guards
from tests.audit.test_verifying import tamper
from tests.cast import Cast
from tests.customers.making import event_of, make_customer


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def auditor(cast: Cast, data_dir: Path) -> Client:
    make_customer(cast.archivist, phone="0755-26712345")
    return signed_in(cast.auditor)


def test_page_says_how_the_seals_stand(cast: Cast, auditor: Client) -> None:
    assert "还没有封条" in text(auditor.get(reverse("access:seals")))
    sealer.seal_now()
    page = text(auditor.get(reverse("access:seals")))
    assert "第 1 号" in page and "只有本机一处" in page and "公钥指纹" in page
    assert Event.objects.filter(code="audit.viewed", actor_id=cast.auditor.pk).count() == 2
    assert signed_in(cast.archivist).get(reverse("access:seals")).status_code == 403


def test_event_tells_its_seal(cast: Cast, auditor: Client) -> None:
    created = Event.objects.get(code="customers.created")
    url = reverse("access:event-detail", args=[created.pk])
    assert "待封存" in text(auditor.get(url))
    sealer.seal_now()
    assert "已封存：第 1 号封条" in text(auditor.get(url))


def test_verify_now_is_a_job_and_its_outcome_is_shown(cast: Cast, auditor: Client) -> None:
    sealer.seal_now()
    answer = auditor.post(reverse("access:seal-verify"))
    assert answer.status_code == 302
    assert Worker().run_once()
    job = Job.objects.get(kind="audit.verify")
    assert (job.state, job.result["ok"]) == ("done", True)
    assert "完整" in text(auditor.get(reverse("access:seals")))
    created = Event.objects.get(code="customers.created")
    tamper(f"UPDATE audit_event SET reason = '改写' WHERE id = {created.pk}")
    auditor.post(reverse("access:seal-verify"))
    Worker().run_once()
    job = Job.objects.filter(kind="audit.verify").latest("id")
    assert job.state == "failed" and f"记录 {created.pk} 的内容被改过" in job.error
    page = text(auditor.get(reverse("access:seals")))
    assert "有问题" in page and f"记录 {created.pk} 的内容被改过" in page


def test_bundle_leaves_out_what_the_asker_may_not_see(cast: Cast, auditor: Client) -> None:
    foreign = make_customer(cast.stranger, name="远山贸易客户有限公司")
    today = clock.today().isoformat()
    page = auditor.get(reverse("access:bundle-ask")).content.decode()
    assert f'type="date" name="end" value="{today}"' in page  # the one form of a day that a browser takes
    assert auditor.post(reverse("access:bundle-ask"), {"start": today, "end": "2020-01-01"}).status_code == 400
    auditor.post(reverse("access:bundle-ask"), {"start": today, "end": today})
    assert Worker().run_once()
    job = Job.objects.get(kind="audit.bundle")
    assert (job.state, job.error) == ("done", "")
    answer: Any = auditor.get(job.result["url"])
    archive = zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content)))
    folder = archive.namelist()[0].split("/")[0]
    lines = [json.loads(line) for line in archive.read(f"{folder}/events.jsonl").splitlines()]
    by_id = {line["id"]: line for line in lines}
    assert by_id[event_of("customers.created", foreign).pk].get("withheld") is True
    mine = by_id[Event.objects.filter(code="customers.created", fonds_id=cast.fonds.pk).get().pk]
    assert mine["parts"][2] == ["青山精密机械有限公司（KH000001）"] or "青山精密" in mine["parts"][2][0]
    assert mine["parts"][3] is None  # values of sealed fields among the changes
    assert "远山贸易" not in archive.read(f"{folder}/events.jsonl").decode()
    assert Event.objects.filter(code="audit.exported", actor_id=cast.auditor.pk).count() == 1
    assert signed_in(cast.manager).get(job.result["url"]).status_code == 403
    assert auditor.get(reverse("access:bundle", args=[job.pk + 1])).status_code == 404


def test_health_and_figures_tell_of_late_sealing_and_of_a_bad_trail(cast: Cast, data_dir: Path, settings: Any) -> None:
    make_customer(cast.archivist)
    created = Event.objects.get(code="customers.created")
    with clock.frozen(clock.now() + LATE * 2):
        assert (trail_health().state, trail_health().words) == ("bad", "操作记录没有及时封存。")
        figures = {
            gauge.name: gauge.read()
            for gauge in metrics.gauges()
            if gauge.name.startswith(("kedang_events", "kedang_seal"))
        }
        assert figures["kedang_events_unsealed"] == Event.objects.count()
        assert figures["kedang_seal_lag_seconds"] >= LATE.total_seconds()  # type: ignore[operator]
    sealer.seal_now()
    assert (trail_health().state, "只存在本机" in trail_health().advice) == ("warn", True)
    settings.AUDIT_CHECKPOINTS = [str(data_dir / "second")]
    sealer.seal_now()
    verify(actor=SYSTEM)
    sealer.seal_now()
    assert trail_health().state == "good"
    tamper(f"UPDATE audit_event SET reason = '改写' WHERE id = {created.pk}")
    verify(actor=SYSTEM)
    assert (trail_health().state, "被改动" in trail_health().words) == ("bad", True)


def test_setup_restores_missing_guards_and_says_so(db: None) -> None:
    guards.remove()
    assert set(ensure_guards()) == set(guards.statements(connection.vendor)) and guards.missing() == []
    assert Event.objects.get(code="audit.guards_restored").actor_name == "kedang setup"
    assert ensure_guards() == []
