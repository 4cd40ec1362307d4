"""The start-up check refuses an unsafe pair of SQLite version and journal mode."""

from typing import Any

import pytest

from kedang.foundation.kernel.refused import Refused
from kedang.project import checks
from kedang.project.engine import engine_version, is_safe


@pytest.mark.parametrize(
    ("version", "mode", "safe"),
    [
        ((3, 40, 1), "wal", False),
        ((3, 51, 2), "wal", False),
        ((3, 51, 2), "WAL", False),
        ((3, 51, 3), "wal", True),
        ((3, 53, 4), "wal", True),
        ((4, 0, 0), "wal", True),
        ((3, 40, 1), "delete", True),
        ((3, 40, 1), "truncate", True),
        ((3, 40, 1), "persist", True),
        ((3, 7, 0), "wal", False),
        ((3, 51, 2), "memory", True),
        ((3, 53, 4), "delete", True),
    ],
)
def test_pairs(version: tuple[int, ...], mode: str, safe: bool) -> None:
    assert is_safe(version, mode) is safe


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
    settings.DEBUG, settings.ALLOWED_HOSTS, settings.HTTPS = True, ["*"], False
    assert {problem.id for problem in checks.production_is_safe(None)} == {"kedang.E101", "kedang.E102", "kedang.E103"}
