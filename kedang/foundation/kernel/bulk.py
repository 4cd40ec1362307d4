"""Many rows into one table at the speed of the engine: COPY on PostgreSQL, one prepared statement on SQLite.

A row has a *head*, known only at the moment of writing (key, number), and a *tail*, made ready beforehand, if need be in another process:
a tuple of parameters on SQLite, the bytes of a line on PostgreSQL. Columns that are the same for all rows are said once. Values are those
that the model's fields would give the driver; constraints and foreign keys hold as for any other row.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, repeat
from typing import Any

from django.db import connection, models

Tail = Any
"""What :meth:`RowShape.tail` makes: a tuple for SQLite, bytes for PostgreSQL, which go to the server as they are."""

_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"), ("\0", ""))

_UNESCAPES = {escaped: sign for sign, escaped in _ESCAPES if escaped}
_ESCAPED = re.compile(r"\\.")
FEW = 20
"""Up to so many rows PostgreSQL gets an ordinary statement."""
LOG_PAGES = 16_000
"""Of SQLite's log, between two times that it is carried over while much is written: some 64 MB."""
SAMPLED = "25"
"""A quarter of PostgreSQL's own value; its samples are 300 times as many rows."""
LOT = 50
"""Rows of one statement on SQLite, where they go together."""


@dataclass(frozen=True, slots=True)
class RowShape:
    """Columns of the rows of one table. Plain data: it goes to helper processes as it is."""

    table: str
    head: tuple[str, ...]
    varying: tuple[str, ...]
    constants: tuple[tuple[str, Any], ...]
    vendor: str
    _constant_text: str = field(default="", repr=False)

    def tail(self, values: Sequence[Any]) -> Tail:
        """The ready part of one row from the values of the varying columns, which are text, numbers, booleans or None."""
        if self.vendor == "postgresql":
            return (copy_line(values) + self._constant_text if values else self._constant_text[1:]).encode()
        return tuple(values)

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns in the order of writing."""
        return (*self.head, *self.varying, *(name for name, _ in self.constants))


def shape_of(
    model: type[models.Model],
    *,
    head: Sequence[str],
    varying: Sequence[str],
    constants: Mapping[str, Any] | None = None,
) -> RowShape:
    """The shape for a model: columns that are neither head nor varying take the field's default, or the constant given.

    Args:
        head, varying, constants: names of columns (``attname``). An automatic key may be left out.
    """
    fixed: dict[str, Any] = {}
    for column in model._meta.concrete_fields:
        name = column.attname
        if name in head or name in varying or (column.primary_key and name not in (constants or {})):
            continue
        value = constants[name] if constants and name in constants else column.get_default()
        fixed[name] = plain(column.get_db_prep_save(value, connection))
    columns = {column.attname: column for column in model._meta.concrete_fields}
    names = {name: str(column.column) for name, column in columns.items()}
    pairs = tuple((names[name], value) for name, value in fixed.items() if not _is_absent(columns[name], value))
    text = "".join("\t" + copy_text(value) for _, value in pairs)
    return RowShape(
        model._meta.db_table,
        tuple(names[n] for n in head),
        tuple(names[n] for n in varying),
        pairs,
        connection.vendor,
        text,
    )


def _is_absent(column: Any, value: Any) -> bool:
    """Whether a column may be left out, since the engine itself puts nothing there."""
    return value is None and column.db_default is models.NOT_PROVIDED


def insert_rows(shape: RowShape, rows: Iterable[tuple[Sequence[Any], Tail]]) -> None:
    """Write rows of ``(head values, tail)`` in the transaction under way."""
    rows = list(rows)
    if rows:
        insert_columns(shape, list(zip(*(head for head, _ in rows), strict=True)), [tail for _, tail in rows])


def insert_columns(
    shape: RowShape, head: Sequence[Sequence[Any]], tails: Sequence[Tail], *, is_guarded: bool = False
) -> None:
    """Write rows given column by column in the transaction under way.

    Args:
        head: the values of each column of the head.
        tails: the ready part of each row.
        is_guarded: a trigger may refuse rows of this table. SQLite then lays aside, for every statement, what it would have to put back:
            half of the work of writing, unless one statement brings many rows.
    """
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, shape.columns))
    into = f"INSERT INTO {quote(shape.table)} ({names})"
    with connection.cursor() as cursor:
        if shape.vendor != "postgresql":
            heads: Iterable[tuple[Any, ...]] = zip(*head, strict=True) if head else repeat((), len(tails))
            is_whole = not shape.varying
            rows = list(heads) if is_whole else [(*one, *tail) for one, tail in zip(heads, tails, strict=True)]
            _insert_lite(cursor, shape, into, rows, is_guarded)
            return
        lines = copy_lines(head, tails)
        if len(lines) <= FEW:
            statement = f"{into} VALUES ({', '.join(['%s'] * len(shape.columns))})"
            cursor.executemany(statement, [list(map(_value_of, line.decode().split("\t"))) for line in lines])
            return
        with connection.wrap_database_errors, cursor.copy(f"COPY {quote(shape.table)} ({names}) FROM STDIN") as copy:
            copy.write(b"\n".join(lines) + b"\n")


def _insert_lite(cursor: Any, shape: RowShape, into: str, rows: list[tuple[Any, ...]], is_guarded: bool) -> None:
    width = len(shape.head) + len(shape.varying)
    literals = [_literal(value) for _, value in shape.constants]
    whole = len(rows) - len(rows) % LOT if is_guarded else 0
    if whole:
        one = f"({', '.join(['%s'] * width)})"
        lot = f"{into} SELECT {', '.join(['*', *literals])} FROM (VALUES {', '.join([one] * LOT)})"  # noqa: S608  # names of columns and constants only
        for first in range(0, whole, LOT):
            cursor.execute(lot, list(chain.from_iterable(rows[first : first + LOT])))
    if whole < len(rows):
        cursor.executemany(f"{into} VALUES ({', '.join(['%s'] * width + literals)})", rows[whole:])


def copy_lines(head: Sequence[Sequence[Any]], tails: Sequence[Tail]) -> list[bytes]:
    """Lines of COPY. The heads are made ready column by column: whether a sign must be escaped is asked once for all rows."""
    return list(map(b"\t".join, zip(*map(copy_column, head), tails, strict=True))) if tails else []


def copy_column(values: Sequence[Any]) -> Sequence[bytes]:
    """One column of COPY; bytes among the values are such text already (see :func:`copy_bytes`)."""
    kinds = set(map(type, values))
    if kinds == {bytes}:
        return values
    if kinds == {int}:
        return "\n".join(map(str, values)).encode().split(b"\n")
    if kinds == {str}:
        joined = "\n".join(values)
        if joined.count("\n") < len(values) and not any(sign in joined for sign in "\\\t\r\0"):
            return joined.encode().split(b"\n")
    return [copy_bytes(value) for value in values]


def copy_bytes(value: Any) -> bytes:
    """One value of a COPY line as it goes to the server."""
    return value if type(value) is bytes else copy_text(value).encode()


def reserve_ids(model: type[models.Model], count: int) -> range | list[int]:
    """Keys for ``count`` new rows, in the transaction under way, which on SQLite already holds the write lock."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # The name of the sequence is looked up once, behind a fence, and not anew for every key.
            cursor.execute(
                "WITH own AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name) "
                "SELECT min(id), CASE WHEN max(id) - min(id) + 1 > count(*) THEN array_agg(id ORDER BY id) END FROM "
                "(SELECT nextval(own.name) AS id FROM own CROSS JOIN generate_series(1, %s)) AS taken",
                [table, count],
            )
            first, scattered = cursor.fetchone()
            return scattered or (range(first, first + count) if count else [])
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        first = (row[0] if row else 0) + 1
        return range(first, first + count)


