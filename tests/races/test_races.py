"""The short form of the races, and the rule that every writing service takes part."""

import importlib
import inspect
import pkgutil
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.cast import make_cast
from tests.races.__main__ import sums
from tests.races.acts import Act, Group
from tests.races.drawing import met, mixes
from tests.races.groups import ELSEWHERE, GROUPS, ROOMS
from tests.races.history import Course, Told
from tests.races.of_customers import DOSSIER
from tests.races.of_furniture import NUMBERS
from tests.races.planted import FAULTS
from tests.races.playing import Clients, play, play_all


def writing_services() -> Iterator[str]:
    """Names of all functions ``noun_verb(*, actor, …)`` of the rooms that race."""
    for room in ROOMS:
        package = importlib.import_module(room)
        modules = [package]
        if hasattr(package, "__path__"):
            below = pkgutil.walk_packages(package.__path__, f"{room}.")
            modules += [importlib.import_module(found.name) for found in below]
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
def test_the_races_can_fail() -> None:
    """Without the version check two changes both succeed; without the value before, the trail is no chain."""
    cast, clients = make_cast(), Clients(8)
    found = {}
    try:
        for name in ("version", "trail"):
            fault = FAULTS[name]
            with fault.planted():
                found[name] = play(DOSSIER, *of(DOSSIER, *fault.acts), cast=cast, clients=clients, rounds=1).findings
    finally:
        clients.close()
    assert any("customer_change succeeded 4 times" in sentence for sentence in found["version"]), found
    assert any(FAULTS["trail"].finding in sentence for sentence in found["trail"]), found


@pytest.mark.django_db(transaction=True)
def test_many_acts_at_once() -> None:
    cast, clients = make_cast(), Clients(6)
    try:
        tally = play_all(NUMBERS, mixes(NUMBERS, least=1, clients=6, seed=3), cast=cast, clients=clients)
    finally:
        clients.close()
    assert tally.findings == []
    assert set(tally.meetings) == met(NUMBERS.acts * 2)


def test_in_the_mixes_every_pair_meets_often_enough() -> None:
    assert len({group.name for group in GROUPS}) == len(GROUPS), "a name stands for one group"
    for group in GROUPS:
        rounds = mixes(group, least=5, clients=16, seed=8)
        meetings = Counter(pair for acts in rounds for pair in met(acts))
        assert len(meetings) == len(group.pairs()) and min(meetings.values()) >= 5
        assert all(len(acts) == 16 for acts in rounds)
        assert rounds == mixes(group, least=5, clients=16, seed=8) != mixes(group, least=5, clients=16, seed=9)


IMPOSSIBLE = (
    ("lent twice", [Told("loan.issued", 1, "prepared", "issued"), Told("loan.issued", 2, "prepared", "issued")]),
    ("while it was issued", [Told("custody.issued"), Told("custody.issued")]),
    ("while it was held", [Told("retention.thing_held"), Told("custody.withdrawn")]),
    ("lay at the desk", [Told("custody.withdrawn")]),
    ("went from prepared to returned", [Told("loan.returned", 1, "issued", "returned")]),
    ("after the request was withdrawn", [
        Told("approvals.case_withdrawn", 9, "running", "withdrawn"), Told("approvals.case_approved", 9, "running", "approved"),
    ]),
    ("from a request that is running", [Told("loan.reserved", 3, case="SQ9")]),
    ("approved, and 0 effects", [Told("approvals.case_approved", 9, "running", "approved")]),
)  # fmt: skip
"""What must be found in an impossible course of one thing, whose loans 1 and 2 lie at the desk."""


@pytest.mark.parametrize(("found", "entries"), IMPOSSIBLE, ids=[one[0] for one in IMPOSSIBLE])
def test_an_impossible_course_is_seen(found: str, entries: list[Told]) -> None:
    course = Course(loans={1: "prepared", 2: "prepared"}, cases={9: "running"}, numbers={"SQ9": 9})
    assert any(found in sentence for sentence in course.read(entries))


def test_a_possible_course_is_left_alone() -> None:
    """Lent, returned, asked for, decided, held."""
    course = Course(loans={1: "prepared"}, cases={9: "running", 8: "running"}, numbers={"SQ9": 9, "SQ8": 8})
    entries = [
        Told("custody.issued"), Told("loan.issued", 1, "prepared", "issued"), Told("approvals.case_approved", 9, "running", "approved"),
        Told("loan.reserved", 2, case="SQ9"), Told("custody.came_back"), Told("loan.returned", 1, "issued", "returned"),
        Told("approvals.case_approved", 8, "running", "approved"), Told("retention.thing_held"),
        Told("retention.hold_in_force", 7, "asked", "in_force", "SQ8"),
    ]  # fmt: skip
    assert course.read(entries) == [] and (course.where, course.held, course.loans) == (
        "in_store",
        1,
        {1: "returned", 2: "reserved"},
    )


def test_the_sums_name_the_pair_that_met_least() -> None:
    usual = {"group": "g", "rounds": 1, "calls": 4, "won": 3, "findings": 0, "slowest_call_ms": 7}
    lines = [
        {"form": "mixed", **usual, "meetings": {"a × b": 2, "a × a": 1}},
        {"form": "pairs", **usual, "meetings": {"a × b": 1}},
        {"form": "planted", "fault": "f", "noticed": True, "findings": 2},
    ]
    found = sums(lines)
    assert (found["pairs"], found["smallest_meetings_of_a_pair"], found["meetings"]) == (2, 1, 4)
    assert (found["calls"], found["told_no"], found["findings"], found["rounds_mixed"]) == (8, 2, 0, 1)
    assert found["planted_faults_noticed"] == {"f": True}
