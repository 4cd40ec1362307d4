"""Chooses the database engine before Django's settings are read (loaded with ``-p tests.engine``, see pyproject).

``KEDANG_TEST_ENGINE=sqlite`` (default) or ``postgresql``. For PostgreSQL the run brings its own server, unless
``KEDANG_TEST_DATABASE_URL`` names one. Tests never see the developer's own data folder or database.
"""

import atexit
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HELPERS = sorted(
    {path.stem for path in Path(__file__).parent.iterdir() if path.stem.isidentifier()} - {"__init__", "engine"}
)
pytest.register_assert_rewrite(
    *(f"tests.{name}" for name in HELPERS)
)  # their asserts then also hold under ``python -O``

ENGINE = os.environ.get("KEDANG_TEST_ENGINE") or "sqlite"
IS_XDIST_WORKER = "PYTEST_XDIST_WORKER" in os.environ
COMPILED = Path(__file__).resolve().parent.parent / "build" / "pycache"
"""Compiled modules of this run, its workers and the programs that tests start, where none may lie beside the sources: otherwise each
of them would compile everything anew. ``make`` names the same folder."""
last_actions: list[Callable[[], None]] = []


def _keep_compiled() -> None:
    """Here and in whatever the run starts."""
    if sys.dont_write_bytecode:
        sys.dont_write_bytecode, sys.pycache_prefix = False, str(COMPILED)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(COMPILED)


def _own_data_dir() -> None:
    """A data folder for this process alone; in memory where the machine has room there."""
    shared_memory = Path("/dev/shm")
    roomy = shared_memory.is_dir() and shutil.disk_usage(shared_memory).free > 1 << 30
    folder = tempfile.mkdtemp(prefix="kedang-test-", dir=shared_memory if roomy else None)
    os.environ["KEDANG_DATA_DIR"] = folder
    _at_end(lambda: shutil.rmtree(folder, ignore_errors=True))


def _at_end(action: Callable[[], None]) -> None:
    """Tidy up when the run ends, also when it ends early; never from a forked child."""
    pid = os.getpid()
    last_actions.append(action)
    atexit.register(lambda: action() if os.getpid() == pid else None)


def pytest_unconfigure() -> None:
    """Workers of a parallel run leave without ``atexit``."""
    for action in last_actions:
        action()


def _choose_database() -> None:
    if ENGINE == "sqlite":
        os.environ["KEDANG_DATABASE_URL"] = ""
        return
    if ENGINE != "postgresql":
        raise SystemExit(f"KEDANG_TEST_ENGINE 应为 sqlite 或 postgresql，现为“{ENGINE}”。")
    if IS_XDIST_WORKER:
        return  # inherited from the process that started the workers
    url = os.environ.get("KEDANG_TEST_DATABASE_URL")
    if not url:
        from tools.postgres import Server

        server = Server().start()
        _at_end(server.stop)
        url = server.url
    os.environ["KEDANG_DATABASE_URL"] = url


for variable in [name for name in os.environ if name.startswith("KEDANG_") and not name.startswith("KEDANG_TEST_")]:
    if variable != "KEDANG_DATABASE_URL" or not IS_XDIST_WORKER:
        del os.environ[variable]
_keep_compiled()
_own_data_dir()
_choose_database()
gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests go first: then the two processes of a half end at about the same time."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """What is loaded by now stays; to look through it again and again for what may go took a third of the time of some tests."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: Any, exitstatus: int) -> None:
    """Where nothing may be skipped (``CI=true``), a skipped test fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = len(reporter.stats.get("skipped", [])) if reporter else 0
    if skipped and os.environ.get("CI") == "true" and not IS_XDIST_WORKER:
        reporter.write_line(f"CI=true: {skipped} skipped, and nothing may be skipped", red=True)
        session.exitstatus = 1
