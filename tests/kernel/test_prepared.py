"""A prepared query gives what its queryset gives, works its SQL out once, and refuses values it does not ask for."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext

from kedang.foundation.access.models import Grant, Person
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.prepared import Prepared
from tests.cast import Cast


@pytest.mark.django_db
def test_rows_are_those_of_the_queryset_with_what_is_joined_and_annotated(cast: Cast) -> None:
    built: list[int] = []

    def build(pk: int) -> QuerySet[Person]:
        built.append(pk)
        found: QuerySet[Person] = Person.objects.select_related("fonds__sign_in_policy").filter(pk=pk)
        return found.annotate(twice=F("clearance") * 2)

    prepared = Prepared(build, pk=int)
    for person in cast.everybody().values():
        with CaptureQueriesContext(connection) as asked:
            found: Any = prepared.first(pk=person.pk)
            assert found is not None and found == person and found.fonds == person.fonds
            assert found.twice == person.clearance * 2
            assert not found._state.adding and found._state.db == "default"
        assert len(asked) == 1, "the company came along"
        plain = Person.objects.get(pk=person.pk)
        assert {name: value for name, value in vars(found).items() if name in vars(plain) and name != "_state"} == {
            name: value for name, value in vars(plain).items() if name != "_state"
        }
    assert len(built) == 1
    assert prepared.rows(pk=0) == [] and prepared.first(pk=0) is None


@pytest.mark.django_db
def test_moments_and_repeated_values_are_bound_anew(cast: Cast) -> None:
    prepared = Prepared(
        lambda person_id, moment: Grant.objects.filter(person_id=person_id, person__created_at__lte=moment, person__is_active=True)
        .exclude(person__created_at__gt=moment).select_related("role").order_by("-id"),
        person_id=int, moment=datetime,
    )  # fmt: skip
    now = clock.now()
    for person in cast.everybody().values():
        expected = list(Grant.objects.filter(person=person).order_by("-id"))
        found = prepared.rows(person_id=person.pk, moment=now + timedelta(days=1))
        assert found == expected and [row.role.actions for row in found] == [row.role.actions for row in expected]
        assert prepared.rows(person_id=person.pk, moment=now - timedelta(days=4000)) == []


@pytest.mark.django_db
def test_a_value_that_the_query_does_not_ask_for_is_a_mistake_of_the_programmer() -> None:
    with pytest.raises(ValueError, match="moment"):
        Prepared(lambda pk, moment: Person.objects.filter(pk=pk), pk=int, moment=datetime).rows(
            pk=1, moment=clock.now()
        )


@pytest.mark.django_db
def test_bare_rows_and_what_is_not_found(cast: Cast) -> None:
    prepared = Prepared(
        lambda fonds_id: Person.objects.filter(fonds_id=fonds_id).values_list("id", "name"), fonds_id=int
    )
    fonds_id = next(iter(cast.everybody().values())).fonds_id
    assert set(prepared.tuples(fonds_id=fonds_id)) == set(
        Person.objects.filter(fonds_id=fonds_id).values_list("id", "name")
    )
    assert prepared.tuples(fonds_id=0) == []
