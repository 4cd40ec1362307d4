"""Puts a safe SQLite engine in place of the interpreter's own, before Django is imported.

SQLite 3.7.0 to 3.51.2 can corrupt a database in WAL mode when two connections write and checkpoint at once (fixed in
3.51.3). The wheel ``pysqlite3`` bundles a newer release than most systems; ``checks.py`` refuses to start when an
unsafe pair of version and journal mode would be used all the same.
"""

import sys

SAFE_WAL_VERSION = (3, 51, 3)
"""First SQLite release without the WAL-reset corruption bug."""
FULL = 2
"""``PRAGMA synchronous`` from which on a commit is on the disk when it is acknowledged."""
WITHOUT_JOURNAL = ("off", "memory")
"""Journal modes in which a crash in the middle of a change leaves half of it."""


def install() -> None:
    """Make ``import sqlite3`` mean the bundled engine; harmless when called twice or when the wheel is missing."""
    if getattr(sys.modules.get("sqlite3"), "__name__", "") == "pysqlite3":
        return
    try:
        import pysqlite3
        import pysqlite3.dbapi2
    except ImportError:
        return
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2


def engine_version() -> tuple[int, ...]:
    """Version of the SQLite engine that Django will use."""
    import sqlite3

    return tuple(int(part) for part in sqlite3.sqlite_version.split("."))


def is_safe(version: tuple[int, ...], journal_mode: str, synchronous: int = FULL) -> bool:
    """Whether this engine may write in this journal mode: WAL needs ≥ 3.51.3, and a crash must find a journal on the disk."""
    if journal_mode.lower() in WITHOUT_JOURNAL or synchronous < FULL:
        return False
    return journal_mode.lower() != "wal" or version >= SAFE_WAL_VERSION
