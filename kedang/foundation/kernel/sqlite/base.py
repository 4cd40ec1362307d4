"""Waiting for the one write lock of SQLite.

SQLite's own patience sleeps longer and longer, up to a tenth of a second, and then tries once. Beside an import, which gives the lock
back for a few milliseconds between two chunks, such a waiter misses gap after gap. Here it asks every other millisecond, and at once
when a neighbour in this process has ended a transaction. Of all threads of a process only the first in line asks: sixteen that
ask in turn take the processor away from the one that works.
"""

import os
import random
import threading
import time
from collections import defaultdict
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

SHORTEST_SECONDS, LONGEST_SECONDS = 0.001, 0.003
"""Between two attempts; shorter than the pause that long work makes (``PAUSE_SECONDS`` of the import)."""


LONGEST_REMEMBERED = 8192
"""Characters of a statement; longer ones carry many rows and do not come again."""


class Line:
    """Threads of this process that wait for one database: who is first, and what wakes it."""

    def __init__(self) -> None:
        self.first = threading.Lock()
        self.gap = threading.Event()


lines: dict[str, Line] = defaultdict(Line)
"""Name of the database → its line. A forked child begins with empty ones: nobody would ever leave those it inherits."""
os.register_at_fork(after_in_child=lines.clear)


@lru_cache(maxsize=2048)
def marked(query: str) -> str:
    """A statement with the engine's own marks for its values; looked up, since the same few hundred statements come again and again."""
    return str(base.FORMAT_QMARK_REGEX.sub("?", query)).replace("%%", "%")


class Cursor(base.SQLiteCursorWrapper):
    """Django's cursor with a memory for statements."""

    def convert_query(self, query: str, *, param_names: Any = None) -> str:
        """The statement as the engine reads it."""
        if param_names is None and len(query) <= LONGEST_REMEMBERED:
            return marked(query)
        return str(super().convert_query(query, param_names=param_names))


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend. Only the beginning of a write transaction differs; single statements wait as SQLite waits."""

    transaction_mode: str | None

    def create_cursor(self, name: str | None = None) -> Any:
        """A cursor of the open connection."""
        return self.connection.cursor(factory=Cursor)

    @property
    def line(self) -> Line:
        """Where the threads of this process stand for this database."""
        return lines[str(self.settings_dict["NAME"])]

    def _start_transaction_under_autocommit(self) -> None:
        """``BEGIN IMMEDIATE``, tried until ``OPTIONS["timeout"]`` seconds are over.

        Raises:
            OperationalError: the lock was not to be had in that time.
        """
        line = self.line
        patience = float(self.settings_dict["OPTIONS"].get("timeout", 5))
        until = time.monotonic() + patience
        is_first = line.first.acquire(timeout=patience)
        try:
            self._begin(line, until, patience)
        finally:
            if is_first:
                line.first.release()

    def _begin(self, line: Line, until: float, patience: float) -> None:
        self.connection.execute("PRAGMA busy_timeout=0")
        try:
            while True:
                line.gap.clear()
                if self._begun(time.monotonic() >= until):
                    return
                line.gap.wait(random.uniform(SHORTEST_SECONDS, LONGEST_SECONDS))  # noqa: S311  # processes must not march in step
        finally:
            self.connection.execute(f"PRAGMA busy_timeout={int(patience * 1000)}")

    def _begun(self, is_last: bool) -> bool:
        try:
            with self.cursor() as cursor:
                cursor.execute(f"BEGIN {self.transaction_mode or ''}")
        except OperationalError as error:
            if is_last or "locked" not in str(error):
                raise
            return False
        return True

    def commit(self) -> None:
        """Ended: whoever is first in line may come in."""
        super().commit()
        self.line.gap.set()

    def rollback(self) -> None:
        """Ended without a trace; the same."""
        super().rollback()
        self.line.gap.set()
