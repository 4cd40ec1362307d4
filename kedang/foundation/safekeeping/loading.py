"""Writing canonical rows into an empty database of either engine, whose schema is that of the set."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping.aliases import standing_in
from kedang.foundation.safekeeping.kinds import decoder
from kedang.foundation.safekeeping.rows import Watch, sequence_of
from kedang.foundation.safekeeping.schema import Table
from kedang.foundation.search import index
from kedang.foundation.search.sources import kinds

Blocks = Callable[[Table], Iterable[bytes]]
MigrationNames = dict[str, list[str]]
BATCH = 2000


def applied_migrations(alias: str) -> MigrationNames:
    """What was applied to a database, by room."""
    found: MigrationNames = {}
    for app, name in sorted(MigrationExecutor(connections[alias]).loader.applied_migrations):
        found.setdefault(app, []).append(name)
    return found


def refuse_newer(names: MigrationNames) -> None:
    """Refuse the schema of a newer program, which this one does not know."""
    known = set(MigrationExecutor(connections["default"]).loader.disk_migrations)
    strange = [f"{app}.{name}" for app, applied in names.items() for name in applied if (app, name) not in known]
    if strange:
        raise Refused(
            "set_newer",
            _("备份来自更新版本的客档（%(what)s），本程序读不懂。请先升级程序，再恢复。")
            % {"what": "、".join(strange[:3])},
        )


def make_schema(alias: str, names: MigrationNames) -> None:
    """Tables and triggers as they were when the set was made, in an empty database."""
    refuse_newer(names)
    executor = MigrationExecutor(connections[alias])
    wanted = {(app, name) for app, applied in names.items() for name in applied}
    graph = executor.loader.graph
    last = [
        node
        for node in sorted(wanted)
        if not any(child.key in wanted and child.key[0] == node[0] for child in graph.node_map[node].children)
    ]
    with standing_in(alias):
        executor.migrate(last)


def drop_everything(alias: str) -> None:
    """Remove all tables of a PostgreSQL database, in the transaction under way."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(name)} CASCADE")


