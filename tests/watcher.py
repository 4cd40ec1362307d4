"""Smoke alarm: a change of a business table without an event in the same transaction fails the test.

Every SQL statement of the test's connection passes the watcher. A unit is the outermost ``atomic`` block inside the test, or
one statement outside any block. What the test itself prepares is not watched: only statements that come from the house's own
code (services, pages, jobs, commands) are. Deliberate exceptions are listed in ``QUIET``, each with its reason.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.transaction import Atomic

HOUSE = str(Path(__file__).resolve().parent.parent / "kedang")
WRITE = re.compile(
    r'^\s*(?:WITH\b.*?\)\s*)?(INSERT(?:\s+OR\s+\w+)?\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)"?',
    re.IGNORECASE | re.DOTALL,
)
TRAIL = "audit_event"

#: Tables (with a verb, or ``*``) and functions that need no event of their own.
QUIET_TABLES: dict[tuple[str, str], str] = {
    ("jobs_job", "UPDATE"): "progress and heartbeat; that a job was asked for and how it ended are events",
    ("numbering_numberseries", "*"): "the counter; the number is named by the event of the record that got it",
    (
        "numbering_numberentry",
        "*",
    ): "the ledger is a record of its own: which numbers, to whom, when; voiding is an event",
    (
        "holdings_referencecode",
        "INSERT",
    ): "the register of codes: the event of the volume or item that got one names it; replacing and voiding are events",
    ("intake_importchunk", "*"): "staging; what is imported is told per customer and per batch",
}
QUIET_FUNCTIONS: dict[tuple[str, str], str] = {
    ("foundation/access/roles.py", "ensure_builtin_roles"): "roles that come with the program, not with a decision",
    ("foundation/numbering/services.py", "rule_for"): "the shipped rule, copied when it is first used",
    (
        "foundation/safekeeping/rekeying/columns.py",
        "exchange",
    ): "the same values under another key; the rotation is one event with its counts",
    (
        "foundation/files/services/fixity.py",
        "_note",
    ): "that a file was read again; the run is told with its counts, a fault by itself",
    ("foundation/files/services/fixity.py", "name_origins"): "whose content was found; the finding itself is an event",
    (
        "foundation/notices/services/dispatching.py",
        "_went",
    ): "when a channel last worked, beside its settings; that a message was given up is an event",
    ("business/customers/jobs.py", "rescore"): "a derived score; the change of the requirements is the event",
}
#: Files whose frames alone do not make a statement the house's own: model and queryset code runs in tests' set-up too.
PLUMBING = re.compile(r"/(models(/\w+)?|querysets|fields|secrecy|duties)\.py$|/kernel/")


@dataclass(frozen=True)
class Fault:
    """One unit that changed something and told nobody."""

    writes: tuple[str, ...]
    where: str

    def __str__(self) -> str:
        return f"{', '.join(self.writes)} without an event, from {self.where}"


@dataclass
class Watcher:
    """Statements of the unit under way, and what was found wrong."""

    base: int
    tables: frozenset[str]
    faults: list[Fault] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    where: str = ""
    has_event: bool = False

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Execute wrapper: look at the statement, then let it pass."""
        result = execute(sql, params, many, context)
        self.look(str(sql))
        return result

    def look(self, sql: str) -> None:
        """Note a write on a business table, or an event."""
        found = WRITE.match(sql)
        if found is None:
            return
        verb, table = found[1].split()[0].upper(), found[2]
        if table == TRAIL:
            self.has_event = True
        elif table in self.tables and (table, verb) not in QUIET_TABLES and (table, "*") not in QUIET_TABLES:
            where = origin(sys._getframe(2))
            if where:
                self.writes.append(f"{verb} {table}")
                self.where = where
        if depth() <= self.base:
            self.end(None)

    def end(self, error: Any) -> None:
        """The unit is over; a rolled-back one is forgiven."""
        if self.writes and not self.has_event and error is None:
            self.faults.append(Fault(tuple(dict.fromkeys(self.writes)), self.where))
        self.writes, self.where, self.has_event = [], "", False


def depth() -> int:
    """How many atomic blocks are open on the connection."""
    return int(connection.in_atomic_block) + len(connection.savepoint_ids)


def origin(frame: FrameType | None) -> str:
    """The nearest line of the house that asked for the statement; empty for a test's own set-up or a quiet function."""
    nearest = ""
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(HOUSE) and not PLUMBING.search(name):
            place = name.removeprefix(f"{HOUSE}/")
            if (place, frame.f_code.co_name) in QUIET_FUNCTIONS:
                return ""
            nearest = nearest or f"{place}:{frame.f_lineno} {frame.f_code.co_name}"
        frame = frame.f_back
    return nearest


def business_tables() -> frozenset[str]:
    """Tables of the house's models, without the trail and technical ones."""
    return frozenset(
        model._meta.db_table
        for model in apps.get_models()
        if model.__module__.startswith("kedang.")
        and not getattr(model, "is_technical", False)
        and model._meta.db_table != TRAIL
    )


@pytest.fixture(autouse=True)
def watched(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watcher | None]:
    """Every test with a database is watched; ``@pytest.mark.unwatched(reason)`` is for tests of the alarm itself."""
    uses = {"db", "transactional_db", "cast"} & set(request.fixturenames) or request.node.get_closest_marker(
        "django_db"
    )
    if not uses or request.node.get_closest_marker("unwatched") or "page" in request.fixturenames:
        yield None
        return
    marker = request.node.get_closest_marker("django_db")
    is_transactional = "transactional_db" in request.fixturenames or (
        marker is not None and marker.kwargs.get("transaction")
    )
    request.getfixturevalue("transactional_db" if is_transactional else "db")
    watcher = Watcher(depth(), business_tables())
    leave = Atomic.__exit__

    def left(self: Atomic, error_type: Any, error: Any, trace: Any) -> None:
        try:
            leave(self, error_type, error, trace)
        finally:
            if depth() <= watcher.base:
                watcher.end(error_type)

    monkeypatch.setattr(Atomic, "__exit__", left)
    with connection.execute_wrapper(watcher):
        yield watcher
    assert not watcher.faults, "\n".join(str(fault) for fault in watcher.faults)
