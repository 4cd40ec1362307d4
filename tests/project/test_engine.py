"""The start-up check refuses an unsafe pair of SQLite version and journal mode."""

from typing import Any

import pytest
from django.db import connection

from kedang.foundation.kernel.refused import Refused
from kedang.project import checks
from kedang.project.engine import engine_version, is_safe


@pytest.mark.parametrize(
    ("version", "mode", "synchronous", "safe"),
    [
        ((3, 7, 0), "wal", 2, False),
        ((3, 40, 1), "wal", 2, False),
        ((3, 51, 2), "WAL", 2, False),
        ((3, 51, 3), "wal", 2, True),
        ((3, 53, 4), "wal", 3, True),
        ((4, 0, 0), "wal", 1, False),
        ((3, 53, 4), "wal", 0, False),
        ((3, 40, 1), "delete", 2, True),
        ((3, 40, 1), "truncate", 2, True),
        ((3, 40, 1), "persist", 1, False),
        ((3, 53, 4), "memory", 2, False),
        ((3, 53, 4), "off", 2, False),
    ],
)
def test_pairs(version: tuple[int, ...], mode: str, synchronous: int, safe: bool) -> None:
    assert is_safe(version, mode, synchronous) is safe


@pytest.mark.django_db(transaction=True)
def test_a_base_without_journal_or_syncing_is_refused(engine: str) -> None:
    if engine == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")
        assert [problem.id for problem in checks.database_keeps_what_it_acknowledged(None)] == ["kedang.E105"]
        connection.close()
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
    try:
        with pytest.raises(Refused, match="同步级别 0"):
            checks.refuse_unsafe_engine()
    finally:
        connection.close()


def test_engine_in_use_is_the_bundled_one() -> None:
    assert engine_version() >= (3, 51, 3)


@pytest.mark.django_db
def test_old_engine_on_wal_is_refused_with_a_way_out(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    checks.refuse_unsafe_engine()
    if engine == "sqlite":
        monkeypatch.setattr(checks, "engine_version", lambda: (3, 40, 1))
    else:
        monkeypatch.setattr("django.db.connection.pg_version", 130010, raising=False)
    with pytest.raises(Refused) as refusal:
        checks.refuse_unsafe_engine()
    assert "make setup" in refusal.value.sentence or "升级" in refusal.value.sentence


def test_production_that_is_open_to_all_hosts_is_an_error(settings: Any) -> None:
    settings.DEBUG, settings.ALLOWED_HOSTS, settings.HTTPS, settings.PRODUCTION = True, ["*"], False, False
    found = {problem.id for problem in checks.production_is_safe(None)}
    assert found == {"kedang.E101", "kedang.E102", "kedang.E103", "kedang.E104", "kedang.W107"}
    settings.CLAMD = ""
    assert "kedang.E106" in {problem.id for problem in checks.production_is_safe(None)}