def is_empty(alias: str) -> bool:
    """Whether there are no tables at all, or none with people."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        if "access_person" not in names:
            return not names
        cursor.execute("SELECT EXISTS (SELECT 1 FROM access_person)")
        return not cursor.fetchone()[0]


def bring_forward(alias: str) -> list[str]:
    """Bring the schema of an older program up to that of this one; names of what was applied.

    On PostgreSQL it may happen in the transaction that loaded the rows: nothing is left to be checked at its end meanwhile, for a
    table with checks that wait cannot be altered.

    Raises:
        Refused: ``set_not_migratable``.
    """
    connection = connections[alias]
    with standing_in(alias):
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if not waiting:
            return []
        is_within = connection.in_atomic_block and connection.vendor == "postgresql"
        try:
            if is_within:
                _execute(alias, "SET CONSTRAINTS ALL IMMEDIATE")
            executor.migrate(executor.loader.graph.leaf_nodes())
        except Exception as error:  # a migration may fail in any way; the system in use has not been touched yet
            raise Refused(
                "set_not_migratable",
                _(
                    "备份来自较旧的版本，升级数据结构时出错（%(what)s：%(why)s），没有恢复。请先用做备份时的程序版本恢复，再升级程序。"
                )
                % {"what": f"{waiting[0][0].app_label}.{waiting[0][0].name}", "why": str(error).strip()[:200]},
            ) from error
        if is_within:
            _execute(alias, "SET CONSTRAINTS ALL DEFERRED")
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in waiting]


def load(
    alias: str, tables: list[Table], blocks: Blocks, watch: Watch | None = None, issued: dict[str, int] | None = None
) -> None:
    """Rows of all tables, in one transaction. What the migrations put in gives way; number series go on after the rows.

    Args:
        issued: the highest key ever given by table: keys of rows that are gone are not given again, entries of the trail name them.
    """
    connection = connections[alias]
    write = _write_postgresql if connection.vendor == "postgresql" else _write_sqlite
    with transaction.atomic(using=alias), connection.constraint_checks_disabled():
        if connection.vendor == "sqlite":
            _execute(alias, "PRAGMA defer_foreign_keys=ON")
        else:
            # A column added with its foreign key by a migration of this very transaction has left that key checked at once.
            _execute(alias, "SET CONSTRAINTS ALL DEFERRED")
        _clear(alias, tables)
        for table in tables:
            write(alias, table, _watched(blocks(table), watch))
        reset_sequences(alias, tables, issued or {})
        if connection.vendor == "postgresql":
            _execute(alias, "SET CONSTRAINTS ALL IMMEDIATE")
            _execute(alias, "SET CONSTRAINTS ALL DEFERRED")


def make_index(alias: str) -> dict[str, int]:
    """The search index of a database that came from another engine, made from its records; returns documents by kind."""
    with standing_in(alias):
        return {kind: index.rebuild(kind) for kind in kinds()}


def reset_sequences(alias: str, tables: list[Table], issued: dict[str, int]) -> None:
    """The next key of every table comes after its highest row and after the highest key that was ever given."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name, number in issued.items():
                cursor.execute("UPDATE sqlite_sequence SET seq = max(seq, %s) WHERE name = %s", [number, name])
                if not cursor.rowcount:
                    cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [name, number])
            return
        quote = connection.ops.quote_name
        for table in tables:
            if sequence := sequence_of(connection, table):
                cursor.execute(f"SELECT max({quote(table.key)}) FROM {quote(table.name)}")  # noqa: S608  # names of the schema
                last = max(cursor.fetchone()[0] or 0, issued.get(table.name, 0))
                cursor.execute("SELECT setval(%s, %s, %s)", [sequence, last or 1, bool(last)])


def _clear(alias: str, tables: list[Table]) -> None:
    """Only tables with rows: a protected table refuses the attempt even when it is empty."""
    connection = connections[alias]
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        filled = []
        for table in tables:
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {quote(table.name)})")  # noqa: S608  # name of the schema
            if cursor.fetchone()[0]:
                filled.append(table.name)
        for name in filled:
            cursor.execute(f"DELETE FROM {quote(name)}")  # noqa: S608  # name of the schema


def _write_postgresql(alias: str, table: Table, blocks: Iterable[bytes]) -> None:
    connection = connections[alias]
    quote = connection.ops.quote_name
    names = ", ".join(quote(column.name) for column in table.columns)
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f"COPY {quote(table.name)} ({names}) FROM STDIN") as copy,
    ):
        for block in blocks:
            copy.write(block)


def _write_sqlite(alias: str, table: Table, blocks: Iterable[bytes]) -> None:
    decoders = [decoder(column) for column in table.columns]
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    marks = ", ".join(["%s"] * len(decoders))
    statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608  # names of the schema
    with connections[alias].cursor() as cursor:
        for lines in lines_of(blocks):
            rows = [[decode(text) for decode, text in zip(decoders, line.split("\t"), strict=True)] for line in lines]
            cursor.executemany(statement, rows)


def lines_of(blocks: Iterable[bytes]) -> Iterator[list[str]]:
    """Whole lines out of blocks that may end anywhere, many at a time."""
    rest = b""
    for block in blocks:
        whole, newline, tail = block.rpartition(b"\n")
        if not newline:
            rest += block
            continue
        text = (rest + whole).decode()
        rest = tail
        yield text.split("\n")
    if rest:
        raise ValueError("a table ends in the middle of a line")


def _watched(blocks: Iterable[bytes], watch: Watch | None) -> Iterator[bytes]:
    for block in blocks:
        yield block
        if watch is not None:
            watch(block.count(b"\n"))


def _execute(alias: str, statement: Any) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement)
