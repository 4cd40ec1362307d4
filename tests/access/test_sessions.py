"""Open sessions: listed, ended, limited; what changes about a person acts at the next request (R37)."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from kedang.foundation.access import services as s
from kedang.foundation.access.models import OpenSession, Person, Role
from kedang.foundation.access.signin.sessions import device_of
from kedang.foundation.audit.models import Event
from kedang.foundation.jobs.models import Job
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.jobs.worker import Worker
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import OutOfScope, Refused
from tests.cast import PASSWORD, Cast

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)


def inside(person: Person, **extra: Any) -> Client:
    client = Client(**extra)
    client.force_login(person)
    return client


def test_own_sessions_are_listed_and_ended(cast: Cast) -> None:
    here, there = Client(HTTP_USER_AGENT=CHROME), Client(HTTP_USER_AGENT="Mozilla/5.0 (iPhone) Safari/604.1")
    for one in (here, there):
        assert one.post("/sign-in/", {"username": "chenxi", "password": PASSWORD}).status_code == 302
    page = here.get("/me/").text
    assert "Chrome · Windows" in page
    assert "Safari · iPhone" in page
    assert "本机" in page
    other = OpenSession.objects.get(device="Safari · iPhone")
    assert here.post("/me/sessions/end/", {"session": str(other.pk)}).status_code == 302
    assert (there.get("/me/").status_code, here.get("/me/").status_code) == (302, 200)
    assert Event.objects.filter(code="access.sessions_ended", actor_id=cast.reader.pk).count() == 1
    foreign = inside(cast.head)
    assert foreign.get("/me/").status_code == 200
    theirs = OpenSession.objects.get(person=cast.head)
    assert here.post("/me/sessions/end/", {"session": str(theirs.pk)}).status_code == 404
    assert foreign.get("/me/").status_code == 200


def test_officer_ends_anybodys(cast: Cast, officer: Person) -> None:
    client = inside(cast.reader)
    with pytest.raises(Refused) as refusal:
        s.sessions_end(actor=cast.admin, person=cast.reader, reason="电脑遗失")
    assert refusal.value.code == "not_allowed"
    with pytest.raises(Refused) as refusal:
        s.sessions_end(actor=officer, person=cast.reader)
    assert refusal.value.code == "reason_missing"
    with pytest.raises(OutOfScope):
        s.sessions_end(actor=officer, person=cast.stranger, reason="x")
    assert s.sessions_end(actor=officer, person=cast.reader, reason="电脑遗失") == 1
    assert client.get("/me/").status_code == 302


def test_idle_and_absolute_limits(cast: Cast) -> None:
    start = clock.now()
    with clock.frozen(start):
        client = inside(cast.reader)
    for minutes in range(50, 700, 50):
        with clock.frozen(start + timedelta(minutes=minutes)):
            assert client.get("/me/").status_code == 200
            client.get("/jobs/indicator/")
    with clock.frozen(start + timedelta(hours=12, minutes=1)):
        answer = client.get("/me/")
        assert (answer.status_code, "over=absolute" in answer.url) == (302, True)
    with clock.frozen(start):
        client = inside(cast.reader)
    with clock.frozen(start + timedelta(minutes=40)):
        client.get("/jobs/indicator/")  # the page asks by itself: nobody is there
    with clock.frozen(start + timedelta(minutes=61)):
        answer = client.get("/customers/?name=x")
        assert "next=%2Fcustomers%2F%3Fname%3Dx" in answer.url
        assert "一段时间没有操作" in client.get(answer.url).text
    assert Event.objects.filter(code="access.session_expired").count() == 2


def test_key_changes_at_sign_in_and_after_a_password(cast: Cast) -> None:
    client = Client()
    client.get("/sign-in/")
    client.post("/sign-in/", {"username": "chenxi", "password": PASSWORD})
    first = client.session.session_key
    new = "violet tram gravel"
    client.post("/me/password/", {"old": PASSWORD, "new": new, "again": new})
    assert client.session.session_key != first
    assert client.get("/me/").status_code == 200
    assert OpenSession.objects.get(person=cast.reader).session_key == client.session.session_key


def test_what_changes_about_a_person_acts_at_the_next_request(cast: Cast, officer: Person) -> None:
    """Switched off, password reset, role taken, clearance lowered, role changed: each at once."""
    client = inside(cast.clerk)
    assert client.get("/customers/").status_code == 200
    s.grant_end(actor=officer, grant=cast.clerk.grants.get(), reason="调岗")
    assert client.get("/customers/").status_code == 403
    s.grant_give(actor=officer, person=cast.clerk, role=Role.objects.get(code="reader"), reason="调岗")
    assert client.get("/customers/").status_code == 200
    s.role_change(actor=cast.admin, role=Role.objects.get(code="reader"), actions=[], reason="收紧")
    assert client.get("/customers/").status_code == 403
    s.password_reset(actor=cast.admin, person=cast.clerk, reason="本人忘记")
    assert client.get("/").status_code == 302
    client = inside(cast.head)
    s.person_deactivate(actor=cast.admin, person=cast.head, reason="离职")
    assert "/sign-in/" in client.get("/").headers["Location"]


@pytest.mark.django_db(transaction=True)
def test_queued_work_of_who_was_switched_off_is_not_done(transactional_db: None) -> None:
    from tests.cast import make_cast

    cast = make_cast()
    job = enqueue(
        cast.head, "web.export", args={"kind": "customers.customer", "query": "", "columns": [], "file_kind": "csv"}
    )
    s.person_deactivate(actor=cast.admin, person=cast.head, reason="离职")
    Worker("w").run_once()
    done = Job.objects.get(pk=job.pk)
    assert (done.state, "账号已停用" in done.error) == ("failed", True)
    lost = enqueue(
        cast.clerk, "web.export", args={"kind": "customers.customer", "query": "", "columns": [], "file_kind": "csv"}
    )
    Worker("w").run_once()
    assert "权限" in Job.objects.get(pk=lost.pk).error, "no right to export when the job runs"


def test_download_under_way_stops(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from kedang.business.customers.models import Customer
    from kedang.business.customers.services import customer_create
    from kedang.foundation.web.records import export

    for number in range(6):
        customer_create(actor=cast.archivist, values={"name": f"流水{number}有限公司"})
    assert Customer.objects.count() == 6
    monkeypatch.setattr(export, "STANDING_EVERY", 2)
    client = inside(cast.archivist)
    answer = client.post(reverse("customers:customer-export"), {"format": "csv", "column": ["name"]})
    assert answer.status_code == 200
    s.person_deactivate(actor=cast.admin, person=cast.archivist, reason="离职")
    with pytest.raises(Refused, match="账号已停用"):
        b"".join(answer.streaming_content)


def test_sign_ins_clear_away_what_is_over(cast: Cast) -> None:
    with clock.frozen(clock.now() - timedelta(days=3)):
        old = inside(cast.reader)
    key = old.session.session_key
    inside(cast.head)
    assert not OpenSession.objects.filter(session_key=key).exists()
    assert not Session.objects.filter(session_key=key).exists()


def test_devices_are_told_in_words() -> None:
    assert device_of(CHROME) == "Chrome · Windows"
    assert device_of(CHROME + " Edg/126.0") == "Edge · Windows"
    assert device_of("Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0") == "微信 · Android"
    assert device_of("curl/8") == ""
