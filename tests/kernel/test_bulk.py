"""The bulk path writes what the ordinary one would, whatever the text."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from kedang.business.customers.models import Customer
from kedang.foundation.access.models import Fonds
from kedang.foundation.audit.bulk import record_set
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.record import Entry, SubjectRef, record_many
from kedang.foundation.audit.vocabulary import EventType
from kedang.foundation.kernel import bulk, clock
from kedang.foundation.kernel.actors import SYSTEM
from kedang.foundation.search import index

ODD = [
    "平常",
    "制表\t符",
    "换\n行\r\n",
    "反\\斜\\n杠",
    "'引'\"号\"",
    "%s 100%",
    "𠮷野家",
    "\\N",
    "",
    "a\x0bb\x0cc\x08d",
]
CHANGED = EventType("tests.bulk", "批量", "change")


@pytest.mark.parametrize("times", [1, 5])
@pytest.mark.django_db
def test_any_text_comes_back_as_it_was(times: int) -> None:
    names = ODD * times
    at = clock.now()
    shape = bulk.shape_of(Fonds, head=("id", "code"), varying=("name", "short_name"), constants={"created_at": at})
    ids = list(bulk.reserve_ids(Fonds, len(names)))
    rows = [((key, f"c{key}"), shape.tail((name, name[:40]))) for key, name in zip(ids, names, strict=True)]
    with transaction.atomic():
        bulk.insert_rows(shape, rows)
        record_set(SYSTEM, CHANGED, "access.fonds", [(key, "x", "") for key in ids], fonds_id=None)
    found = list(Fonds.objects.filter(pk__in=ids).order_by("id"))
    assert [one.name for one in found] == names == [one.short_name for one in found]
    assert {one.created_at for one in found} == {at} and {one.is_demo for one in found} == {False}
    assert Fonds.objects.create(code="next", name="next", created_at=at).pk == ids[-1] + 1
    with transaction.atomic():
        record_set(SYSTEM, CHANGED, "access.fonds", [(1, "x", "")], fonds_id=None)


@pytest.mark.django_db
def test_rows_may_be_all_tail() -> None:
    shape = bulk.shape_of(Fonds, head=(), varying=("code", "name"), constants={"created_at": clock.now()})
    with transaction.atomic():
        bulk.insert_rows(shape, [((), shape.tail((f"t{n}", name))) for n, name in enumerate(ODD)])
    assert list(Fonds.objects.filter(code__startswith="t").order_by("id").values_list("name", flat=True)) == ODD


@pytest.mark.django_db
def test_a_set_is_recorded_like_many_single_acts() -> None:
    at = clock.now()
    numbers = range(1, 3 * bulk.LOT - 20)  # some lots, and rows that make no whole one
    refs = [(n, f"对象{n}\t'%", '{"name":[null,"青\\\\山"]}') for n in numbers]
    with clock.frozen(at), transaction.atomic():
        record_set(
            SYSTEM, CHANGED, "a.b", refs, fonds_id=7, reason="因为%s", meta={"batch": 1}, parent=("c.d", numbers)
        )
        entries = [
            Entry(SubjectRef("a.b", n, label, "c.d", n, 7), None, "因为%s", {"batch": 1}, changes)
            for n, label, changes in refs
        ]
        record_many(SYSTEM, CHANGED, entries)
    rows = list(Event.objects.order_by("id").values())
    for row in rows:
        row.pop("id")
    assert rows[: len(refs)] == rows[len(refs) :]


@pytest.mark.django_db(transaction=True)
def test_a_change_is_recorded_inside_its_transaction_only() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        record_set(SYSTEM, CHANGED, "a.b", [(1, "x", "")], fonds_id=None)


@pytest.mark.django_db(transaction=True)
def test_vacuum_runs_alone_and_never_inside_a_transaction(engine: str) -> None:
    with CaptureQueriesContext(connection) as alone:
        bulk.vacuum(Customer)
    with transaction.atomic(), CaptureQueriesContext(connection) as inside:
        bulk.vacuum(Customer)
    assert [query["sql"] for query in alone] == (['VACUUM "customers_customer"'] if engine == "postgresql" else [])
    assert not inside.captured_queries


@pytest.mark.django_db(transaction=True)
def test_what_an_engine_is_told_while_much_is_written_ends_with_it(engine: str) -> None:
    def told() -> list[object]:
        asked = ["SHOW default_statistics_target"]
        if engine == "sqlite":
            asked = ["PRAGMA wal_autocheckpoint", "SELECT v FROM search_grams_config WHERE k = 'automerge'"]
        with connection.cursor() as cursor:
            return [cursor.execute(one).fetchone() for one in asked]

    before = told()
    with pytest.raises(ZeroDivisionError), index.settled_beside(), bulk.carried_over_seldom(), bulk.counted_roughly():
        assert told() == ([(bulk.LOG_PAGES,), (index.MERGED_LATE,)] if engine == "sqlite" else [(bulk.SAMPLED,)])
        raise ZeroDivisionError
    assert told() == ([before[0], (index.MERGED_AT,)] if engine == "sqlite" else before)
