"""What a prepared query gives within an actor's reach is what the queryset gives, for every person, and follows their rights at once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import Count, Q

from kedang.business.customers.models import Customer
from kedang.business.lending.models import Loan, UseRequest
from kedang.foundation.access import prepared as module
from kedang.foundation.access.models import Grant, Person, Role
from kedang.foundation.access.policies import Policy, policy_for
from kedang.foundation.access.prepared import PreparedWithin
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.prepared import Prepared, one_row
from tests.cast import Cast
from tests.customers.making import make_customer
from tests.lending.test_sharing import served, shared
from tests.lending.using import fresh

pytestmark = pytest.mark.django_db


def make_some(cast: Cast) -> None:
    """Dossiers of several departments, people, regions and levels, and one that is shared."""
    for number, department in enumerate((cast.sales, cast.sales_one, cast.service, cast.head_office)):
        for level in (0, 1, 2):
            make_customer(
                cast.archivist, name=f"第{number}{level}纸业有限公司", department=department, secrecy_level=level,
                responsible=(cast.salesperson, cast.head, None)[level], region_code=("440305", "310115")[number % 2],
            )  # fmt: skip
    served(cast)
    shared(cast)


def keys() -> PreparedWithin[Customer]:
    return PreparedWithin(Customer, lambda rows: rows.order_by("id"))


def test_the_same_rows_for_everybody(cast: Cast) -> None:
    make_some(cast)
    people, prepared = list(cast.everybody().values()), keys()
    counted = PreparedWithin(Customer, lambda rows: rows.order_by().values_list("pk")[:3])
    figures = PreparedWithin(
        Customer,
        lambda rows, me, at: one_row(
            rows, all=Count("pk"), mine=Count("pk", filter=Q(responsible_id=me, created_at__lte=at))
        ),
        me=int,
        at=datetime,
    )
    seen = set()
    for person in people * 2:
        person = fresh(person)
        expected = list(Customer.objects.visible_to(person).order_by("id"))
        assert prepared.rows(person) == expected, person.name
        assert counted.count(person) == min(3, len(expected)), person.name
        mine = sum(1 for one in expected if one.responsible_id == person.pk)
        told = [tuple(row) for row in figures.tuples(person, me=person.pk, at=clock.now() + timedelta(days=1))]
        assert told == [(len(expected), mine)] or told == expected == [], person.name
        seen.add(tuple(one.pk for one in expected))
    assert len(seen) > 4, "people with different reach were compared"


def test_who_has_the_same_rule_shares_its_sql_and_nothing_else(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two salespeople: one form, each with their own dossiers."""
    make_some(cast)
    reader, role = cast.reader, Role.objects.get(code="salesperson")
    reader.grants.all().delete()
    Grant.objects.create(person=reader, role=role, scope="own")
    Person.objects.filter(pk=reader.pk).update(
        department=cast.salesperson.department, clearance=cast.salesperson.clearance
    )
    make_customer(cast.archivist, name="别人的纸业有限公司", responsible=reader)
    prepared, built = keys(), []
    worked_out = Prepared._worked_out
    monkeypatch.setattr(Prepared, "_worked_out", lambda self, wired: built.append(self) or worked_out(self, wired))
    for person in (cast.salesperson, reader):
        found = prepared.rows(fresh(person))
        assert found == list(Customer.objects.visible_to(fresh(person)).order_by("id")) and found
    assert len(built) == len(prepared.forms) == 1


def test_rights_that_change_are_followed_at_the_next_question(cast: Cast) -> None:
    make_some(cast)
    prepared, person = keys(), cast.reader
    for scope, value in (("all", ""), ("region", "440000"), ("department", str(cast.service.pk)), ("own", "")):
        person.grants.all().delete()
        Grant.objects.create(person=person, role=Role.objects.get(code="salesperson"), scope=scope, scope_value=value)
        assert prepared.rows(fresh(person)) == list(Customer.objects.visible_to(fresh(person)).order_by("id"))
    Person.objects.filter(pk=person.pk).update(clearance=0)
    assert prepared.rows(fresh(person)) == list(Customer.objects.visible_to(fresh(person)).order_by("id"))
    person.grants.all().delete()
    assert prepared.rows(fresh(person)) == []


def test_a_rule_that_cannot_be_compared_is_asked_as_ever(cast: Cast) -> None:
    """Rules with a query in them have no form."""
    prepared = PreparedWithin(UseRequest, lambda rows: rows.order_by("id"))
    assert prepared.rows(fresh(cast.archivist)) == [] and prepared.count(fresh(cast.archivist)) == 0
    assert not prepared.forms


def test_forms_tell_apart_what_sql_tells_apart() -> None:
    def form(rule: Q) -> tuple[Any, list[int]]:
        own: list[int] = []
        return module._form(rule, own), own

    assert form(Q(fonds_id=1, level__lte=3)) == form(Q(fonds_id=1) & Q(level__lte=3))
    assert form(Q(fonds_id=1))[0] == form(Q(fonds_id=2))[0] and form(Q(fonds_id=2))[1] == [2]
    different = [
        Q(a=1), Q(a=True), Q(a="1"), Q(a=2), ~Q(a=1), Q(a=1) | Q(b=1), Q(a=1) & Q(b=1), Q(a__in=[1]), Q(a__in=[1, 2]), Q(a__in=[True]),
        Q(x_id=1), Q(y_id=1), Q(x_id=None), Q(x_id__in=[1]), Q(), Q(pk__in=[]),
    ]  # fmt: skip
    for at, one in enumerate(different):
        for other in different[at + 1 :]:
            assert form(one)[0] != form(other)[0], (one, other)
    for odd in (Q(a__in=Loan.objects.all()), Q(a=clock.now()), Q(a=object())):
        with pytest.raises(module.Unlike):
            form(odd)


def test_no_more_forms_than_are_kept(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_FORMS", 2)
    prepared, policy = keys(), policy_for(Customer)
    for level in range(5):
        monkeypatch.setattr(Policy, "scope", lambda self, actor, code="", level=level: Q(secrecy_level__lte=level))
        assert policy and prepared.rows(fresh(cast.archivist)) == []
        assert len(prepared.forms) <= 2
