"""What is written again from memory is what the program makes: row for row, value for value, with the times of the later test."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import models, transaction

from kedang.business.holdings.models import RetentionPeriod
from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.kernel import clock
from tests import cast as people
from tests import remembered
from tests.holdings import making

pytestmark = pytest.mark.django_db

FIRST, LATER = datetime(2026, 3, 1, 8, tzinfo=UTC), datetime(2026, 9, 9, 9, tzinfo=UTC)


def everything() -> dict[str, list[Any]]:
    """All rows of all tables."""
    return {
        model._meta.label: rows
        for model in remembered.everything()
        if (rows := list(model._base_manager.order_by("pk").values_list()))
    }


def company() -> people.Cast:
    """The beginning of most tests of the archive."""
    cast = people.make_cast()
    making.lay_defaults(cast)
    return cast


def taken_back(moment: datetime, make: Callable[[], Any]) -> tuple[Any, dict[str, list[Any]]]:
    """What it returns and what it leaves in all tables, which are then as before."""
    with clock.frozen(moment), transaction.atomic():
        made, rows = make(), everything()
        transaction.set_rollback(True)
    return made, rows


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> dict[Any, remembered.Memory]:
    """Nothing is remembered yet."""
    memories: dict[Any, remembered.Memory] = {}
    monkeypatch.setattr(remembered, "_memories", memories)
    return memories


def unmade(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on the program makes nothing any more."""

    def refused(*_given: Any) -> None:
        raise AssertionError("made anew")

    monkeypatch.setattr(people, "_made_anew", refused)
    monkeypatch.setattr(making, "ensure_defaults", refused)


def test_row_for_row_the_same(forgetful: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made, rows = taken_back(FIRST, company)
    assert len(rows) > 8
    unmade(monkeypatch)
    again, rows_again = taken_back(FIRST, company)
    assert rows_again == rows
    assert again is not made
    columns = [field.attname for field in Person._meta.concrete_fields]
    for name, person in made.everybody().items():
        assert [getattr(again.everybody()[name], one) for one in columns] == [getattr(person, one) for one in columns]


def test_at_another_time_only_the_times_differ(forgetful: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _made, rows = taken_back(FIRST, company)
    unmade(monkeypatch)
    again, rows_later = taken_back(LATER, company)
    later = {
        label: [tuple(LATER if value == FIRST else value for value in row) for row in found]
        for label, found in rows.items()
    }
    assert later != rows
    assert rows_later == later
    assert {one.created_at for one in again.everybody().values()} == {LATER}


def test_nobody_inherits_what_another_test_did_to_a_person(forgetful: Any) -> None:
    made, _rows = taken_back(FIRST, company)
    made.archivist.name = "someone else"
    again, _rows = taken_back(FIRST, company)
    assert again.archivist.name == "沈砚"


def test_where_the_tables_stand_otherwise_it_is_made_anew(forgetful: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    taken_back(FIRST, company)
    unmade(monkeypatch)
    Fonds.objects.create(code="009", name="先到的公司", created_at=FIRST)
    with pytest.raises(AssertionError, match="made anew"), transaction.atomic():
        company()


def test_what_takes_rows_away_is_not_remembered(forgetful: Any) -> None:
    Fonds.objects.create(code="009", name="先到的公司", created_at=FIRST)
    with pytest.raises(AssertionError, match="takes rows away"), transaction.atomic():
        remembered.remembered("odd", lambda: Fonds.objects.all().delete())
    assert not forgetful


def test_numbers_go_on_behind_what_was_written_again(forgetful: Any) -> None:
    taken_back(FIRST, company)
    made = company()
    new = Person.objects.create(fonds=made.fonds, username="neu", name="新人", created_at=FIRST)
    assert new.pk > max(one.pk for one in made.everybody().values())
    assert isinstance(Person._meta.pk, models.BigAutoField)


def test_what_was_there_already_is_made_where_it_is_not(forgetful: Any) -> None:
    cast = people.make_cast()
    making.ensure_defaults(cast.fonds)
    before = set(forgetful)
    making.lay_defaults_of(cast.fonds)
    assert set(forgetful) == before
    RetentionPeriod.objects.filter(fonds=cast.fonds).update(fonds=cast.other_fonds)
    making.lay_defaults_of(cast.fonds)
    assert RetentionPeriod.objects.filter(fonds=cast.fonds).exists()
