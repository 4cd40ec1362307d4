"""Reading rows in canonical form from either engine, in order of key, and their digests."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.db import connections, transaction

from kedang.foundation.safekeeping.kinds import encoder
from kedang.foundation.safekeeping.schema import Table

BATCH = 2000
PLAIN_FORMS = (
    "SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO', true), "
    "set_config('bytea_output', 'hex', true), set_config('extra_float_digits', '1', true)"
)
"""For the transaction under way values are printed in their canonical form."""
Watch = Callable[[int], None]
"""Called with the number of rows read since the last call."""


@dataclass(frozen=True, slots=True)
class Digest:
    """Rows of a table and the SHA-256 of their canonical text."""

    rows: int
    sha256: str


class Rows(Protocol):
    """A database at one moment."""

    vendor: str

    def blocks(self, table: Table) -> Iterable[bytes]:
        """Canonical text of all rows, in whole lines."""
        ...

    def count(self, table: Table) -> int:
        """Number of rows."""
        ...

    def issued(self, tables: list[Table]) -> dict[str, int]:
        """The highest key that was ever given, by table, where the engine remembers it; its row may be gone."""
        ...


class SQLiteRows:
    """An embedded database file that nobody writes to, e.g. the copy made for a set."""

    vendor = "sqlite"

    def __init__(self, path: Path) -> None:
        self.connection = open_sqlite(path)

    def blocks(self, table: Table) -> Iterator[bytes]:
        encoders = [encoder(column) for column in table.columns]
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        cursor = self.connection.execute(f'SELECT {names} FROM "{table.name}" ORDER BY "{table.key}"')  # noqa: S608  # names of the schema
        while rows := cursor.fetchmany(BATCH):
            lines = ["\t".join([encode(value) for encode, value in zip(encoders, row, strict=True)]) for row in rows]
            yield ("\n".join(lines) + "\n").encode()

    def count(self, table: Table) -> int:
        return int(self.connection.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0])  # noqa: S608  # name of the schema

    def issued(self, tables: list[Table]) -> dict[str, int]:
        if not self.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone():
            return {}
        known = dict(self.connection.execute("SELECT name, seq FROM sqlite_sequence"))
        return {table.name: int(known[table.name]) for table in tables if known.get(table.name)}

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()


class PostgreSQLRows:
    """A PostgreSQL database inside a transaction that sees one snapshot (see :func:`snapshot`)."""

    vendor = "postgresql"

    def __init__(self, alias: str) -> None:
        self.connection = connections[alias]

    def blocks(self, table: Table) -> Iterator[bytes]:
        quote = self.connection.ops.quote_name
        names = ", ".join(quote(column.name) for column in table.columns)
        order = quote(table.key) + (' COLLATE "C"' if table.is_keyed_by_text else "")
        query = f"COPY (SELECT {names} FROM {quote(table.name)} ORDER BY {order}) TO STDOUT"  # noqa: S608  # names of the schema
        with self.connection.cursor() as cursor, self.connection.wrap_database_errors, cursor.copy(query) as copy:
            waiting: list[bytes] = []
            size = 0
            for row in copy:
                waiting.append(bytes(row))
                size += len(row)
                if size > 1 << 18:
                    yield b"".join(waiting)
                    waiting, size = [], 0
            if waiting:
                yield b"".join(waiting)

    def count(self, table: Table) -> int:
        with self.connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {self.connection.ops.quote_name(table.name)}")  # noqa: S608  # name of the schema
            return int(cursor.fetchone()[0])

    def issued(self, tables: list[Table]) -> dict[str, int]:
        found = {}
        with self.connection.cursor() as cursor:
            for table in tables:
                if sequence := sequence_of(self.connection, table):
                    cursor.execute(f"SELECT last_value FROM {sequence} WHERE is_called")  # noqa: S608  # quoted by the engine
                    if row := cursor.fetchone():
                        found[table.name] = int(row[0])
        return found


def sequence_of(connection: Any, table: Table) -> str:
    """Name of the series that gives keys to a table of PostgreSQL, quoted; empty where there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [connection.ops.quote_name(table.name), table.key])
        return str(cursor.fetchone()[0] or "")


@contextmanager
def snapshot(alias: str) -> Iterator[PostgreSQLRows]:
    """One moment of a PostgreSQL database, as long as the block lasts, on the connection of the alias."""
    connection = connections[alias]
    with transaction.atomic(using=alias):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute(PLAIN_FORMS)
        yield PostgreSQLRows(alias)


def digest_of(rows: Rows, table: Table, watch: Watch | None = None) -> Digest:
    """Digest of one table."""
    digest, count = hashlib.sha256(), 0
    for block in rows.blocks(table):
        digest.update(block)
        lines = block.count(b"\n")
        count += lines
        if watch is not None:
            watch(lines)
    return Digest(count, digest.hexdigest())


@contextmanager
def reading(alias: str) -> Iterator[Rows]:
    """The rows of the database behind an alias, at one moment."""
    connection = connections[alias]
    if connection.vendor == "postgresql":
        with snapshot(alias) as rows:
            yield rows
        return
    found = SQLiteRows(Path(str(connection.settings_dict["NAME"])))
    try:
        found.connection.execute("BEGIN")
        yield found
    finally:
        found.close()


def open_sqlite(path: Path) -> Any:
    """A plain connection to a database file, without Django's conversions, by the engine that the program put in place."""
    return sqlite3.connect(str(path), isolation_level=None, timeout=60, check_same_thread=False)
