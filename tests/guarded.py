"""The triggers that keep the trail unchangeable stand in every test; only the emptying of the test database gets past them."""

from typing import Any

import pytest
from django.db.backends.base.operations import BaseDatabaseOperations


@pytest.fixture(scope="session", autouse=True)
def emptying_passes_the_guards() -> Any:
    """Between transactional tests Django empties all tables."""
    from kedang.foundation.audit.sealing import guards

    empty = BaseDatabaseOperations.execute_sql_flush

    def unguarded(self: Any, sql_list: Any) -> None:
        guards.remove(self.connection)
        try:
            empty(self, sql_list)
        finally:
            guards.install(self.connection)

    BaseDatabaseOperations.execute_sql_flush = unguarded  # type: ignore[method-assign]
    yield
    BaseDatabaseOperations.execute_sql_flush = empty  # type: ignore[method-assign]
