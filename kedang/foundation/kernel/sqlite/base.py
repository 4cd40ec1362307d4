"""Waiting for the one write lock of SQLite.

SQLite's own patience sleeps longer and longer, up to a tenth of a second, and then tries once. Beside an import, which gives the lock
back for a few milliseconds between two chunks, such a waiter misses gap after gap. Here it asks every other millisecond.
"""

import random
import time

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

SHORTEST_SECONDS, LONGEST_SECONDS = 0.001, 0.003
"""Between two attempts; shorter than the pause that long work makes (``PAUSE_SECONDS`` of the import)."""


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend. Only the beginning of a write transaction differs; single statements wait as SQLite waits."""

    transaction_mode: str | None

    def _start_transaction_under_autocommit(self) -> None:
        """``BEGIN IMMEDIATE``, tried until ``OPTIONS["timeout"]`` seconds are over.

        Raises:
            OperationalError: the lock was not to be had in that time.
        """
        patience = float(self.settings_dict["OPTIONS"].get("timeout", 5))
        until = time.monotonic() + patience
        self.connection.execute("PRAGMA busy_timeout=0")
        try:
            while not self._begun(time.monotonic() >= until):
                time.sleep(random.uniform(SHORTEST_SECONDS, LONGEST_SECONDS))  # noqa: S311  # waiters must not march in step
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
