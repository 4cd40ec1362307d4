"""Every group in mixed rounds and pair by pair (see docs/operate/proof.md); started by ``python -m tests.races``.

Environment ``KEDANG_TEST_…``: ``ROUNDS`` in which every pair meets at least in the mixed form, ``PAIR_ROUNDS`` of each pair by itself,
``CLIENTS``, ``SEED``, ``GROUP`` (only these, with commas between), ``PLANT`` (a fault), ``PROVE`` (afterwards every fault for a moment),
``REPORT`` (lines of figures). Not collected by ``make test``.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from tests.cast import Cast, make_cast
from tests.engine import ENGINE
from tests.races.acts import Act, Group
from tests.races.drawing import mixes
from tests.races.groups import GROUPS
from tests.races.planted import FAULTS
from tests.races.playing import Clients, Tally, play, play_all


def whole(name: str, usual: int) -> int:
    """A number of the environment."""
    return int(os.environ.get(f"KEDANG_TEST_{name}") or usual)


ROUNDS, PAIR_ROUNDS = whole("ROUNDS", 200), whole("PAIR_ROUNDS", 0)
CLIENTS, SEED = whole("CLIENTS", 16), whole("SEED", 1)
ONLY = [name for name in os.environ.get("KEDANG_TEST_GROUP", "").split(",") if name]
PLANT = os.environ.get("KEDANG_TEST_PLANT", "")
PROVE = bool(os.environ.get("KEDANG_TEST_PROVE"))
REPORT = os.environ.get("KEDANG_TEST_REPORT", "")
AT_ONCE = 50
"""Mixed rounds of one case: cases are what two processes share out between them."""
TAKEN = [group for group in GROUPS if not ONLY or group.name in ONLY]
Case = Callable[[Cast, Clients], None]


def cases() -> Iterator[Any]:
    """Everything that is asked for: groups in mixed rounds, acts against all from their own on, planted faults.

    The groups take turns, so that a run which is broken off has played the same part of each.
    """
    parts = []
    for group in TAKEN:
        rounds = mixes(group, least=ROUNDS, clients=CLIENTS, seed=SEED) if ROUNDS else []
        parts += [
            (start / len(rounds), group, start, rounds[start : start + AT_ONCE])
            for start in range(0, len(rounds), AT_ONCE)
        ]
    for _part, group, start, rounds in sorted(parts, key=itemgetter(0)):
        yield pytest.param(partial(mixed, group, rounds), id=f"mixed-{group.name}-{start}")
    for group in TAKEN:
        for act in group.acts if PAIR_ROUNDS else ():
            yield pytest.param(partial(pairs, group, act), id=f"pairs-{group.name}-{act.name}")
    for name, fault in FAULTS.items():
        if PROVE and ENGINE in fault.engines:
            yield pytest.param(partial(planted, name), id=f"planted-{name}")


@pytest.fixture(scope="session")
def cast(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """One base for all cases of a process: every round makes its own ground."""
    with django_db_blocker.unblock():
        yield make_cast()


@pytest.fixture(scope="session")
def clients(cast: Cast) -> Iterator[Clients]:
    """The threads, with the fault when one is planted."""
    made = Clients(CLIENTS)
    try:
        if PLANT:
            with FAULTS[PLANT].planted():
                yield made
        else:
            yield made
    finally:
        made.close()


@pytest.mark.django_db
def test_the_base_is_there(cast: Cast) -> None:
    """The mark of this one case makes pytest-django set the base up; the others share it and empty nothing."""
    assert type(cast.archivist).objects.filter(pk=cast.archivist.pk).exists()


def mixed(group: Group, rounds: Sequence[Sequence[Act]], cast: Cast, clients: Clients) -> None:
    """Rounds in which the clients do many acts of the group at once."""
    began = time.monotonic()
    report("mixed", group, play_all(group, rounds, cast=cast, clients=clients), began)


def pairs(group: Group, first: Act, cast: Cast, clients: Clients) -> None:
    """An act against every act from its own on."""
    began, tally = time.monotonic(), Tally()
    for one, second in group.pairs():
        if one is first:
            tally.add(play(group, one, second, cast=cast, clients=clients, rounds=PAIR_ROUNDS))
    report("pairs", group, tally, began)


def planted(name: str, cast: Cast, clients: Clients) -> None:
    """A few mixed rounds with a fault; what is found does not count as a finding of the run."""
    fault = FAULTS[name]
    whole_group = next(group for group in GROUPS if group.name == fault.group)
    group = replace(whole_group, acts=tuple(act for act in whole_group.acts if act.name in fault.acts))
    with fault.planted():
        rounds = mixes(group, least=3, clients=CLIENTS, seed=SEED)
        tally = play_all(group, rounds, cast=cast, clients=clients)
    noticed = any(fault.finding in sentence for sentence in tally.findings)
    write({"form": "planted", "fault": name, "noticed": noticed, "findings": sum(tally.kinds.values())})
    if not noticed:
        pytest.fail(f"{name} was planted and not noticed; found instead: {tally.findings[:5]}", pytrace=False)


def report(form: str, group: Group, tally: Tally, began: float) -> None:
    """A line for the sums; what was found fails the case."""
    write({
        "form": form, "group": group.name, "rounds": tally.rounds, "calls": tally.calls, "won": tally.won,
        "findings": sum(tally.kinds.values()), "kinds": tally.kinds, "slowest_call_ms": round(tally.slowest * 1000),
        "seconds": round(time.monotonic() - began, 1), "meetings": {" × ".join(pair): n for pair, n in tally.meetings.items()},
    })  # fmt: skip
    if tally.kinds:
        pytest.fail(
            "\n".join(f"{count} × {sentence}" for sentence, count in tally.kinds.most_common(40)), pytrace=False
        )


def write(line: dict[str, Any]) -> None:
    """Lines of several processes follow each other in one file."""
    if REPORT:
        with Path(REPORT).open("a", encoding="utf-8") as out:
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


@pytest.mark.unwatched
@pytest.mark.parametrize("case", cases())
def test_races(case: Case, cast: Cast, clients: Clients) -> None:
    case(cast, clients)
