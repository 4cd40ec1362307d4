"""The sealing job: entries not yet sealed, in the order of their ids, a batch a seal.

*No entry escapes.* On PostgreSQL ids are drawn before transactions commit, so a smaller id may come into sight after a larger one was
sealed. Each seal therefore lists the ids below its ``high`` mark that were not there (``open``); the next sealings look for them again,
until no transaction that could have drawn them can still be under way (the horizon of the snapshot has passed the one noted, and ten
minutes have gone by). What appears later among closed ids, or beyond what the sequence ever gave, was not written by this program: it is
left unsealed and told by the verifier. Nothing of this costs the writers anything.
"""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from kedang.foundation.audit.models import Seal, SealData
from kedang.foundation.audit.sealing import checkpoints, guards, ranges, rows
from kedang.foundation.audit.sealing.digests import ALGORITHMS, SALT_BYTES, cut, leaf_of, tree_root
from kedang.foundation.audit.sealing.heads import START, Head, digest_of, parse
from kedang.foundation.audit.sealing.signing import SEAL_CONTEXT, signer
from kedang.foundation.kernel import clock

BATCH = 10_000
"""Most entries under one seal; only large imports fill it."""
ENOUGH = 1_000
"""So many waiting entries are sealed at once."""
PATIENCE = timedelta(seconds=25)
"""So long fewer ones may wait for company."""
HEARTBEAT = timedelta(minutes=5)
"""So often there is a seal even if nothing happened: proof that the log was alive."""
SETTLED = timedelta(minutes=10)
FORGOTTEN = timedelta(days=1)
"""No transaction lives so long; and after a move to another database the numbers of transactions say nothing."""


def seal_due() -> list[Seal]:
    """What the worker calls every few seconds: seal if enough waits or has waited long enough, then tell the checkpoints."""
    made = seal_pending() if _is_due() else []
    checkpoints.publish()
    guards.refuse_missing()
    return made


def seal_now() -> list[Seal]:
    """Seal everything that waits (for commands, buttons, exports), then tell the checkpoints."""
    made = seal_pending()
    checkpoints.publish()
    return made


def seal_pending() -> list[Seal]:
    """Seal batch after batch until nothing waits. Another sealer at work is no harm: the number of a seal is unique."""
    made: list[Seal] = []
    while (seal := _seal_batch()) is not None:
        made.append(seal)
    return made


def last_seal() -> Seal | None:
    """The latest seal."""
    return Seal.objects.order_by("-number").first()


def _is_due() -> bool:
    last = last_seal()
    if last is None:
        return True
    high = parse(last.head).high
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM audit_event")
        waiting = (cursor.fetchone()[0] or 0) - high
        if waiting >= ENOUGH or clock.now() - last.at >= HEARTBEAT:
            return True
        if waiting <= 0:
            return False
    return clock.now() - last.at >= PATIENCE


def _seal_batch() -> Seal | None:
    last = last_seal()
    head = parse(last.head) if last else None
    with connection.cursor() as cursor:
        passed = _horizon(cursor, "xmin")
        found = _unsealed(cursor, head)
        horizon = _horizon(cursor, "xmax")
    now = clock.now()
    if not found and last is not None and now - last.at < HEARTBEAT:
        return None
    new_head, salts, leaves = _compose(head, last.digest if last else START, found, now, passed, horizon)
    return _write(new_head, salts, leaves, now)


def _unsealed(cursor: Any, head: Head | None) -> list[tuple[Any, ...]]:
    """Late ones first, then the next batch above the mark, never beyond what the sequence has given."""
    high = head.high if head else 0
    late = rows.within(cursor, connection.vendor, [(gap[0], gap[1]) for gap in head.open]) if head else []
    ceiling = _ceiling(cursor)
    if len(late) >= BATCH or ceiling <= high:
        return late
    return late + rows.between(cursor, connection.vendor, high + 1, ceiling, BATCH - len(late))


def _compose(
    head: Head | None, previous: str, found: Sequence[tuple[Any, ...]], now: datetime, passed: int, horizon: int
) -> tuple[Head, bytes, bytes]:
    algorithm = getattr(settings, "AUDIT_ALGORITHM", "sha256")
    digest = ALGORITHMS[algorithm]
    salts = secrets.token_bytes(SALT_BYTES * len(found))
    leaves = [leaf_of(row, salt, digest) for row, salt in zip(found, cut(salts, SALT_BYTES), strict=True)]
    ids = ranges.ranges_of(row[0] for row in found)
    old_high = head.high if head else 0
    high = max(old_high, found[-1][0] if found else 0)
    times = [row[1] for row in found] or [""]
    composed = Head(
        algorithm=algorithm,
        at=stamp(now),
        count=len(found),
        first_at=min(times),
        high=high,
        ids=ranges.pack(ids),
        key=signer().key,
        last_at=max(times),
        log=head.log if head else secrets.token_hex(16),
        number=head.number + 1 if head else 1,
        open=_still_open(head, ids, high, now, passed, horizon),
        previous=previous,
        root=tree_root(leaves, digest).hex(),
        total=(head.total if head else 0) + len(found),
    )
    return composed, salts, b"".join(leaves)


def _still_open(
    head: Head | None, ids: list[ranges.Range], high: int, now: datetime, passed: int, horizon: int
) -> list[list[int]]:
    """Gaps that an honest entry may still fill: those known before and not settled, and new ones."""
    seconds = int(now.timestamp())
    gaps = []
    for first, last, seen, transaction_id in head.open if head else []:
        age = seconds - seen
        is_over = connection.vendor != "postgresql" or passed >= transaction_id
        is_settled = age >= FORGOTTEN.total_seconds() or (age >= SETTLED.total_seconds() and is_over)
        if not is_settled:
            gaps += [[a, b, seen, transaction_id] for a, b in ranges.minus((first, last), ids)]
    low = (head.high if head else 0) + 1
    if connection.vendor == "postgresql" and high >= low:
        gaps += [[a, b, seconds, horizon] for a, b in ranges.minus((low, high), ids)]
    return sorted(gaps)


def _write(head: Head, salts: bytes, leaves: bytes, now: datetime) -> Seal | None:
    """Both rows in one short transaction; None when another sealer was quicker."""
    text = head.text
    signature = signer().sign(SEAL_CONTEXT, text.encode())
    ids = ranges.unpack(head.ids)
    seal = Seal(
        number=head.number, head=text, signature=signature, digest=digest_of(head, text, signature), at=now,
        first_id=ids[0][0] if ids else head.high, last_id=ids[-1][1] if ids else head.high, count=head.count,
    )  # fmt: skip
    try:
        with transaction.atomic():
            seal.save(force_insert=True)
            SealData(number=head.number, salts=salts, leaves=leaves).save(force_insert=True)
    except IntegrityError:
        return None
    return seal


def _ceiling(cursor: Any) -> int:
    """The highest id that the table's counter has given."""
    if connection.vendor == "sqlite":
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit_event'")
    else:
        cursor.execute("SELECT pg_get_serial_sequence('audit_event', 'id')")
        cursor.execute(f"SELECT last_value FROM {cursor.fetchone()[0]}")
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def _horizon(cursor: Any, edge: str) -> int:
    """PostgreSQL: oldest transaction still running (xmin), or the next one to begin (xmax). SQLite has one writer at a time."""
    if connection.vendor != "postgresql":
        return 0
    cursor.execute(f"SELECT pg_snapshot_{edge}(pg_current_snapshot())::text::bigint")
    return int(cursor.fetchone()[0])


def stamp(moment: datetime) -> str:
    """An instant as seals and bundles write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
