"""A database of one's own for a run outside pytest, on the engine that ``KEDANG_TEST_ENGINE`` names."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def ground(name: str) -> Iterator[Path]:
    """An empty, migrated database called after the caller, and a folder; both gone afterwards."""
    import pytest  # noqa: F401  # the settings tell a test run by it

    from tests import engine

    os.environ["DJANGO_SETTINGS_MODULE"] = "kedang.project.settings"
    import django

    from kedang.project import settings as own

    django.setup()
    from django.db import connections
    from django.test.utils import setup_test_environment, teardown_test_environment

    setup_test_environment(debug=False)
    connection = connections["default"]
    place = name if engine.ENGINE == "postgresql" else str(Path(own.DATA_DIR) / f"{name}.sqlite3")
    connection.settings_dict["TEST"]["NAME"] = place
    before = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False) and ""
    with tempfile.TemporaryDirectory(prefix=f"kedang-{name}-") as folder:
        try:
            yield Path(folder)
        finally:
            connection.creation.destroy_test_db(before, verbosity=0)
            teardown_test_environment()
            engine.pytest_unconfigure()
