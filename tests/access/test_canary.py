"""A canary in every sensitive field, and no exit that sings it to who may not hear: lists, search, suggestions, history, export,
error texts. The pages that are there to be opened are listened to where all of them are walked, in ``test_matrix``."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kedang.business.customers.models import Customer
from tests.access.canary import CHANGED, CUSTOMER, NOT_SHOWN, READERS, canaries, fill, sung, words_of
from tests.access.scene import Scene


@pytest.fixture(scope="module")
def stage(stage: Scene) -> Scene:
    """Filled with canaries, once."""
    fill(stage)
    return stage


def exits(scene: Scene, client: Client) -> Iterator[tuple[str, Any]]:
    """What is asked for in particular: history, exports, an error text, dossiers that resemble."""
    key = scene.customer.pk
    yield "history of everything", client.get(reverse("customers:customer-history", args=[key]), {"what": "all"})
    yield "history of a day", client.get(reverse("customers:customer-history", args=[key]), {"on": "2099-01-01"})
    for kind in ("csv", "xlsx"):
        yield (
            f"export as {kind}",
            client.post(reverse("customers:customer-export"), {"format": kind, "column": every_column()}),
        )
        yield f"register as {kind}", client.post(reverse("customers:register-export"), {"format": kind})
        yield f"trail as {kind}", client.post(reverse("access:event-export"), {"format": kind})
    for name in ("customers:customer-unmask", "customers:contact-unmask"):
        yield f"{name} without reason", client.post(reverse(name, kwargs=scene.arguments_of(name)), {"reason": ""})
    yield (
        "duplicates",
        client.post(reverse("customers:duplicates"), {"name": "青山精密机械有限公司", "mobile": CUSTOMER["mobile"]}),
    )


def every_column() -> list[str]:
    """All fields by name, whether the reader may see them or not."""
    return [field.name for field in Customer._meta.concrete_fields]


@pytest.mark.slow
@pytest.mark.parametrize("who", READERS)
def test_no_exit_sings(scene: Scene, who: str) -> None:
    hidden = canaries(scene.person(who))
    assert hidden, f"{who} sees everything: not a reader for this test"
    leaks, checked = [], 0
    client = scene.client(who)
    for name, response in exits(scene, client):
        if response.status_code in NOT_SHOWN:
            continue
        checked += 1
        leaks += [f"{name} shows {field} to {who}" for field in sung(words_of(response), hidden)]
    assert checked >= 2
    assert not leaks, "\n".join(leaks)


@pytest.mark.slow
@pytest.mark.parametrize("who", ["reader", "auditor"])
def test_search_and_conditions_are_no_oracle(scene: Scene, who: str) -> None:
    """A masked value, whole or its tail, finds exactly what a word finds that is nowhere."""
    client, told = scene.client(who), []
    for field, value in canaries(scene.person(who)):
        name = field.split(".")[1]
        for text in {value, value[-4:]} if value[-4:].isdigit() else {value}:
            for kind, (url, query) in questions(name).items():
                right, wrong = (finds(client, url, query, word) for word in (text, "没有这样的词"))
                if right != wrong:
                    told.append(f"{kind} by {field}: {text}")
    assert not told, "\n".join(told)


def questions(name: str) -> dict[str, tuple[str, tuple[tuple[str, str], ...]]]:
    """Ways to ask for a text: address and parameters, ``{}`` stands for the text."""
    customers = reverse("customers:customer-list")
    return {
        "search": (reverse("web:search"), (("q", "{}"),)),
        "condition": (customers, ((name, "{}"),)),
        "name or number": (customers, (("name", "{}"), ("q", "{}"))),
        "rule": (customers, (("cf", name), ("co", "eq"), ("cv", "{}"))),
    }


_known: dict[tuple[Any, ...], bool] = {}


def finds(client: Client, url: str, query: tuple[tuple[str, str], ...], word: str) -> bool:
    """Whether the customer comes up."""
    key = (client.cookies["kedang_session"].value, url, query, word)
    if key not in _known:
        _known[key] = "青山精密" in words_of(client.get(url, {name: value.format(word) for name, value in query}))
    return _known[key]


def test_the_test_hears_a_canary(scene: Scene) -> None:
    """Who may see everything hears them all: the ear is not deaf."""
    manager = scene.client("manager")
    page = words_of(manager.get(reverse("customers:customer-detail", args=[scene.customer.pk])))
    history = words_of(manager.get(reverse("customers:customer-history", args=[scene.customer.pk])))
    assert sung(page, [("bank", CHANGED["bank_account"]), ("mobile", CUSTOMER["mobile"])]) == ["bank", "mobile"]
    assert sung(history, [("old", CUSTOMER["bank_account"]), ("new", CHANGED["bank_account"])]) == ["old", "new"]
