"""The triggers that keep the trail unchangeable stand in every test; only the emptying of the test database gets past them."""

import re
from typing import Any

import pytest
from django.db import transaction
from django.db.backends.base.operations import BaseDatabaseOperations

PLAIN_TRUNCATE = re.compile(r'TRUNCATE ("\w+"(?:, "\w+")*);')


@pytest.fixture(scope="session", autouse=True)
def emptying_passes_the_guards() -> Any:
    """Between transactional tests Django empties all tables."""
    from kedang.foundation.audit.sealing import guards

    empty = BaseDatabaseOperations.execute_sql_flush

    def unguarded(self: Any, sql_list: Any) -> None:
        if emptied_in_place(self.connection, sql_list):
            return
        guards.remove(self.connection)
        try:
            empty(self, sql_list)
        finally:
            guards.install(self.connection)

    BaseDatabaseOperations.execute_sql_flush = unguarded  # type: ignore[method-assign]
    yield
    BaseDatabaseOperations.execute_sql_flush = empty  # type: ignore[method-assign]


def emptied_in_place(connection: Any, statements: list[str]) -> bool:
    """Delete from the tables that hold something, no trigger asked, and say whether that was possible.

    PostgreSQL gives every table that is cut, and each of its indexes, a new file, also where there is nothing to cut.
    """
    cut = PLAIN_TRUNCATE.fullmatch(statements[0]) if len(statements) == 1 else None
    if connection.vendor != "postgresql" or cut is None:
        return False
    tables = cut[1].split(", ")
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser') = 'on'")
        if not cursor.fetchone()[0]:
            return False
        asked = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in tables)
        cursor.execute(" UNION ALL ".join(asked))
        full = [table for (table,) in cursor.fetchall()]
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in full:
            cursor.execute(f"DELETE FROM {table}")
    return True
