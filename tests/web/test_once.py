"""A form sent twice acts once (R11): repeats, other contents, mistakes, crashes, all at once."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from kedang.business.customers.models import Customer
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.web.models import Submission
from kedang.foundation.web.once.submissions import clear_old
from tests.cast import make_cast

As = Callable[[str], Client]
CLIENTS = 16


@pytest.fixture(autouse=True)
def real_addresses(settings: Any, trial_addresses: None) -> None:
    settings.ROOT_URLCONF = "kedang.project.urls"


def form(**values: str) -> dict[str, str]:
    typed = {"name": "清江管业有限公司", "address": "沿江路 8 号", "phone": "021-58887766"}
    return {**typed, "_once": "key-0001", **values}


NEW = "/customers/new/?kind=enterprise"


def fitting(client: Client, **values: str) -> dict[str, str]:
    """What the browser would post for a new enterprise."""
    drawn = client.get(NEW)
    assert 'name="_once"' in drawn.text
    inputs = drawn.context["form"]
    shown = {name: inputs[name].value() for name in inputs.fields}
    filled = {name: str(value) for name, value in shown.items() if value not in (None, False)}
    return {**filled, **form(**values)}


def test_a_repeat_leads_to_the_same_place_and_acts_once(as_: As) -> None:
    client = as_("archivist")
    sent = fitting(client)
    first = client.post(NEW, sent)
    assert first.status_code == 302, first.context["form"].errors
    again = client.post(NEW, sent, follow=False)
    assert (again.status_code, again.url, again.headers["Idempotency-Replayed"]) == (302, first.url, "true")
    assert "这张表单已经提交过，没有重复执行。" in client.get(again.url).text
    assert (
        Customer.objects.filter(name=sent["name"]).count()
        == Event.objects.filter(code="customers.created").count()
        == 1
    )


def test_htmx_repeats_and_header_keys_too(as_: As) -> None:
    client = as_("archivist")
    sent = {**fitting(client), "_once": ""}
    head = {"HX-Request": "true", "Idempotency-Key": "header-key-1"}
    first, again = (client.post(NEW, sent, headers=head) for _ in range(2))
    assert first.status_code == again.status_code == 204
    assert first.headers["HX-Redirect"] == again.headers["HX-Redirect"]
    assert Customer.objects.count() == 1


def test_other_contents_under_a_used_key_are_refused_and_kept(as_: As) -> None:
    client = as_("archivist")
    sent = fitting(client)
    client.post(NEW, sent)
    other = client.post(NEW, {**sent, "name": "浣江管业有限公司"})
    assert other.status_code == 409 and "内容与当时不同，没有再次执行" in other.text
    assert Customer.objects.count() == 1
    kept = dict(other.context["kept"])
    assert kept["name"] == "浣江管业有限公司" and "_once" not in kept
    answer = client.post(NEW, {**kept, "confirmed_duplicates": "on", "_once": "key-0002"})
    assert answer.status_code == 302 and Customer.objects.count() == 2


def test_a_mistake_leaves_the_key_free(as_: As) -> None:
    client = as_("archivist")
    sent = fitting(client)
    assert client.post(NEW, {**sent, "name": ""}).status_code == 422
    assert not Submission.objects.exists()
    assert client.post(NEW, sent).status_code == 302
    assert Submission.objects.get().status == 302


def test_keys_belong_to_their_person(as_: As) -> None:
    sent = fitting(as_("archivist"))
    as_("archivist").post(NEW, sent)
    other = as_("salesperson").post(NEW, {**sent, "name": "无关贸易有限公司", "confirmed_duplicates": "on"})
    assert other.status_code == 302
    assert Submission.objects.count() == 2


def test_what_fails_unexpectedly_is_undone_as_a_whole(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    from kedang.business.customers.views.form import CustomerForm

    client = as_("archivist")
    client.raise_request_exception = False
    sent = fitting(client)

    def fail(self: Any, saved: Any) -> str:
        raise RuntimeError("after the service")

    with monkeypatch.context() as broken:
        broken.setattr(CustomerForm, "done_sentence", fail)
        assert client.post(NEW, sent).status_code == 500
    assert not Customer.objects.exists() and not Submission.objects.exists()
    assert client.post(NEW, sent).status_code == 302


def test_old_keys_go(as_: As) -> None:
    client = as_("archivist")
    client.post(NEW, fitting(client))
    assert clear_old() == 0
    Submission.objects.update(created_at=clock.now() - timedelta(hours=49))
    assert clear_old() == 1


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_act_once() -> None:
    people = make_cast()
    opening = Client()
    opening.force_login(people.archivist)
    sent = fitting(opening)
    gate, answers = threading.Barrier(CLIENTS), []

    def send() -> None:
        try:
            client = Client()
            client.cookies = opening.cookies
            gate.wait()
            answers.append(client.post(NEW, sent))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {302} and len({answer.url for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == CLIENTS - 1
    assert Customer.objects.count() == Event.objects.filter(code="customers.created").count() == 1
