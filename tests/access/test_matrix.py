"""The access matrix: walks the URL resolver as everybody, and fails on an address it does not know, an answer without defences, or a
page that sings a canary to a reader who may not hear it."""

import copy
import re
from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from kedang.foundation.audit.models import Event
from tests.access.canary import NOT_SHOWN, READERS, body_of, canaries, fill, sung, words_of
from tests.access.defended import defended
from tests.access.matrix import MATRIX
from tests.access.papers import Papers
from tests.access.scene import PEOPLE, Scene, addresses

ROWS = {
    parts[1]: (parts[0], [int(status) for status in parts[2:]])
    for line in MATRIX.splitlines()
    if line and not line.startswith("#") and (parts := line.split())
}
EVERYBODY = (*PEOPLE, "")
PLUMBING = ("-results", "-rules", "-columns", "-view-save", "-view-delete")
"""Small addresses of a list: the same classes of the furniture everywhere, so a few people stand for all."""
FEW = {"archivist", "admin", "auditor", "stranger", "", *READERS}

ROOMS = [
    ("web", "access"),
    ("customers", "service"),
    (
        "numbering",
        "jobs",
        "files",
        "safekeeping",
        "intake",
        "approvals",
        "notices",
        "governance",
        "lending",
        "retention",
    ),
    ("holdings",),
]
"""Every room is walked, in shares of about the same length."""


@pytest.fixture
def filled(scene: Scene) -> Scene:
    """The same with canaries; the readers have looked at the dossier before, where they may."""
    fill(scene)
    for who in READERS:
        client = scene.client(who)
        client.get(reverse("customers:customer-detail", args=[scene.customer.pk]))
        client.get(reverse("web:search"), {"q": "青山"})
    return scene


def url_of(scene: Scene, name: str, pattern: str) -> str:
    """The address with its arguments filled in."""
    wanted = re.findall(r"<\w+:(\w+)>", pattern)
    given = scene.arguments_of(name)
    assert set(wanted) <= set(given), f"{name}: scene.py does not say how to fill {wanted}"
    return reverse(name, kwargs={key: given[key] for key in wanted})


def ask(client: Client, method: str, url: str) -> Any:
    """The answer to one request, whose effects are taken back."""
    jar = copy.copy(client.cookies)
    with transaction.atomic():
        response = client.get(url) if method == "GET" else client.post(url)
        body_of(response)
        transaction.set_rollback(True)
    client.cookies = jar
    return response


def test_every_address_has_a_line() -> None:
    known, found = set(ROWS), {name for name, _pattern in addresses()}
    assert not found - known, f"addresses without a line in matrix.py: {sorted(found - known)}"
    assert not known - found, f"lines of addresses that are gone: {sorted(known - found)}"
    assert {name.split(":")[0] for name in known} <= {room for rooms in ROOMS for room in rooms}, (
        "a room that nobody walks"
    )
    assert all(len(statuses) == len(EVERYBODY) for _method, statuses in ROWS.values())


@pytest.mark.slow
@pytest.mark.usefixtures("bare_errors")
@pytest.mark.parametrize("rooms", ROOMS, ids="-".join)
def test_everybody_gets_what_the_matrix_says(filled: Scene, papers: Papers, rooms: tuple[str, ...]) -> None:
    clients = {who: filled.client(who) for who in EVERYBODY}
    hidden, heard, wrong = {who: canaries(filled.person(who)) for who in READERS}, Counter[str](), []
    assert all(hidden.values()), "somebody sees everything: not a reader for this test"
    for name, pattern in addresses():
        if name.split(":")[0] not in rooms:
            continue
        method, expected = ROWS[name]
        url = url_of(filled, name, pattern)
        for who, status in zip(EVERYBODY, expected, strict=True):
            if name.endswith(PLUMBING) and who not in FEW:
                continue
            papers.own = who in READERS
            answer = ask(clients[who], method, url)
            if answer.status_code != status:
                wrong.append(f"{method} {name} as {who or 'nobody'}: {answer.status_code}, not {status}")
            if missing := defended(answer, name):
                wrong.append(f"{method} {name} as {who or 'nobody'} ({answer.status_code}) without {missing}")
            if who in READERS and method == "GET" and answer.status_code not in NOT_SHOWN:
                heard[who] += 1
                wrong += [f"{name} shows {field} to {who}" for field in sung(words_of(answer), hidden[who])]
    assert not wrong, "\n".join(wrong)
    assert all(heard[who] > 3 for who in READERS), heard


@pytest.mark.slow
@pytest.mark.usefixtures("bare_errors")
def test_who_may_not_open_may_not_post(scene: Scene) -> None:
    """Somebody of another company; the auditor posts to every address in ``test_auditor``."""
    who = "stranger"
    client, wrong = scene.client(who), []
    before = Event.objects.filter(category="change").count()
    for name, pattern in addresses():
        _method, expected = ROWS[name]
        if expected[PEOPLE.index(who)] not in {403, 404}:
            continue
        found = ask(client, "POST", url_of(scene, name, pattern)).status_code
        if found not in {403, 404, 405}:
            wrong.append(f"POST {name}: {found}")
    assert not wrong, "\n".join(wrong)
    assert Event.objects.filter(category="change").count() == before


def test_system_administrator_and_officer_read_no_dossier(scene: Scene) -> None:
    for who in ("admin", "officer"):
        client = scene.client(who)
        for name, pattern in addresses():
            if ROWS[name][0] != "GET" or name.split(":")[0] not in {"web", "access", "jobs"}:
                continue
            response = client.get(url_of(scene, name, pattern), {"q": "青山"})
            body = b"".join(response) if response.streaming else response.content
            text = body.decode(errors="ignore").replace("搜索“青山”", "").replace('value="青山"', "")
            assert "青山精密" not in text, f"{name} shows a customer to {who}"


def test_refusal_is_written_down(scene: Scene) -> None:
    client = scene.client("clerk")
    url = reverse("customers:customer-grade", args=[scene.customer.pk])
    assert client.get(url, REMOTE_ADDR="10.0.0.9").status_code == 403
    event = Event.objects.get(code="access.refused")
    assert (event.actor_name, event.address, event.category, event.fonds_id) == (
        "唐果", "10.0.0.9", "refuse", scene.cast.fonds.pk,
    )  # fmt: skip
    assert url in event.meta
    assert "评定客户等级" in event.reason
