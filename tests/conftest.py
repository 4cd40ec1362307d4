"""What every test may use: the database on its own file, a running server and a browser. People are in ``cast.py``."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine import ENGINE

pytest_plugins = ["tests.journey", "tests.cast", "tests.watcher", "tests.guarded"]


def pytest_report_header() -> str:
    return f"engine: {ENGINE}"


@pytest.fixture(scope="session")
def engine() -> str:
    """``sqlite`` or ``postgresql``."""
    return ENGINE


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, request: pytest.FixtureRequest
) -> None:
    """SQLite tests run on a file with WAL, as installations do: a database in memory hides what locking does."""
    from django.conf import settings

    if ENGINE == "sqlite":
        name = Path(os.environ["KEDANG_DATA_DIR"]) / "test.sqlite3"
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(name)


@pytest.fixture
def data_dir(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A data folder of one's own, for tests that look at what lies in it."""
    settings.DATA_DIR = tmp_path
    yield tmp_path
