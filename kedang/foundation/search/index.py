"""Writing the index: in the transaction of the change it follows, alike on both databases.

``put`` and ``remove`` serve single changes, ``put_many`` imports: it takes documents that were encoded elsewhere (in a
worker process), writes them by the fastest path of the database and must run inside the importer's transaction.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, cast

from django.db import connection, transaction

from kedang.foundation.search.documents import Document, Encoded, Line, encode, line_of
from kedang.foundation.search.models import key_of, key_range
from kedang.foundation.search.sources import source_of

logger = logging.getLogger(__name__)

CHUNK = 2000
SETTLE_SECONDS = 4.0
"""Between two rounds of :func:`settled_beside`."""
MERGED_AT, MERGED_LATE = 4, 8
"""Segments that SQLite merges into one: its own value, and while much is written."""
FEW = 20
COLUMNS = "id, fonds_id, secrecy_level, owner_id, department_id, region_code, body"

Row = tuple[int, Encoded | Line]


def put(kind: str, documents: Iterable[tuple[int, Document]]) -> int:
    """Write (object id, document) pairs, replacing what stood there; returns how many."""
    return put_many(kind, ((one, encode(document)) for one, document in documents))


@transaction.atomic
def put_many(kind: str, rows: Iterable[Row], *, are_new: bool = False) -> int:
    """Write (object id, encoded document) pairs; returns how many.

    Args:
        are_new: the caller vouches that none of them is in the index yet (records just created), which is quicker.
    """
    code = source_of(kind).code
    base = key_of(code, 0)
    keyed = ((base | one, encoded) for one, encoded in rows)
    count = 0
    for chunk in _chunks(keyed):
        if connection.vendor == "postgresql":
            _write_postgresql(chunk, are_new)
        else:
            _write_sqlite(chunk, are_new)
        count += len(chunk)
    return count


@transaction.atomic
def remove(kind: str, ids: Iterable[int]) -> None:
    """Take records out of the index; those that are not in it are no mistake."""
    code = source_of(kind).code
    for chunk in _chunks(ids):
        keys = ",".join(str(key_of(code, one)) for one in chunk)
        _delete(f"id IN ({keys})", f"rowid IN ({keys})", [])


def rebuild(kind: str, report: Any = None) -> int:
    """Make the index of a kind anew from its records, in transactions of ``CHUNK``; readers find what is done already.

    Args:
        report: called with the number done after every chunk.
    """
    source = source_of(kind)
    low, high = key_range(source.code)
    with transaction.atomic():
        _delete("id BETWEEN %s AND %s", "rowid BETWEEN %s AND %s", [low, high])
    done = 0
    for chunk in _chunks(source.all_ids()):
        with transaction.atomic():
            done += put(kind, source.documents(chunk))
        if report is not None:
            report(done)
    settle()
    return done


def settle(*, is_counted: bool = False) -> None:
    """After a large import: bring what was written in bulk into its final order, so that the next search is quick.

    Args:
        is_counted: :func:`count_anew` was called since the last document was written.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT gin_clean_pending_list('search_document_tokens')")
            if not is_counted:
                count_anew()
        else:
            cursor.execute("INSERT INTO search_grams(search_grams, rank) VALUES ('merge', 1000)")
            _merge_every(cursor, MERGED_AT)


def _merge_every(cursor: Any, segments: int) -> None:
    """SQLite: so many segments of one level are merged into one of the next."""
    cursor.execute("INSERT INTO search_grams(search_grams, rank) VALUES ('automerge', %s)", [segments])


