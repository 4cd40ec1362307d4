"""Reading entries the way digests see them, alike on both engines."""

from collections.abc import Iterable, Sequence
from typing import Any

from kedang.foundation.audit.sealing.digests import COLUMNS
from kedang.foundation.audit.sealing.ranges import Range

_AT = {
    "sqlite": "CASE WHEN substr(at,11,1)=' ' THEN replace(at,' ','T')||CASE length(at) WHEN 19 THEN '.000000Z' ELSE 'Z' END ELSE at END",
    "postgresql": "to_char(at AT TIME ZONE 'UTC','YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
}
MOST_CONDITIONS = 200


def select(vendor: str) -> str:
    """SELECT of all columns in the order of digests; instants as ``2026-03-02T04:00:00.000000Z``."""
    return f"SELECT {', '.join(_AT[vendor] if name == 'at' else name for name in COLUMNS)} FROM audit_event"


def between(cursor: Any, vendor: str, first: int, last: int, limit: int = 0) -> list[tuple[Any, ...]]:
    """Entries with ids from first to last, ascending."""
    bound = f" LIMIT {int(limit)}" if limit else ""
    cursor.execute(f"{select(vendor)} WHERE id BETWEEN {int(first)} AND {int(last)} ORDER BY id{bound}")
    return list(cursor.fetchall())


def within(cursor: Any, vendor: str, ranges: Sequence[Range]) -> list[tuple[Any, ...]]:
    """Entries whose ids lie in the ranges, ascending."""
    found: list[tuple[Any, ...]] = []
    wide = [pair for pair in ranges if pair[1] - pair[0] >= MOST_CONDITIONS]
    few = [pair for pair in ranges if pair[1] - pair[0] < MOST_CONDITIONS]
    for first, last in wide:
        found += between(cursor, vendor, first, last)
    for start in range(0, len(few), MOST_CONDITIONS):
        clause = " OR ".join(f"id BETWEEN {int(a)} AND {int(b)}" for a, b in few[start : start + MOST_CONDITIONS])
        cursor.execute(f"{select(vendor)} WHERE {clause} ORDER BY id")
        found += cursor.fetchall()
    return sorted(found, key=_id_of)


def _id_of(row: tuple[Any, ...]) -> int:
    return int(row[0])


def ids_of(rows: Iterable[Sequence[Any]]) -> list[int]:
    """Their ids."""
    return [row[0] for row in rows]
