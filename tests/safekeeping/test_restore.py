"""The whole way by command, in processes of their own: back up, restore into an empty place, move, and what is refused."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection

from kedang.foundation.kernel.actors import SYSTEM
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping.making import make_set
from kedang.foundation.safekeeping.moving import move
from kedang.foundation.safekeeping.rows import SQLiteRows, digest_of, open_sqlite, reading
from kedang.foundation.safekeeping.schema import tables_of
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def kedang(folder: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """The command on an embedded database in a folder."""
    environment = {**os.environ, "KEDANG_DATA_DIR": str(folder), "KEDANG_DATABASE_URL": "", "KEDANG_BACKUP_DIR": ""}
    run = subprocess.run(
        [sys.executable, "-m", "kedang.project.cli", *words, "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout, run.stderr
    return run.returncode, json.loads(run.stdout.strip().splitlines()[-1])


def digests(path: Path) -> dict[str, str]:
    """Canonical digests of an embedded database, by table, of what a restore does not add to."""
    rows = SQLiteRows(path)
    try:
        return {
            table.name: digest_of(rows, table).sha256
            for table in tables_of("default")
            if not table.is_derived and table.name not in LATER
        }
    finally:
        rows.close()


LATER = {"audit_event", "jobs_job", "safekeeping_backup", "safekeeping_drill", "django_migrations"}
"""Tables to which the restored system itself adds."""


@pytest.mark.slow
def test_restored_into_an_empty_place_it_is_the_same_system(
    people: Cast, home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = make_set()
    with reading("default") as rows:
        before = {
            table.name: digest_of(rows, table).sha256
            for table in tables_of("default")
            if not table.is_derived and table.name not in LATER
        }
    place, offline = tmp_path_factory.mktemp("place"), tmp_path_factory.mktemp("safe") / "identity.json"
    (home / "keys" / "backup-identity.json").rename(offline)
    (place / "kedang.sqlite3-wal").write_bytes(b"left by an old database")

    status, answer = kedang(place, "backup", "restore", str(made.folder), "--identity", str(offline))
    assert status == 0 and answer["files"] == 1 and answer["from_engine"] == connection.vendor, answer
    assert digests(place / "kedang.sqlite3") == before
    assert (place / "imports" / "1.sealed").read_bytes() == (home / "imports" / "1.sealed").read_bytes()
    assert (place / "keys" / "keyring.json").read_bytes() == (home / "keys" / "keyring.json").read_bytes()
    assert not (place / "restore-in-progress").exists() and not (place / ".restoring").exists()
    index = open_sqlite(place / "kedang.sqlite3")
    assert index.execute(
        "SELECT count(*) FROM search_document JOIN search_grams ON search_grams.rowid = search_document.id"
    ).fetchone() == (1,)
    assert index.execute("SELECT count(*) FROM django_session").fetchone() == (0,)
    assert index.execute(
        "SELECT actor_name FROM audit_event WHERE code = 'safekeeping.system_restored'"
    ).fetchone() == ("kedang backup",)
    index.close()
    status, answer = kedang(place, "backup", "restore", str(made.folder), "--identity", str(offline))
    assert (status, answer["code"]) == (1, "place_not_empty") and "--force" in answer["error"]


def test_moved_to_another_database_the_rows_are_the_same(people: Cast, home: Path, tmp_path: Path) -> None:
    target = tmp_path / "moved" / "k.sqlite3"
    answer = move(actor=SYSTEM, url=f"sqlite:///{quote(str(target))}")
    assert answer["compared"] == "equal" and answer["from"] == connection.vendor and not answer["source_changed"]
    assert answer["documents"]["customer"] == 1
    with reading("default") as rows:
        for table in tables_of("default"):
            if not table.is_derived and table.name not in {*LATER}:
                assert digest_of(rows, table).sha256 == digests(target)[table.name], table.name
    with pytest.raises(Refused) as refused:
        move(actor=SYSTEM, url=f"sqlite:///{quote(str(target))}")
    assert refused.value.code == "place_not_empty"
    assert "--force" in refused.value.sentence


def test_a_target_that_is_none_is_refused(people: Cast) -> None:
    with pytest.raises(Refused) as refused:
        move(actor=SYSTEM, url="mysql://x/y")
    assert refused.value.code == "target_wrong" and "--to" in refused.value.sentence
    with pytest.raises(Refused) as refused:
        move(actor=SYSTEM, url="postgresql://nobody@/none?host=%2Fnowhere")
    assert refused.value.code == "target_unreachable"