def count_anew() -> None:
    """Let PostgreSQL count the documents again; may go on while their words are still being put in order."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE search_document")


@contextmanager
def settled_beside() -> Iterator[Callable[[], None]]:
    """While the block writes in bulk, a second connection brings what was written into its final order (PostgreSQL).

    Putting pending entries in order is half of the work of writing them. The writer would do it itself from time to time and stand still
    meanwhile; searches read pending entries one by one, so that a short list is good for them too. The block is given a function that it
    calls when it has written all: the last round then goes on beside what it has left to do. When the block ends all is in order.
    SQLite has one writer only; it merges segments of the index less often meanwhile (a process that is killed leaves it so until the next
    :func:`settle`).
    """
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            _merge_every(cursor, MERGED_LATE)
        try:
            yield lambda: None
        finally:
            with connection.cursor() as cursor:
                _merge_every(cursor, MERGED_AT)
        return
    stop = threading.Event()
    beside = threading.Thread(target=_settle_until, args=(stop,), name="search-settle", daemon=True)
    beside.start()
    try:
        yield stop.set
    finally:
        stop.set()
        beside.join()


def _settle_until(stop: threading.Event) -> None:
    """The second connection of :func:`settled_beside`; when it fails, the writer's own limit holds."""
    try:
        with connection.cursor() as cursor:  # what is put in order in one go is put in order once
            cursor.execute("SELECT set_config('maintenance_work_mem', '128MB', false)")
        is_last = False
        while not is_last:
            is_last = stop.wait(SETTLE_SECONDS)
            with connection.cursor() as cursor:
                cursor.execute("SELECT gin_clean_pending_list('search_document_tokens')")
    except Exception:
        logger.exception("pending entries of the search index are left to the writer")
    finally:
        connection.close()


def size(kind: str) -> int:
    """Number of documents of a kind in the index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM search_document WHERE id BETWEEN %s AND %s", key_range(source_of(kind).code)
        )
        return int(cursor.fetchone()[0])


def _chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


def _delete(documents: str, grams: str, params: list[Any]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DELETE FROM search_grams WHERE {grams}", params)
        cursor.execute(f"DELETE FROM search_document WHERE {documents}", params)


def _write_sqlite(rows: Sequence[Row], are_new: bool) -> None:
    verb = "INSERT" if are_new else "INSERT OR REPLACE"
    read = [(key, _read(one)) for key, one in rows]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"{verb} INTO search_document ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [(key, *encoded[:6]) for key, encoded in read],
        )
        cursor.executemany(
            f"{verb} INTO search_grams (rowid, tokens) VALUES (%s, %s)", [(key, encoded[6]) for key, encoded in read]
        )


def _write_postgresql(rows: Sequence[Row], are_new: bool) -> None:
    with connection.cursor() as cursor:
        columns = [*COLUMNS.split(", "), "tokens"]
        kept = ", ".join(f"{column} = EXCLUDED.{column}" for column in columns[1:])
        into = f"INSERT INTO search_document ({', '.join(columns)})"
        if len(rows) <= FEW:
            values = ", ".join(["%s"] * len(COLUMNS.split(", ")))
            cursor.executemany(
                f"{into} VALUES ({values}, %s::tsvector) ON CONFLICT (id) DO UPDATE SET {kept}",
                [(key, *_read(one)) for key, one in rows],
            )
            return
        # One long list of pending entries is brought into the index far more cheaply than many short ones.
        cursor.execute(
            "SELECT set_config('gin_pending_list_limit', '64MB', true), set_config('work_mem', '64MB', true)"
        )
        if are_new:
            _copy(cursor, "search_document", rows)
            return
        cursor.execute(
            "CREATE TEMPORARY TABLE IF NOT EXISTS search_incoming (LIKE search_document) ON COMMIT DELETE ROWS"
        )
        cursor.execute("TRUNCATE search_incoming")
        _copy(cursor, "search_incoming", rows)
        cursor.execute(f"{into} SELECT {', '.join(columns)} FROM search_incoming ON CONFLICT (id) DO UPDATE SET {kept}")


def _copy(cursor: Any, table: str, rows: Sequence[Row]) -> None:
    """COPY in text form."""
    lines = ((key, one if isinstance(one, Line) else line_of(one)) for key, one in rows)
    raw = cast("Any", cursor.cursor)
    with raw.copy(f"COPY {table} ({COLUMNS}, tokens) FROM STDIN") as copy:
        copy.write(b"".join([b"%d\t%b\t%b\n" % (key, line.before, line.tokens) for key, line in lines]))


def _read(one: Encoded | Line) -> Encoded:
    return one.read() if isinstance(one, Line) else one
