"""One library for the tests of searching, and the means to force a plan."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from kedang.foundation.search import dialect
from tests.cast import Cast, make_cast
from tests.search.library import Known, owners, stock

COUNT = 900


@pytest.fixture(scope="module")
def shelves(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Cast, dict[int, Known]]]:
    """The cast and 900 customers, every third in the salesperson's care, written once for all tests of a module.

    More customers than the sample that chooses the plan; each test's own changes are rolled back to here.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        cast = make_cast()
        yield cast, stock(cast.fonds, COUNT, responsible_id=owners(cast.salesperson, 3))
        transaction.set_rollback(True)


@pytest.fixture
def library(shelves: tuple[Cast, dict[int, Known]], db: None) -> dict[int, Known]:
    """What the scan knows of the customers on the shelves."""
    return shelves[1]


@pytest.fixture
def cast(shelves: tuple[Cast, dict[int, Known]], db: None) -> Cast:
    """The cast of the shelves."""
    return shelves[0]


@pytest.fixture(params=["walk", "index", "few", "chosen"])
def plan(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Each plan in turn must give the same answer."""
    chosen = dialect.dialect()
    if request.param != "chosen":
        expensive: Any = lambda *args: 1e9  # noqa: E731
        cheap: Any = lambda *args: 0.0  # noqa: E731
        monkeypatch.setattr(type(chosen), "walk_cost", cheap if request.param == "walk" else expensive)
        monkeypatch.setattr(type(chosen), "index_cost", cheap if request.param == "index" else expensive)
    yield request.param
