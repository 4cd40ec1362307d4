"""A system out of a set, in a work folder and an empty database, compared with what the set says of itself.

Restore and drill share this; they differ in where the result goes.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connections
from django.utils.translation import gettext as _

from kedang.foundation.kernel import key_store, keys
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping.aliases import config_of, connected, sqlite_url
from kedang.foundation.safekeeping.identities import Identity
from kedang.foundation.safekeeping.loading import (
    bring_forward,
    drop_everything,
    load,
    make_index,
    make_schema,
    refuse_newer,
)
from kedang.foundation.safekeeping.making import BYTES_PER_STEP, DATABASE, KEY_RING, Show, unheard
from kedang.foundation.safekeeping.packs import entries, put_back, sync_tree
from kedang.foundation.safekeeping.rows import PLAIN_FORMS, PostgreSQLRows, Rows, SQLiteRows, digest_of, open_sqlite
from kedang.foundation.safekeeping.schema import Table
from kedang.foundation.safekeeping.sealing import DataKey, damaged
from kedang.foundation.safekeeping.sets import KEYS, BackupSet, refuse_damaged


@dataclass(slots=True)
class Rebuilding:
    """One rebuilding under way: the opened set, the work folder, what was compared."""

    found: BackupSet
    key: DataKey
    contents: dict[str, Any]
    work: Path
    show: Show = unheard
    total: int = 0
    done: int = 0
    words: str = ""
    compared: dict[str, Any] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        """The embedded database in the work folder."""
        return self.work / "database.sqlite3"

    @property
    def is_file(self) -> bool:
        """Whether the set holds an embedded database as a file."""
        return bool(self.found.manifest["database"] == "sqlite-file")

    def step(self, count: int) -> None:
        """Progress."""
        self.done += count
        self.show(min(self.done, self.total), self.total, self.words)

    def says(self, words: str) -> None:
        """What is being done now."""
        self.words = words
        self.step(0)

    def needs_index(self, vendor: str) -> bool:
        """Whether the search index has to be made from the records: the set brings it only to an engine of its own kind."""
        return not (self.is_file and vendor == "sqlite") and len(self.tables_for(vendor)) < len(self.found.tables)

    def tables_for(self, vendor: str) -> list[Table]:
        """Tables that are carried over into an engine; derived ones are made anew on another."""
        return [
            table
            for table in self.found.tables
            if not table.is_derived or vendor == self.found.manifest["engine"] == "postgresql"
        ]


def opened(found: BackupSet, identity: Identity, work: Path, show: Show = unheard) -> Rebuilding:
    """Look at every byte of a set and open it; nothing is written yet.

    Raises:
        Refused: anything wrong with set or identity.
    """
    rows = sum(table["rows"] for table in found.manifest["tables"])
    steps = 2 * rows + (2 * found.bytes + int(found.manifest["files"]["bytes"])) // BYTES_PER_STEP
    refuse_newer(found.manifest["migrations"])
    key = found.key(identity)
    building = Rebuilding(found, key, {}, work, show, steps)
    building.says(_("正在验证备份集"))
    refuse_damaged(found, lambda count: building.step(count // BYTES_PER_STEP))
    building.contents = found.contents(key)
    if KEY_RING not in building.contents["keys"]:
        building.compared["key_ring"] = False
    return building


def unpack_files(building: Rebuilding) -> None:
    """All files of records and all keys into the work folder, every digest compared."""
    building.says(_("正在恢复文件"))
    listed = {one["path"]: one for one in building.contents["files"]}
    root = building.work / "files"
    root.mkdir(mode=0o700)
    seen = 0
    for pack in sorted({one["pack"] for one in listed.values()}):
        with building.found.reader(pack, building.key) as reader:
            for name, content in entries(reader):
                one = listed.get(name)
                if one is None or put_back(root, name, content, one["changed"]) != (one["bytes"], one["sha256"]):
                    raise damaged(name)
                seen += 1
                building.step(one["bytes"] // BYTES_PER_STEP)
    if seen != len(listed):
        raise damaged(_("文件清单"))
    keys_root = building.work / "keys"
    keys_root.mkdir(mode=0o700)
    with building.found.reader(KEYS, building.key) as reader:
        names = [name for name, content in entries(reader) if put_back(keys_root, name, content)]
    if sorted(names) != building.contents["keys"]:
        raise damaged(KEYS)
    sync_tree(building.work)
    building.compared["files"] = seen
    building.compared["file_bytes"] = sum(one["bytes"] for one in listed.values())


def rebuild_file(building: Rebuilding, *, thorough: bool = False) -> None:
    """The embedded database out of a set that holds it as a file, into the work folder; every digest compared."""
    building.says(_("正在恢复数据库"))
    unpack_database(building)
    found = SQLiteRows(building.database)
    try:
        check = "integrity_check" if thorough else "quick_check"
        problems = [row[0] for row in found.connection.execute(f"PRAGMA {check}(3)")]
        if problems != ["ok"]:
            raise damaged(DATABASE)
        compare(building, found, building.found.tables)
    finally:
        found.close()


def rebuild_rows(building: Rebuilding, alias: str) -> None:
    """Rows of the set into the empty database of an alias (on PostgreSQL: in the transaction under way); digests compared."""
    connection = connections[alias]
    building.says(_("正在恢复数据库"))
    if connection.vendor == "postgresql":
        drop_everything(alias)
    make_schema(alias, building.found.manifest["migrations"])
    tables = building.tables_for(connection.vendor)
    with _blocks(building) as blocks:
        load(alias, tables, blocks, building.step, building.found.manifest.get("issued"))
    with own_rows(alias) as rows:
        compare(building, rows, tables)


def complete(building: Rebuilding, alias: str, *, with_index: bool = True) -> None:
    """What the set lacks: migrations that came after it, and the search index of another engine. Rows were compared before.

    Raises:
        Refused: ``set_not_migratable``, or what is wrong with the key ring.
    """
    if migrated := bring_forward(alias):
        building.compared["migrated"] = migrated
    if with_index and building.needs_index(connections[alias].vendor):
        building.says(_("正在重建检索索引"))
        ring = building.work / "keys" / KEY_RING
        keys.use_ring(key_store.read_ring(ring) if ring.is_file() else None)
        try:
            building.compared["documents"] = make_index(alias)
        finally:
            keys.use_ring(None)


def unpack_database(building: Rebuilding) -> None:
    """The database file of the set into the work folder."""
    expected = building.contents["plain"][DATABASE]
    with (
        building.found.reader(DATABASE, building.key) as reader,
        open(os.open(building.database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out,
    ):
        out.writelines(iter(reader.read, b""))
        out.flush()
        os.fsync(out.fileno())
        if reader.plain.hexdigest() != expected["sha256"]:
            raise damaged(DATABASE)


@contextmanager
def sqlite_place(path: Path) -> Iterator[str]:
    """An alias of an embedded database in a file of its own."""
    with connected("scratch", config_of(sqlite_url(path))) as alias:
        yield alias
        fold(alias)


def fold(alias: str) -> None:
    """Bring an embedded database back into its one file, so that it can be moved."""
    with connections[alias].cursor() as cursor:
        cursor.execute("PRAGMA journal_mode=DELETE")


@contextmanager
def own_rows(alias: str) -> Iterator[Rows]:
    """Rows as the connection of an alias sees them, with what it has not committed yet."""
    if connections[alias].vendor == "postgresql":
        with connections[alias].cursor() as cursor:
            cursor.execute(PLAIN_FORMS)
        yield PostgreSQLRows(alias)
        return
    found = SQLiteRows(Path(str(connections[alias].settings_dict["NAME"])))
    try:
        yield found
    finally:
        found.close()


def compare(building: Rebuilding, rows: Rows, tables: list[Table]) -> None:
    """Canonical digest of every table against the one that was taken when the set was made.

    Raises:
        Refused: ``rows_differ``: names the first table.
    """
    building.says(_("正在逐表核对"))
    expected = building.contents["tables"]
    count = 0
    for table in tables:
        digest = digest_of(rows, table, building.step)
        if (digest.rows, digest.sha256) != (expected[table.name]["rows"], expected[table.name]["sha256"]):
            raise rows_differ(table.name, digest.rows, expected[table.name]["rows"])
        count += digest.rows
    building.compared["tables"] = len(tables)
    building.compared["rows"] = count


def rows_differ(name: str, found: int, expected: int) -> Refused:
    """The refusal when rows came out other than they went in."""
    return Refused(
        "rows_differ",
        _(
            "数据表 %(name)s 恢复后与备份时不一致（现 %(found)s 行，应 %(expected)s 行），已停止，原系统未改动。请改用另一份备份，并联系技术支持。"
        )
        % {"name": name, "found": found, "expected": expected},
        table=name,
    )


@contextmanager
def _blocks(building: Rebuilding) -> Iterator[Callable[[Table], Iterable[bytes]]]:
    """Where canonical rows come from: parts of the set, or the database file in it."""
    if building.is_file:
        unpack_database(building)
        found = SQLiteRows(building.database)
        try:
            yield found.blocks
        finally:
            found.close()
        return

    def read(table: Table) -> Iterator[bytes]:
        with building.found.reader(f"table-{table.name}.kdp", building.key) as reader:
            yield from iter(reader.read, b"")

    yield read


def foreign_keys_hold(path: Path) -> int:
    """Number of dangling references in an embedded database."""
    connection = open_sqlite(path)
    try:
        return len(connection.execute("PRAGMA foreign_key_check").fetchall())
    finally:
        connection.close()
