"""Reading seals and their entries through any DB-API cursor: Django's own, or one of a helper process."""

from collections.abc import Iterator
from typing import Any

from kedang.foundation.audit.sealing import ranges, rows
from kedang.foundation.audit.verifying.batch import Blanked, Sealed

SEAL = "s.number, s.head, s.signature, s.digest, s.first_id, s.last_id, s.count"
CHUNK = 20


def seals(cursor: Any, first: int, last: int) -> Iterator[Sealed]:
    """Seals with their data, in order."""
    for start in range(first, last + 1, CHUNK):
        stop = min(last, start + CHUNK - 1)
        cursor.execute(
            f"SELECT {SEAL}, d.salts, d.leaves FROM audit_seal s LEFT JOIN audit_sealdata d ON d.number = s.number "
            f"WHERE s.number BETWEEN {int(start)} AND {int(stop)} ORDER BY s.number"
        )
        for row in cursor.fetchall():
            number, head, signature, digest, first_id, last_id, count, salts, leaves = row
            packed = bytes(salts or b""), bytes(leaves or b"")
            yield Sealed(number, head, signature, digest, first_id, last_id, count, *packed)


def blanked(cursor: Any, first: int, last: int) -> dict[int, Blanked]:
    """Redactions under these seals, by entry."""
    cursor.execute(
        f"SELECT event_id, parts, digests, salts FROM audit_redaction WHERE seal_number BETWEEN {int(first)} AND {int(last)}"
    )
    return {row[0]: Blanked(*row[1:]) for row in cursor.fetchall()}


def entries(cursor: Any, vendor: str, ids: list[ranges.Range]) -> list[tuple[Any, ...]]:
    """Entries of a seal."""
    if len(ids) == 1:
        return rows.between(cursor, vendor, *ids[0])
    return rows.within(cursor, vendor, ids)
