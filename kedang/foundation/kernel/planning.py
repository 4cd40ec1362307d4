"""What planners are told: PostgreSQL how long to think about the order of joins (lists of eight joined tables took it 50 ms to plan
and 2 ms to answer), SQLite how many rows there are."""

from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created

MOST_REORDERED = 6
"""So many joined tables are put into the best order; more are joined as written, which is how Django writes what a list shows beside its
rows. PostgreSQL's own value is 8, and each further table costs it three times as long."""

EVERY_TABLE_THAT_IS_DUE = 0x10002
"""Of ``PRAGMA optimize``: analyse (2), tables that this connection has not asked too (0x10000)."""


def install() -> None:
    """Every connection from now on is opened so."""
    connection_created.connect(_on_connection, dispatch_uid="kedang.planning")


def _on_connection(sender: Any, connection: Any, **kwargs: Any) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET join_collapse_limit = {MOST_REORDERED}")


def refresh() -> None:
    """SQLite: count anew where counting is due, from samples. PostgreSQL does so by itself.

    Without its statistics SQLite takes one company for a handful of rows and looks through all customers to find twenty of them by key.
    An import counts what it wrote; changing a table throws its statistics away, and many small changes make them old.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA optimize = {EVERY_TABLE_THAT_IS_DUE}")
