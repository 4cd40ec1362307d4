"""The whole verification: entries, seals, chain, signatures, checkpoints, redactions, triggers."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from django.db import connection, transaction

from kedang.foundation.audit.models import CheckpointPlace, Event, Redaction
from kedang.foundation.audit.record import record
from kedang.foundation.audit.sealing import checkpoints, guards, ranges
from kedang.foundation.audit.sealing.events import REDACTED, VERIFIED
from kedang.foundation.audit.sealing.heads import Head
from kedang.foundation.audit.sealing.sealer import _ceiling
from kedang.foundation.audit.sealing.signing import public_keys
from kedang.foundation.audit.verifying import spans, witness
from kedang.foundation.audit.verifying.chain import Link, check_chain
from kedang.foundation.audit.verifying.report import Fault, Report
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor

Progress = Callable[[int, int], None]


def verify(*, actor: Actor | None, progress: Progress | None = None) -> Report:
    """Look at everything again. With an actor the outcome is an event of its own.

    Args:
        actor: who asks; None looks without leaving a trace (start-up, tests).
        progress: called with entries done and entries in all.
    """
    began = time.monotonic()
    report, keys, links = Report(), public_keys(), dict[int, Link]()
    # Read first what only follows: a seal made meanwhile then has no checkpoint yet that we know of, never the other way round.
    marks, blanked = _kept(), set(Redaction.objects.values_list("event_id", flat=True))
    sealed = missing = 0
    redacted: list[int] = []
    with _tolerant_of_broken_text():
        for result in spans.check_all(keys, progress):
            report.add(result.faults)
            links |= {link[0]: link for link in result.links}
            sealed, missing = sealed + result.events, missing + result.missing
            redacted += result.redacted
        report.seals, report.events, report.redacted = len(links), sealed, len(redacted)
        report.add(check_chain(links.values()))
        last = next((link[1] for link in reversed(links.values()) if link[1] is not None), None)
        if last is not None:
            report.last_seal, report.last_at = last.number, last.at
        report.add(_foreign(last, links, sealed - missing))
        report.add(_unproved(blanked, redacted))
    report.add(_witnessed(marks, links, keys, report))
    report.add([Fault("guard_missing", about=name) for name in guards.missing()])
    report.pending = Event.objects.filter(id__gt=last.high if last else 0).count()
    report.seconds = time.monotonic() - began
    if actor is not None:
        with transaction.atomic():
            record(actor, VERIFIED, meta=_told(report))
    return report


def _told(report: Report) -> dict[str, Any]:
    """What the event keeps of a report."""
    told = report.as_dict()
    kept = {name: told[name] for name in ("ok", "seals", "events", "redacted", "last_seal", "fault_count", "seconds")}
    return kept | ({"first_bad": report.first.sentence} if report.first else {})


def _foreign(last: Head | None, links: dict[int, Link], standing: int) -> list[Fault]:
    """Entries that no seal covers though their turn has passed, or that the table's counter never gave."""
    if last is None:
        return []
    with connection.cursor() as cursor:
        ceiling = _ceiling(cursor)
        cursor.execute(f"SELECT id FROM audit_event WHERE id > {max(ceiling, last.high)} ORDER BY id LIMIT 20")
        beyond = [row[0] for row in cursor.fetchall()]
        cursor.execute(f"SELECT count(*) FROM audit_event WHERE id <= {last.high}")
        strangers = [] if cursor.fetchone()[0] == standing else _uncovered(cursor, last, links)
    return [Fault("event_foreign", event=number) for number in strangers + beyond]


def _uncovered(cursor: Any, last: Head, links: dict[int, Link]) -> list[int]:
    covered = [pair for _n, head, _d in links.values() if head for pair in ranges.unpack(head.ids)]
    cursor.execute(f"SELECT id FROM audit_event WHERE id <= {last.high} ORDER BY id")
    return strangers((row[0] for row in cursor.fetchall()), covered, last)


def strangers(ids: Iterable[int], covered: Iterable[ranges.Range], last: Head) -> list[int]:
    """Ids (ascending, up to the mark of the last seal) that are neither sealed nor open."""
    known = sorted([*covered, *((gap[0], gap[1]) for gap in last.open)])
    found, at = [], 0
    for number in ids:
        while at < len(known) and known[at][1] < number:
            at += 1
        if at == len(known) or known[at][0] > number:
            found.append(number)
    return found


def _unproved(known: set[int], redacted: list[int]) -> list[Fault]:
    """Redactions that no event tells of; and redactions of seals that are not there."""
    if not known:
        return []
    told: set[int] = set()
    for meta in Event.objects.filter(code=REDACTED.code).values_list("meta", flat=True):
        told |= {int(number) for number in orjson.loads(meta or "{}").get("events", [])}
    return [Fault("redaction_unproved", event=number) for number in sorted(known - (told & set(redacted)))]


@dataclass(frozen=True, slots=True)
class Kept:
    """What one place has kept, and up to which seal it was told."""

    path: Path
    told: int
    checkpoints: list[witness.Checkpoint]
    faults: list[Fault]


def _kept() -> list[Kept]:
    """Every place where checkpoints are kept."""
    known = dict(CheckpointPlace.objects.values_list("place", "number"))
    return [Kept(path, known.get(str(path), 0), *witness.read(path)) for path in checkpoints.places()]


def _witnessed(marks: list[Kept], links: dict[int, Link], keys: dict[str, str], report: Report) -> list[Fault]:
    """The database against every place."""
    faults: list[Fault] = []
    settled = max((n for n, head, _d in links.values() if head and _is_settled(head)), default=0)
    for place in marks:
        report.checkpoints[str(place.path)] = len(place.checkpoints)
        expected = max(place.told, settled if place.told else 0)
        name = place.path.parent.name
        faults += place.faults + witness.compare(place.checkpoints, links, keys, name, expected)
    return faults


def _is_settled(head: Head) -> bool:
    return clock.now() - datetime.fromisoformat(head.at) > witness.GRACE


@contextmanager
def _tolerant_of_broken_text() -> Iterator[None]:
    """On SQLite text that is no longer valid comes as bytes meanwhile, so that it is found and not stumbled over."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    wired: Any = connection.connection
    before = wired.text_factory
    wired.text_factory = spans._text
    try:
        yield
    finally:
        wired.text_factory = before
