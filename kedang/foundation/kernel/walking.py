"""Going through many rows while they, or others, are being changed.

``QuerySet.iterator()`` keeps its query open. On SQLite that holds the connection at one moment of the base; once somebody else has
saved, the same connection cannot write any more ("database is locked"), however long it waits. Whoever writes while reading walks.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

AT_A_TIME = 1000


def walk(rows: QuerySet[Any, Any], at_a_time: int = AT_A_TIME) -> Iterator[Any]:
    """All rows in the order of their keys, some at a time; no query is open between two."""
    last = None
    while True:
        ahead = rows.order_by("pk") if last is None else rows.filter(pk__gt=last).order_by("pk")
        some = list(ahead[:at_a_time])
        yield from some
        if len(some) < at_a_time:
            return
        last = getattr(some[-1], "pk", some[-1])
