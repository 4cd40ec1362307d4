"""The rule as a query and the rule asked of an object agree, for random people, grants and customers, on both engines."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kedang.business.customers.models import ClassAxis, ClassTerm, Contact, Customer, CustomerClass
from kedang.foundation.access.grants import forget_grants
from kedang.foundation.access.models import Grant, Person, Role
from kedang.foundation.access.policies import can, policy_for, require
from kedang.foundation.access.veil import right_on, shown_scope
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope
from tests.cast import Cast

REGIONS = ("", "440300", "440305", "330000", "330100")
ACTIONS = ("customers.view", "customers.change", "customers.export")

grants_drawn = st.lists(
    st.tuples(
        st.sampled_from(["own", "department", "below", "region", "class", "all"]),
        st.sampled_from(["", "sales", "service", "440000", "440300", "330100", "term", "-1", "x"]),
        st.sets(st.sampled_from(ACTIONS), min_size=1),
        st.sampled_from(["show", "mask", "hide"]),
        st.sampled_from(["now", "now", "now", "now", "past", "future", "ended"]),
    ),
    max_size=4,
)
customers_drawn = st.lists(
    st.tuples(
        st.sampled_from(["none", "me", "other"]),
        st.sampled_from(["none", "sales", "sales_one", "service"]),
        st.sampled_from(REGIONS),
        st.integers(0, 4),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@pytest.fixture
def me(cast: Cast) -> Person:
    cast.reader.grants.all().delete()
    return cast.reader


def make_customers(cast: Cast, me: Person, term: ClassTerm, drawn: list[Any]) -> list[Customer]:
    now = clock.now()
    rows = []
    for number, (owner, department, region, level, _is_classed, is_foreign) in enumerate(drawn):
        row = Customer(
            fonds=cast.other_fonds if is_foreign else cast.fonds, number=f"N{number}", name=f"客户{number}", created_at=now,
            updated_at=now, region_code=region, secrecy_level=level,
            responsible={"none": None, "me": me, "other": cast.colleague}[owner],
            department=None if department == "none" else getattr(cast, department),
        )  # fmt: skip
        rows.append(row)
    Customer.objects.bulk_create(rows)
    Contact.objects.bulk_create([Contact(customer=row, name="甲", mobile="13800138000") for row in rows])
    classed = [row for row, (*_rest, is_classed, _is_foreign) in zip(rows, drawn, strict=True) if is_classed]
    CustomerClass.objects.bulk_create([CustomerClass(customer=row, term=term) for row in classed])
    return rows


def make_grants(cast: Cast, me: Person, term: ClassTerm, drawn: list[Any]) -> None:
    now = clock.now()
    year = 31_536_000
    values = {"sales": str(cast.sales.pk), "service": str(cast.service.pk), "term": str(term.pk)}
    for number, (scope, value, actions, right, time) in enumerate(drawn):
        role = Role.objects.create(
            code=f"drawn{number}", name=f"抽取{number}", actions=sorted(actions), field_rights={"contact": right}
        )
        Grant.objects.create(
            person=me, role=role, scope=scope, scope_value=values.get(value, value),
            valid_from=now + timedelta(seconds=year) if time == "future" else None,
            valid_until=now - timedelta(seconds=60) if time == "past" else None,
            ended_at=now if time == "ended" else None,
        )  # fmt: skip


@pytest.mark.slow
@given(grants=grants_drawn, customers=customers_drawn, clearance=st.integers(0, 4))
@settings(max_examples=50, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_query_and_object_agree(
    cast: Cast, me: Person, grants: list[Any], customers: list[Any], clearance: int, unwound: Any
) -> None:
    with unwound():
        axis = ClassAxis.objects.create(fonds=cast.fonds, code="x", name="维度")
        term = ClassTerm.objects.create(axis=axis, code="1", name="类目")
        make_grants(cast, me, term, grants)
        make_customers(cast, me, term, customers)
        me.clearance = clearance
        forget_grants(me)
        for model, field in ((Customer, "phone"), (Contact, "mobile")):
            policy = policy_for(model)
            for action in ACTIONS:
                by_query = set(model.objects.filter(policy.scope(me, action)).values_list("pk", flat=True))  # type: ignore[attr-defined]
                by_object = {row.pk for row in model.objects.all() if can(me, action, row)}  # type: ignore[attr-defined]
                assert by_query == by_object, (model.__name__, action)
            visible = set(model.objects.filter(policy.scope(me)).values_list("pk", flat=True))  # type: ignore[attr-defined]
            shown = set(model.objects.filter(shown_scope(me, model, "contact")).values_list("pk", flat=True))  # type: ignore[attr-defined]
            clear = {row.pk for row in model.objects.filter(pk__in=visible) if right_on(me, row, field) == "show"}  # type: ignore[attr-defined]
            assert shown == clear, model.__name__
            for row in model.objects.all():  # type: ignore[attr-defined]
                answer = asked(me, "customers.export", row)
                exportable = set(
                    model.objects.filter(policy.scope(me, "customers.export")).values_list("pk", flat=True)
                )  # type: ignore[attr-defined]
                expected = 404 if row.pk not in visible else 200 if row.pk in exportable else 403
                assert answer == expected


def asked(actor: Person, action: str, row: Any) -> int:
    """Answer of ``require`` as a status."""
    try:
        require(actor, action, row)
    except OutOfScope:
        return 404
    except NotAllowed:
        return 403
    return 200


@pytest.fixture
def unwound() -> Any:
    """A block whose rows are taken back at its end, for repeated examples within one test."""

    @contextmanager
    def block() -> Iterator[None]:
        with transaction.atomic():
            try:
                yield
            finally:
                transaction.set_rollback(True)

    return block
