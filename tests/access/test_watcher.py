"""The smoke alarm rings when it must, and only then."""

import pytest
from django.db import transaction

from kedang.foundation.access import services
from kedang.foundation.access.models import Person
from kedang.foundation.access.services import people
from tests.cast import Cast
from tests.watcher import Watcher


def test_service_that_records_is_quiet(cast: Cast, watched: Watcher) -> None:
    services.person_change(actor=cast.admin, person=cast.reader, title="组长")
    assert watched.faults == []


def test_service_that_forgets_its_event_is_told(cast: Cast, watched: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "record", lambda *_args, **_kwargs: None)
    services.person_change(actor=cast.admin, person=cast.reader, title="组长")
    assert [fault.writes for fault in watched.faults] == [("UPDATE access_person",)]
    assert "services/people.py" in watched.faults[0].where
    watched.faults.clear()


def test_event_of_another_transaction_does_not_count(
    cast: Cast, watched: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "record", lambda *_args, **_kwargs: None)
    services.department_create(actor=cast.admin, name="新部门")
    services.person_change(actor=cast.admin, person=cast.reader, title="组长")
    assert len(watched.faults) == 1
    watched.faults.clear()


def test_rolled_back_change_is_forgiven(cast: Cast, watched: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "record", lambda *_args, **_kwargs: None)
    with pytest.raises(RuntimeError), transaction.atomic():
        services.person_change(actor=cast.admin, person=cast.reader, title="组长")
        raise RuntimeError
    assert watched.faults == []


def test_what_a_test_prepares_is_not_watched(cast: Cast, watched: Watcher) -> None:
    Person.objects.filter(pk=cast.reader.pk).update(title="组长")
    assert watched.faults == []
