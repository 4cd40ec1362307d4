"""The short form of the races, and the rule that every writing service takes part."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest

from tests.cast import make_cast
from tests.races.acts import Act, Group
from tests.races.groups import ELSEWHERE, GROUPS, ROOMS
from tests.races.of_customers import DOSSIER
from tests.races.of_furniture import NUMBERS
from tests.races.playing import Clients, play


def writing_services() -> Iterator[str]:
    """Names of all functions ``noun_verb(*, actor, …)`` of the rooms that race."""
    for room in ROOMS:
        package = importlib.import_module(room)
        modules = [package]
        if hasattr(package, "__path__"):
            modules += [
                importlib.import_module(f"{room}.{found.name}") for found in pkgutil.iter_modules(package.__path__)
            ]
        for module in modules:
            for name, made in inspect.getmembers(module, inspect.isfunction):
                own = inspect.unwrap(made).__module__ == module.__name__
                parameters = inspect.signature(made).parameters
                if own and not name.startswith("_") and "actor" in parameters and "_" in name:
                    if parameters["actor"].kind is inspect.Parameter.KEYWORD_ONLY:
                        yield name


def test_every_writing_service_races_or_says_why_not() -> None:
    racing = {act.name.split()[0] for group in GROUPS for act in group.acts}
    missing = set(writing_services()) - racing - set(ELSEWHERE)
    assert not missing, f"add them to a group in tests/races or to ELSEWHERE with the reason: {sorted(missing)}"


def of(group: Group, *names: str) -> tuple[Act, Act]:
    found = {act.name: act for act in group.acts}
    return found[names[0]], found[names[1]]


@pytest.mark.django_db(transaction=True)
def test_a_few_pairs_in_a_few_rounds() -> None:
    cast, clients = make_cast(), Clients(8)
    try:
        for group, names in (
            (DOSSIER, ("customer_change", "customer_withdraw")),
            (DOSSIER, ("contact_change", "contact_leave")),
            (NUMBERS, ("issue_run", "number_void")),
        ):
            tally = play(group, *of(group, *names), cast=cast, clients=clients, rounds=2)
            assert tally.findings == [] and tally.calls == 16
    finally:
        clients.close()


@pytest.mark.django_db(transaction=True)
def test_the_races_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock and the version check, two changes both succeed, and the trail shows it."""
    from kedang.business.customers.services import customers

    monkeypatch.setattr(customers, "refuse_conflict", lambda *given: None)
    cast, clients = make_cast(), Clients(8)
    try:
        tally = play(DOSSIER, *of(DOSSIER, "customer_change", "customer_change"), cast=cast, clients=clients, rounds=1)
    finally:
        clients.close()
    assert any("customer_change succeeded 8 times" in sentence for sentence in tally.findings)
