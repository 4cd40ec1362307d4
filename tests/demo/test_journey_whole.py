"""What ``test_demo`` asks of the small company is asked here of the whole one, with its archive, loans and uses.

It takes a third of a minute to load, so on SQLite it stands beside the journeys; on PostgreSQL ``test_demo`` has it itself.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from kedang.project.demo.load import load_demo
from tests.demo.test_demo import (
    DAY,
    SMALL,
    test_changes_say_from_what_to_what_and_why,
    test_every_builtin_role_is_held,
    test_loading_refuses_nothing_and_happens_once,
    test_search_finds_every_customer_under_its_latest_name,
    test_some_dossiers_are_poor_and_some_are_stale,
    test_the_trail_grows_in_the_order_of_time,
)

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db]

__all__ = [
    "test_changes_say_from_what_to_what_and_why",
    "test_every_builtin_role_is_held",
    "test_loading_refuses_nothing_and_happens_once",
    "test_search_finds_every_customer_under_its_latest_name",
    "test_some_dossiers_are_poor_and_some_are_stale",
    "test_the_trail_grows_in_the_order_of_time",
]


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """Loaded once for this file and rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_demo(SMALL, today=DAY)
        transaction.set_rollback(True)
