"""Scopes inside the query: whatever the condition, the hits are those of a scan among the rows that the condition selects."""

from typing import Any

import pytest
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kedang.business.customers.models import Customer
from kedang.foundation.search import scope as scoping
from kedang.foundation.search.find import find
from kedang.foundation.search.scope import where_of
from kedang.foundation.search.sources import source_of
from tests.search.library import Known, scan

LEAVES = st.sampled_from(
    [
        Q(), Q(secrecy_level__lte=1), Q(secrecy_level__lte=0), Q(responsible_id=None), Q(responsible_id__isnull=False), Q(region_code=""),
        Q(region_code__startswith="44"), Q(department_id__in=[1, 2]), Q(withdrawn_at__isnull=True), Q(name__contains="夔门"), Q(pk__in=[]),
        Q(pk__lte=450), Q(party_kind="enterprise"), Q(party_kind="individual"), Q(responsible__username="zhouhang"),
    ]
)  # fmt: skip
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(lambda a, b: a & b, inner, inner)
        | st.builds(lambda a, b: a | b, inner, inner)
        | inner.map(lambda q: ~q)
    ),
    max_leaves=5,
)


@pytest.mark.parametrize("narrow", [0, 5000])
def test_any_condition_limits_the_hits_exactly(
    library: dict[int, Known], plan: str, narrow: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoping, "NARROW", narrow)
    hits = {text: scan(library, text) for text in ("公司", "zs")}

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(CONDITIONS, st.sampled_from(sorted(hits)))
    def check(condition: Q, text: str) -> None:
        rows = set(Customer.objects.filter(condition).values_list("pk", flat=True))
        result = find("customer", text, condition, page_size=1000)
        assert (set(result.ids), result.total) == (hits[text] & rows, len(hits[text] & rows)), condition

    check()


def test_ordinary_scopes_are_asked_of_the_document_alone(cast: Any) -> None:
    source = source_of("customer")
    everything = where_of(source, Q(fonds_id=1, secrecy_level__lte=3) & Q(withdrawn_at__isnull=True))
    assert everything.is_company_wide and "customers_customer" not in everything.sql
    own = where_of(
        source, Q(fonds_id=1) & (Q(responsible_id=3) | Q(department_id__in=[4, 5]) | Q(region_code__startswith="44"))
    )
    assert not own.is_company_wide and "customers_customer" not in own.sql
    other = where_of(source, Q(fonds_id=1) & Q(party_kind="enterprise"))
    assert "customers_customer" in other.sql and "fonds_id" in other.sql.split("customers_customer")[0]
    assert where_of(source, Q(fonds_id=1) & Q(pk__in=[])).is_nothing
