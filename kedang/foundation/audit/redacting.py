"""Redaction of a person: parts of sealed entries are blanked for good, and the trail stays provable.

The digests of the blanked parts are kept, their salts destroyed, so that nobody can guess what was there; every other part still
verifies. Who blanked what and why is an event, sealed like any other.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction

from kedang.foundation.audit.models import Event, Redaction, Seal, SealData
from kedang.foundation.audit.record import record
from kedang.foundation.audit.sealing import ranges, rows, sealer
from kedang.foundation.audit.sealing.digests import (
    ALGORITHMS,
    PART_NAMES,
    PARTS,
    SALT_BYTES,
    SLICES,
    Hash,
    part_digest,
    part_salt,
)
from kedang.foundation.audit.sealing.events import REDACTED
from kedang.foundation.audit.sealing.heads import Head, parse
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

REDACTABLE = PART_NAMES[1:]


def event_redact(*, actor: Actor, event_ids: Iterable[int], parts: Sequence[str], reason: str) -> int:
    """Blank parts of entries; how many entries were touched. The caller answers for the right to do so.

    Args:
        event_ids: the entries; those not yet sealed are sealed first.
        parts: of :data:`REDACTABLE` (actor, subject, changes, reason, meta).
        reason: why, in the actor's own words; kept in the event.

    Raises:
        Refused: ``reason_missing``, ``part_unknown``, ``event_unknown``, ``event_unsealed``, ``event_redacted`` (already).
    """
    wanted = sorted(set(event_ids))
    if not reason.strip():
        raise Refused("reason_missing", "抹除留痕内容必须写明原因。", "reason")
    if not parts or set(parts) - set(REDACTABLE):
        raise Refused("part_unknown", f"可抹除的部分只有：{'、'.join(REDACTABLE)}。", "parts")
    sealer.seal_now()
    with transaction.atomic():
        _really_overwrite()
        for seal, ids in _by_seal(wanted).items():
            _redact_under(seal, ids, [name for name in REDACTABLE if name in parts])
        record(actor, REDACTED, reason=reason, meta={"events": wanted, "parts": sorted(parts), "rows": len(wanted)})
    sealer.seal_now()
    return len(wanted)


def _by_seal(wanted: Sequence[int]) -> dict[Seal, list[int]]:
    """The seal of each entry."""
    found: dict[Seal, list[int]] = {}
    for number in wanted:
        seal = seal_of(number)
        if seal is None:
            is_there = Event.objects.filter(pk=number).exists()
            told = f"记录 {number} 还没有封存，请稍后再试。" if is_there else f"没有编号为 {number} 的记录。"
            raise Refused("event_unsealed" if is_there else "event_unknown", told, "event_ids")
        if Redaction.objects.filter(pk=number).exists():
            raise Refused("event_redacted", f"记录 {number} 已经抹除过。", "event_ids")
        found.setdefault(seal, []).append(number)
    return found


def seal_of(event_id: int) -> Seal | None:
    """The seal that covers an entry, None while it waits."""
    for seal in Seal.objects.filter(last_id__gte=event_id, first_id__lte=event_id, count__gt=0).order_by("last_id"):
        if any(first <= event_id <= last for first, last in ranges.unpack(parse(seal.head).ids)):
            return seal
    return None


def _redact_under(seal: Seal, ids: Sequence[int], parts: Sequence[str]) -> None:
    head = parse(seal.head)
    digest = ALGORITHMS[head.algorithm]
    data = SealData.objects.select_for_update().get(pk=seal.number)
    salts = bytearray(bytes(data.salts))
    places = {number: place for place, number in enumerate(ranges.numbers(ranges.unpack(head.ids)))}
    with connection.cursor() as cursor:
        found = {row[0]: row for row in rows.within(cursor, connection.vendor, ranges.ranges_of(ids))}
    for number in ids:
        at = places[number] * SALT_BYTES
        salt = bytes(salts[at : at + SALT_BYTES])
        salts[at : at + SALT_BYTES] = bytes(SALT_BYTES)
        _note(head, number, found[number], salt, parts, digest)
        Event.objects.filter(pk=number).update(**_blanks(parts))
    SealData.objects.filter(pk=seal.number).update(salts=bytes(salts))


def _note(head: Head, number: int, row: Sequence[Any], salt: bytes, parts: Sequence[str], digest: Hash) -> None:
    digests, others = {}, {}
    for place, name in enumerate(PART_NAMES):
        own = part_salt(salt, place, digest)
        if name in parts:
            digests[str(place)] = part_digest(place, row[SLICES[place]], own, digest).hex()
        else:
            others[str(place)] = own.hex()
    Redaction.objects.create(
        event_id=number, seal_number=head.number, parts=",".join(parts), digests=json.dumps(digests), salts=json.dumps(others),
        at=clock.now(),
    )  # fmt: skip


def _blanks(parts: Sequence[str]) -> dict[str, Any]:
    columns = [column for name, columns in PARTS if name in parts for column in columns]
    return {column: None if column == "actor_id" else "" for column in columns}


def _really_overwrite() -> None:
    """SQLite: overwrite what is replaced with zeros, not only unlink it."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")
