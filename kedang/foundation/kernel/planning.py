"""How long PostgreSQL may think about the order of joins: lists of eight joined tables took it 50 ms to plan and 2 ms to answer."""

from typing import Any

from django.db.backends.signals import connection_created

MOST_REORDERED = 6
"""So many joined tables are put into the best order; more are joined as written, which is how Django writes what a list shows beside its
rows. PostgreSQL's own value is 8, and each further table costs it three times as long."""


def install() -> None:
    """Every connection from now on is opened so."""
    connection_created.connect(_on_connection, dispatch_uid="kedang.planning")


def _on_connection(sender: Any, connection: Any, **kwargs: Any) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET join_collapse_limit = {MOST_REORDERED}")