def binding_cursor(wired: Any) -> Any:
    """A cursor that hands values to PostgreSQL beside the statement; Django's writes them into its text, which takes longer."""
    import psycopg

    wired.close_if_health_check_failed()
    wired.ensure_connection()
    return wired._prepare_cursor(
        psycopg.Cursor(wired.connection)
    )  # as Django prepares its own: statements are counted and watched


def plain(value: Any) -> Any:
    """A value as text, number, boolean or None, the way both engines read it."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def copy_line(values: Sequence[Any]) -> str:
    """The values of a COPY line, parted by tabs. Most lines hold no sign that must be escaped: that is asked once for all of them."""
    texts = [value if type(value) is str else copy_text(value) for value in values]
    line = "\t".join(texts)
    is_odd = line.count("\\") > values.count(None) or line.count("\t") >= len(texts)
    if is_odd or "\n" in line or "\r" in line or "\0" in line:
        return "\t".join(map(copy_text, values))
    return line


def copy_text(value: Any) -> str:
    """One value of a COPY line."""
    if value is None:
        return "\\N"
    if value is True or value is False:
        return "t" if value else "f"
    if type(value) is int:
        return str(value)
    text = value if type(value) is str else str(value)
    for plain_sign, escaped in _ESCAPES:
        if plain_sign in text:
            text = text.replace(plain_sign, escaped)
    return text


def _value_of(text: str) -> str | None:
    """The value of one field of a COPY line."""
    return None if text == "\\N" else _ESCAPED.sub(lambda found: _UNESCAPES[found[0]], text)


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int):
        return str(value)
    return "'" + str(value).replace("'", "''").replace("%", "%%") + "'"


@contextmanager
def carried_over_seldom() -> Iterator[None]:
    """While the block writes in many transactions, SQLite carries what is in its log over into the database less often.

    A page that ten transactions changed is then carried over once. Each commit is on the disk when it returns, as ever.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_autocheckpoint")
        usual = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA wal_autocheckpoint = {int(usual)}")


@contextmanager
def counted_roughly() -> Iterator[None]:
    """Within the block PostgreSQL counts tables from smaller samples; it counts them anew by itself, in full, within minutes."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('default_statistics_target', %s, false)", [SAMPLED])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET default_statistics_target")


def analyze(*tables: type[models.Model]) -> None:
    """After many rows were written: count the indexes anew, so that the planner knows which of them narrows.

    PostgreSQL looks at the columns of indexes only: sorting samples of long texts would take most of the time and help nobody.
    """
    with connection.cursor() as cursor:
        for table in tables:
            columns = f" ({', '.join(_indexed(table))})" if connection.vendor == "postgresql" else ""
            cursor.execute(f"ANALYZE {connection.ops.quote_name(table._meta.db_table)}{columns}")


def _indexed(table: type[models.Model]) -> list[str]:
    """Columns that stand in some index or constraint of a table, quoted."""
    every: dict[str, Any] = {column.name: column for column in table._meta.concrete_fields}
    names = {name for name, column in every.items() if column.unique or column.db_index or column.is_relation}
    for one in (*table._meta.indexes, *table._meta.constraints):
        names.update(str(name).lstrip("-") for name in getattr(one, "fields", ()))
    return [connection.ops.quote_name(str(every[name].column)) for name in sorted(names & set(every))]


def vacuum(*tables: type[models.Model]) -> None:
    """After many rows were written on PostgreSQL: mark their pages as seen by all, so that counts and deep pages need the index alone.

    The server would do so by itself within minutes; people look at the list at once. Does nothing inside a transaction.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"VACUUM {connection.ops.quote_name(table._meta.db_table)}")
