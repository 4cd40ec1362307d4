"""A new connection of PostgreSQL plans no longer than the lists need; SQLite has no such setting, and is told how many rows there are."""

import pytest
from django.db import connection

from kedang.business.customers.models import Customer
from kedang.foundation.access.models import Fonds
from kedang.foundation.kernel import clock, planning


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_is_told_how_long_to_think() -> None:
    connection.close()
    asked: list[str] = []

    def listen(execute: object, sql: str, *rest: object) -> object:
        asked.append(sql)
        return execute(sql, *rest)  # type: ignore[operator]

    with connection.execute_wrapper(listen):
        connection.connect()
    told = [sql for sql in asked if "join_collapse_limit" in sql]
    assert told == (
        [f"SET join_collapse_limit = {planning.MOST_REORDERED}"] if connection.vendor == "postgresql" else []
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW join_collapse_limit")
            assert cursor.fetchone() == (str(planning.MOST_REORDERED),)


@pytest.mark.django_db
def test_after_counting_a_few_rows_of_a_company_are_found_by_their_keys() -> None:
    now = clock.now()
    fonds = Fonds.objects.create(code="001", name="青禾实业有限公司", created_at=now)
    made = Customer.objects.bulk_create(
        Customer(fonds=fonds, number=f"KH{n:05d}", name=f"第{n}公司", created_at=now, updated_at=now)
        for n in range(2000)
    )
    found = Customer.objects.filter(fonds=fonds, pk__in=[row.pk for row in made[:20]]).order_by()
    planning.refresh()
    assert found.count() == 20
    assert connection.vendor != "sqlite" or "INTEGER PRIMARY KEY" in found.explain()
