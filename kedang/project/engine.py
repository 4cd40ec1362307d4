"""Puts a safe SQLite engine in place of the interpreter's own, before Django is imported.

SQLite 3.7.0 to 3.51.2 can corrupt a database in WAL mode when two connections write and checkpoint at once (fixed in
3.51.3). The wheel ``pysqlite3`` bundles a newer release than most systems; ``checks.py`` refuses to start when an
unsafe pair of version and journal mode would be used all the same.
"""

import sys

SAFE_WAL_VERSION = (3, 51, 3)
"""First SQLite release without the WAL-reset corruption bug."""


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


def is_safe(version: tuple[int, ...], journal_mode: str) -> bool:
    """Whether this engine may write in this journal mode (``research``: WAL needs ≥ 3.51.3, rollback modes are safe)."""
    return journal_mode.lower() != "wal" or version >= SAFE_WAL_VERSION
