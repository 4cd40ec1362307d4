"""A stretch of seals with their entries, checked in this process or in helpers on all processors."""

import importlib
import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from kedang.foundation.audit.sealing import ranges
from kedang.foundation.audit.verifying import reading
from kedang.foundation.audit.verifying.batch import check_entries, check_seal
from kedang.foundation.audit.verifying.chain import Link
from kedang.foundation.audit.verifying.report import Fault

WORTH_HELPERS = 60_000
"""Entries from which on starting helper processes pays."""
SPAN_ENTRIES = 50_000
SPAN_SEALS = 2_000


@dataclass(slots=True)
class SpanResult:
    """What was found in a stretch of seals."""

    events: int = 0
    missing: int = 0
    redacted: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Source:
    """How a helper process reaches the database: module of the driver and what it needs."""

    vendor: str
    module: str
    target: dict[str, Any]


def plan(cursor: Any) -> tuple[list[tuple[int, int]], int]:
    """Stretches of about equal work, and how many entries there are in all."""
    cursor.execute("SELECT number, count FROM audit_seal ORDER BY number")
    spans, first, last, load, total, seals = [], 0, 0, 0, 0, 0
    for number, count in cursor.fetchall():
        first = first or number
        last, load, total, seals = number, load + count, total + count, seals + 1
        if load >= SPAN_ENTRIES or seals >= SPAN_SEALS:
            spans.append((first, last))
            first, load, seals = 0, 0, 0
    if first:
        spans.append((first, last))
    return spans, total


def check_all(keys: Mapping[str, str], progress: Callable[[int, int], None] | None = None) -> Iterator[SpanResult]:
    """Every stretch in order; several at once where that is worth it."""
    with connection.cursor() as cursor:
        spans, total = plan(cursor)
        done = 0
        if total < WORTH_HELPERS or connection.in_atomic_block:
            results: Iterator[SpanResult] = (check(cursor, connection.vendor, span, keys) for span in spans)
            for result in results:
                done += result.events
                if progress:
                    progress(done, total)
                yield result
            return
    source = _source()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=max(2, min(4, os.cpu_count() or 2)), mp_context=context) as pool:
        futures = [pool.submit(check_there, source, span, dict(keys)) for span in spans]
        for future in futures:
            result = future.result()
            done += result.events
            if progress:
                progress(done, total)
            yield result


def check(cursor: Any, vendor: str, span: tuple[int, int], keys: Mapping[str, str]) -> SpanResult:
    """One stretch. A bad batch is read a second time: a redaction may have come between two readings."""
    result = SpanResult()
    blanked = reading.blanked(cursor, *span)
    for seal in reading.seals(cursor, *span):
        head, faults = check_seal(seal, keys)
        result.links.append((seal.number, head, seal.digest))
        if head is not None and not faults:
            ids = ranges.unpack(head.ids)
            faults = check_entries(seal, head, reading.entries(cursor, vendor, ids), blanked)
            if faults:
                fresh = next(reading.seals(cursor, seal.number, seal.number), seal)
                blanked |= reading.blanked(cursor, seal.number, seal.number)
                faults = check_entries(fresh, head, reading.entries(cursor, vendor, ids), blanked)
        if head is not None:
            result.events += head.count
        result.missing += sum(fault.kind == "event_missing" for fault in faults)
        result.faults += faults
    result.redacted = sorted(blanked)
    return result


def check_there(source: Source, span: tuple[int, int], keys: dict[str, str]) -> SpanResult:
    """One stretch in a helper process, with a connection of its own.

    SQLite gives text as text, which is quicker; a stretch with text that is none is read again, so that the entry is named.
    """
    with _cursor(source) as cursor:
        try:
            return check(cursor, source.vendor, span, keys)
        except Exception as error:
            if source.vendor != "sqlite" or "decode" not in str(error):
                raise
            cursor.connection.text_factory = _text
            return check(cursor, source.vendor, span, keys)


def _source() -> Source:
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        driver: Any = getattr(connection, "Database")  # noqa: B009  (every wrapper has it, its type does not say so)
        return Source("sqlite", driver.__name__, {"database": str(connection.settings_dict["NAME"])})
    target = {k: v for k, v in connection.get_connection_params().items() if isinstance(v, str | int)}
    return Source("postgresql", "psycopg", target)


@contextmanager
def _cursor(source: Source) -> Iterator[Any]:
    driver = importlib.import_module(source.module)
    if source.vendor == "sqlite":
        from pathlib import Path

        opened = driver.connect(f"{Path(source.target['database']).resolve().as_uri()}?mode=ro", uri=True, timeout=30)
    else:
        opened = driver.connect(**source.target, autocommit=True)
    try:
        yield opened.cursor()
    finally:
        opened.close()


def _text(raw: bytes) -> Any:
    """Text as text; what is no longer valid text as bytes, so that it is found and not stumbled over."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw
