"""Eight writers on one SQLite file while checkpoints are forced without end (R05): the file is sound, and every commit is in it.

``python -m tests.harness.crash.checkpoints --seconds 3600``. The settings are the product's own. The fault of older engines (WAL reset,
fixed in 3.51.3) showed exactly here.
"""

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

WRITERS = 8
CHECKPOINTERS = 2
ROWS_A_COMMIT = 20


def opened(path: str) -> Any:
    from kedang.project import engine

    engine.install()
    import sqlite3

    from kedang.project.env import SQLITE_INIT

    connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    connection.executescript(SQLITE_INIT + "PRAGMA wal_autocheckpoint=50;")
    return connection


def write(path: str, number: int, until: float, told: Any) -> None:
    """Commit small changes; what was committed is told afterwards."""
    connection, chance, done = opened(path), random.Random(number), 0
    while time.time() < until:
        connection.execute("BEGIN IMMEDIATE")
        first = done
        for _ in range(chance.randint(1, ROWS_A_COMMIT)):
            connection.execute("INSERT INTO act VALUES (?, ?, ?)", (number, done, "档" * chance.randint(1, 400)))
            done += 1
        connection.execute(
            "UPDATE act SET words = ? WHERE writer = ? AND n = ?", ("改" * 200, number, chance.randint(0, done - 1))
        )
        connection.execute("COMMIT")
        assert done > first
    told.put((number, done))
    connection.close()


def checkpoint(path: str, number: int, until: float, told: Any) -> None:
    """Force checkpoints of every kind."""
    connection, chance, done = opened(path), random.Random(-number), 0
    while time.time() < until:
        connection.execute(
            f"PRAGMA wal_checkpoint({chance.choice(['PASSIVE', 'FULL', 'RESTART', 'TRUNCATE'])})"
        ).fetchall()
        done += 1
    told.put((-number, done))
    connection.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="kedang-checkpoints-") as folder:
        path = str(Path(folder) / "base.sqlite3")
        opened(path).execute(
            "CREATE TABLE act (writer INTEGER, n INTEGER, words TEXT, PRIMARY KEY (writer, n))"
        ).close()
        told: Any = multiprocessing.Queue()
        until = time.time() + seconds
        work = [(write, number) for number in range(1, WRITERS + 1)] + [
            (checkpoint, n) for n in range(1, CHECKPOINTERS + 1)
        ]
        processes = [multiprocessing.Process(target=what, args=(path, number, until, told)) for what, number in work]
        for process in processes:
            process.start()
        answers = dict(told.get() for _ in processes)
        for process in processes:
            process.join()
        return judged(opened(path), answers)


def judged(connection: Any, answers: dict[int, int]) -> int:
    sound = [row[0] for row in connection.execute("PRAGMA integrity_check").fetchall()]
    held = dict(connection.execute("SELECT writer, count(*) FROM act GROUP BY writer").fetchall())
    lost = {
        number: (done, held.get(number, 0))
        for number, done in answers.items()
        if number > 0 and held.get(number, 0) != done
    }
    rows, forced = (sum(done for number, done in answers.items() if (number > 0) is is_row) for is_row in (True, False))
    version = connection.execute("SELECT sqlite_version()").fetchone()[0]
    print(
        f"SQLite {version}: {WRITERS} writers, {rows} rows, {forced} forced checkpoints; integrity_check {sound[:3]}; lost {lost}"
    )
    return 0 if sound == ["ok"] and not lost else 1


if __name__ == "__main__":
    sys.exit(main())
