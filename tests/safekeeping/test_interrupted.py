"""A restore that is killed leaves the place as it was, or marked so that nothing works over it; the next one makes it whole."""

import os
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping import identities, restoring
from kedang.foundation.safekeeping.interrupted import MARKER, WORK, refuse_interrupted
from kedang.foundation.safekeeping.making import make_set, only_one
from kedang.foundation.safekeeping.restoring import restore
from kedang.foundation.safekeeping.sweeping import sweep_dead
from tests.cast import Cast
from tests.safekeeping.places import DIED, database_of, digests, digests_at, ended, in_place

pytestmark = pytest.mark.django_db(transaction=True)


def dies_at(name: str, call: int) -> Callable[..., Any]:
    """In the child: the process ends, as by SIGKILL, when a step is called for the n-th time."""
    real, calls = getattr(restoring, name), 0

    def step(*words: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            os._exit(DIED)
        return real(*words, **named)

    return step


def test_killed_half_way_it_is_marked_and_the_next_restore_makes_it_whole(
    people: Cast, home: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    before, found, identity = digests(), make_set(), identities.read_identity()
    place = tmp_path / "place"

    def die(name: str, call: int) -> None:
        setattr(restoring, name, dies_at(name, call))
        restore(found, identity)

    def bring_back() -> None:
        answer = restore(found, identity)
        assert answer["engine"] == connection.vendor and digests() == before

    served = connection.vendor == "postgresql"
    with database_of(request.getfixturevalue("server")) if served else nullcontext("") as url:
        assert ended(in_place(place, url, lambda: die("_marked", 1))) == DIED
        assert not (place / MARKER).exists() and not (place / "imports").exists()  # as it was, but for the work folder
        assert ended(in_place(place, url, lambda: die("_move", 3))) == DIED
        assert (place / MARKER).exists()
        assert ended(in_place(place, url, told_so)) == 0
        assert ended(in_place(place, url, bring_back)) == 0
        assert (place / "imports" / "1.sealed").read_bytes() == (home / "imports" / "1.sealed").read_bytes()
        assert not (place / MARKER).exists() and not (place / WORK).exists()
        assert digests_at(url or f"sqlite:///{place / 'kedang.sqlite3'}") == before


def told_so() -> None:
    with pytest.raises(Refused) as refused:
        refuse_interrupted()
    assert refused.value.code == "restore_interrupted" and "kedang backup restore" in refused.value.sentence


def test_one_restore_at_a_time_and_what_a_dead_one_left_is_swept(people: Cast, home: Path) -> None:
    found = make_set()
    (home / WORK).mkdir()
    with only_one(home, "-restore"):
        with pytest.raises(Refused) as refused:
            restore(found, identities.read_identity(), force=True)
        assert "另一次恢复正在进行" in refused.value.sentence
        sweep_dead()
        assert (home / WORK).exists()
    sweep_dead()
    assert not (home / WORK).exists()
