"""A new connection of PostgreSQL plans no longer than the lists need; SQLite has no such setting and is asked nothing."""

import pytest
from django.db import connection

from kedang.foundation.kernel import planning


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
