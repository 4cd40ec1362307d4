"""Chunks into the database and out of it again. On PostgreSQL their sealed parts travel as they are, beside the statement.

Written into the text of a statement, or read as text, each byte would be spelled out and read back: twice the length, and some microseconds
of every row of the file.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from django.db import connection, transaction

from kedang.business.intake.models import ImportBatch, ImportChunk
from kedang.foundation.kernel.bulk import binding_cursor

_BINARY = 1
_COLUMNS = tuple(column.attname for column in ImportChunk._meta.concrete_fields if not column.primary_key)
_INSERT = f"INSERT INTO intake_importchunk ({', '.join(_COLUMNS)}) VALUES ({', '.join(['%s'] * len(_COLUMNS))})"  # noqa: S608  # names of columns only
_READ = "SELECT payload, marks FROM intake_importchunk WHERE batch_id = %s AND seq = %s"


def keep(chunks: Sequence[ImportChunk]) -> None:
    """Put new chunks into the database, all or none."""
    with transaction.atomic():
        if connection.vendor != "postgresql":
            ImportChunk.objects.bulk_create(chunks)
            return
        with binding_cursor(connection) as cursor:
            cursor.executemany(_INSERT, [[_plain(getattr(chunk, name)) for name in _COLUMNS] for chunk in chunks])


def parts_of(batch: ImportBatch, seq: int) -> tuple[bytes, bytes]:
    """Sealed payload and marks of a chunk."""
    if connection.vendor != "postgresql":
        payload, marks = batch.chunks.values_list("payload", "marks").get(seq=seq)
        return bytes(payload), bytes(marks)
    with binding_cursor(connection) as cursor:
        cursor.cursor.format = _BINARY
        cursor.execute(_READ, [batch.pk, seq])
        payload, marks = cursor.fetchone()
    return bytes(payload), bytes(marks)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return orjson.dumps(value).decode()
    return str(value) if isinstance(value, str) else value
