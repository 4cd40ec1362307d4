"""Writing the index: whole, in parts, over and over, and out again; the same answers by every way in."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import Q

from kedang.business.customers import services
from kedang.business.customers.models import Customer
from kedang.business.customers.search import KIND, documents_of
from kedang.foundation.search import index
from kedang.foundation.search.documents import Encoded, Line, encode, line_of
from kedang.foundation.search.find import find, find_ids
from kedang.foundation.search.models import SearchDocument
from kedang.foundation.search.sources import SearchSource, register, source_of
from tests.customers.making import make_customer
from tests.search.library import Known, scan


def state() -> list[tuple[Any, ...]]:
    """Everything in the document table."""
    return sorted(SearchDocument.objects.values_list())


@pytest.mark.parametrize("size", [3, 200])
def test_putting_again_changes_nothing_and_replaces_what_changed(library: dict[int, Known], size: int) -> None:
    before, some = state(), sorted(library)[:size]
    index.put(KIND, documents_of(some))
    assert state() == before
    Customer.objects.filter(pk__in=some).update(name="翡翠湖畔用品社")
    index.put(KIND, documents_of(some))
    assert set(find(KIND, "翡翠湖", Q(), page_size=size).ids) == set(some)
    assert not set(find(KIND, "公司", Q(), page_size=1000).ids) & set(some)
    assert len(state()) == len(before)


def test_new_rows_come_in_by_the_quick_way(library: dict[int, Known]) -> None:
    some = sorted(library)[:300]
    plain = [(one, encode(document)) for one, document in documents_of(some)]
    encoded: list[tuple[int, Encoded | Line]] = [
        (one, line_of(document)) if one % 2 else (one, document) for one, document in plain
    ]
    assert [read.read() for _, read in encoded if isinstance(read, Line)] == [
        document for one, document in plain if one % 2
    ]
    before = state()
    index.remove(KIND, some)
    assert len(state()) == len(before) - 300 and not set(find(KIND, "公", Q(), page_size=1000).ids) & set(some)
    assert index.put_many(KIND, iter(encoded), are_new=True) == 300
    index.put_many(KIND, encoded[:5])
    index.settle()
    assert state() == before and index.size(KIND) == len(before)
    assert set(find(KIND, "公司", Q(), page_size=1000).ids) == scan(library, "公司")


def test_rebuilding_reports_and_gives_the_same(library: dict[int, Known]) -> None:
    before, done = state(), []
    assert index.rebuild(KIND, done.append) == len(before) and done[-1] == len(before)
    assert state() == before


def test_ids_alone_are_those_of_the_hits(library: dict[int, Known]) -> None:
    assert set(find_ids(KIND, "中山 阀", Q())) == scan(library, "中山 阀")
    assert len(find_ids(KIND, "公", Q(), cap=100)) == 100


def test_dossiers_carry_their_index_along(library: dict[int, Known], cast: Any) -> None:
    customer = make_customer(cast.archivist, name="翡翠湖畔用品社")
    assert find(KIND, "feicuihu", Q()).ids == [customer.pk]
    services.customer_withdraw(actor=cast.archivist, customer=customer, reason="录入重复")
    assert find(KIND, "翡翠湖", Q()).total == 0


def test_a_record_that_left_the_scope_is_not_shown(library: dict[int, Known]) -> None:
    one = min(scan(library, "夔门"))
    Customer.objects.filter(pk=one).update(secrecy_level=4)
    assert one not in find(KIND, "夔门", Q(secrecy_level__lte=1), page_size=1000).ids


def test_kinds_with_one_code_or_one_letter_twice_are_refused() -> None:
    customer = source_of(KIND)
    twice = (customer.fields[0], customer.fields[0])
    with pytest.raises(ValueError, match="letters"):
        register(SearchSource("other", 9, Customer, twice, documents_of, list))
    with pytest.raises(ValueError, match="same code"):
        register(SearchSource("other", customer.code, Customer, customer.fields, documents_of, list))


def test_plans_read_no_table_from_end_to_end(library: dict[int, Known]) -> None:
    if connection.vendor != "postgresql":
        rows = plan_of(
            "SELECT search_grams.rowid FROM search_grams WHERE search_grams MATCH '\"中山\"' ORDER BY rowid DESC"
        )
        assert "VIRTUAL TABLE" in rows and "TEMP B-TREE" not in rows
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_seqscan', 'off', true)")
    asked = "SELECT id FROM search_document WHERE tokens @@ '''夔门'''::tsquery AND id + 0 BETWEEN 1 AND 9 LIMIT 50"
    assert "search_document_tokens" in plan_of(asked)


def plan_of(sql: str) -> str:
    """The engine's plan as text."""
    with connection.cursor() as cursor:
        cursor.execute(("EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN ") + sql)
        return "\n".join(" ".join(map(str, row)) for row in cursor.fetchall())
