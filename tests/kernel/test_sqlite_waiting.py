"""Who waits for SQLite's write lock comes in beside long work that gives it back for moments only."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.db.utils import ConnectionHandler, OperationalError

from kedang.project.env import sqlite_config

pytestmark = pytest.mark.django_db


def opened(path: Path, patience: float = 30) -> Any:
    config = sqlite_config(str(path))
    config["OPTIONS"] = {**config["OPTIONS"], "timeout": patience}  # type: ignore[dict-item]
    return ConnectionHandler({"default": config})["default"]


def begin(one: Any) -> None:
    one.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def end(one: Any) -> None:
    one.commit()
    one.set_autocommit(True)


def test_a_waiter_comes_in_at_the_first_gap(tmp_path: Path) -> None:
    path, holding, enough = tmp_path / "base.sqlite3", threading.Event(), threading.Event()

    def work() -> None:
        one = opened(path)
        for _ in range(40):
            begin(one)
            holding.set()
            time.sleep(0.1)
            end(one)
            if enough.is_set():
                break
            time.sleep(0.005)
        one.close()

    busy = threading.Thread(target=work)
    busy.start()
    waiter = opened(path)
    waiter.ensure_connection()
    assert holding.wait(10)
    started = time.monotonic()
    begin(waiter)
    waited = time.monotonic() - started
    assert busy.is_alive()
    enough.set()
    end(waiter)
    busy.join()
    assert waiter.cursor().execute("PRAGMA busy_timeout").fetchone() == (30_000,)
    waiter.close()
    assert waited < 2, waited


def test_patience_ends(tmp_path: Path) -> None:
    first, second = opened(tmp_path / "base.sqlite3"), opened(tmp_path / "base.sqlite3", patience=0.1)
    second.ensure_connection()
    begin(first)
    with pytest.raises(OperationalError, match="locked"):
        begin(second)
    end(first)
    second.close()
    first.close()
