"""The whole base at a quiet moment: rows against entries, ledger, index, jobs, and the engine's own check."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson

REPLAYED = (
    "customers.customer",
    "customers.contact",
    "customers.keyperson",
    "customers.customerprofile",
    "access.person",
    "holdings.item",
    "holdings.itemfile",
    "holdings.volume",
    "holdings.volumenote",
    "holdings.volumereopening",
    "holdings.location",
    "holdings.stocktake",
    "holdings.finding",
    "holdings.transfer",
    "approvals.case",
    "lending.loan",
    "governance.handover",
    "retention.hold",
    "customers.changerequest",
    "holdings.equipment",
    "holdings.roomvisit",
    "holdings.inspection",
)
SKIPPED = {"class_names", "completeness"}


def replay(since: int) -> Iterator[str]:
    """Every record holds exactly what its entries say, and every entry of a change has its record (R15, both ways)."""
    from django.apps import apps

    from kedang.foundation.audit.models import Event

    told: dict[str, dict[int, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    events = Event.objects.filter(
        subject_type__in=REPLAYED, category__in=("change", "admin", "disclose"), id__gt=since
    ).exclude(changes="")
    for kind, key, changes in events.order_by("id").values_list("subject_type", "subject_id", "changes").iterator():
        told[kind][key] |= {name: pair[1] for name, pair in orjson.loads(changes).items()}
    for kind, records in told.items():
        model = apps.get_model(kind)
        rows = model._default_manager.in_bulk(list(records)) if len(records) < 900 else _bulk(model, list(records))
        for key, fields in records.items():
            if key not in rows:
                yield f"entry without its change: {kind} {key} is told of and not there"
                continue
            for name, value in fields.items():
                if name not in SKIPPED and not _agrees(model, rows[key], name, value):
                    yield f"row and entries disagree: {kind} {key}.{name} is {_held(rows[key], name)!r}, told {value!r}"


def _bulk(model: Any, keys: list[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for at in range(0, len(keys), 800):
        found |= model._default_manager.in_bulk(keys[at : at + 800])
    return found


def _held(row: Any, name: str) -> Any:
    value = getattr(row, name, None)
    return getattr(value, "pk", value)


def _agrees(model: Any, row: Any, name: str, told: Any) -> bool:
    from django.db.models import ForeignKey

    from kedang.foundation.audit.record import json_value
    from kedang.foundation.web.records.history import unsealed

    held = _held(row, name)
    told = unsealed(model, name, told)
    if held in (None, "", False) and told in (None, "", False):
        return True
    if held == told or str(held) == str(told):
        return True
    field = next((field for field in model._meta.concrete_fields if field.name == name), None)
    if isinstance(field, ForeignKey) and str(getattr(row, name) or "") == told:
        return True  # some rooms note related records by name
    same: bool = json_value(held) == told or orjson.loads(orjson.dumps(held, default=json_value)) == told
    return same


def versions(first: int, since: int, touched_after: datetime) -> Iterator[str]:
    """A dossier made in the run has as many versions as entries of change: none is missing and none too many."""
    from django.db.models import Q

    from kedang.business.customers.models import Customer
    from kedang.foundation.audit.models import Event

    told = Event.objects.filter(id__gt=since, category="change")
    keys = set(told.filter(subject_type="customers.customer").values_list("subject_id", flat=True))
    keys |= set(told.filter(parent_type="customers.customer").values_list("parent_id", flat=True))
    keys |= set(Customer.objects.filter(updated_at__gte=touched_after).values_list("pk", flat=True))
    wanted = sorted(key for key in keys if key > first)
    for at in range(0, len(wanted), 400):
        some = wanted[at : at + 400]
        held = dict(Customer.objects.filter(pk__in=some).values_list("pk", "version"))
        counted = Counter(
            Event.objects.filter(category="change", subject_type="customers.customer", subject_id__in=some).values_list(
                "subject_id", flat=True
            )
        )
        with_it = Event.objects.filter(
            ~Q(parent_type=""), category="change", parent_type="customers.customer", parent_id__in=some
        )
        counted.update(
            with_it.exclude(channel="import", code="customers.contact_added").values_list("parent_id", flat=True)
        )
        for key, version in held.items():
            if version != counted[key]:
                yield f"customer {key} has version {version} and {counted[key]} entries of change"


def ledger() -> Iterator[str]:
    """Every number given is in the ledger once, every number of the ledger is a customer's, none is given twice."""
    from django.db.models import Count

    from kedang.business.customers.models import Customer
    from kedang.business.customers.numbers import NUMBER_KEY
    from kedang.foundation.numbering.models import NumberSeries

    numbers = set(Customer.objects.values_list("number", flat=True))
    for twice in Customer.objects.values("fonds", "number").annotate(n=Count("id")).filter(n__gt=1):
        yield f"number given twice: {twice}"
    if "" in numbers:
        yield "customer without a number"
    named: set[str] = set()
    for series in NumberSeries.objects.filter(key=NUMBER_KEY):
        expected = 1
        for entry in series.entries.filter(state="used").order_by("first"):
            if entry.first != expected:
                yield f"ledger of {series} jumps from {expected} to {entry.first}"
            expected = entry.last + 1
            named |= {f"{series.prefix}{n:0{series.width}d}{series.suffix}" for n in range(entry.first, entry.last + 1)}
        if series.last != expected - 1:
            yield f"series {series} stands at {series.last}, its ledger at {expected - 1}"
    for what, some in (
        ("number not in the ledger", numbers - named),
        ("number of the ledger without customer", named - numbers),
    ):
        if some:
            yield f"{what}: {sorted(some)[:5]} ({len(some)})"


def index() -> Iterator[str]:
    """Customers that are not taken back, items and volumes, and nothing else of these kinds, are in the search index."""
    from kedang.business.customers.models import Customer
    from kedang.business.customers.searching import KIND
    from kedang.business.holdings.models import Item, Volume

    yield from _indexed(KIND, Customer.objects.filter(withdrawn_at__isnull=True))
    yield from _indexed("item", Item.objects.all())
    yield from _indexed("volume", Volume.objects.all())


def _indexed(kind: str, rows: Any) -> Iterator[str]:
    from django.db import connection

    from kedang.foundation.search.models import SearchDocument, key_of, key_range
    from kedang.foundation.search.sources import source_of

    code = source_of(kind).code
    wanted = {key_of(code, pk) for pk in rows.values_list("pk", flat=True)}
    found = {"documents": set(SearchDocument.objects.filter(pk__range=key_range(code)).values_list("pk", flat=True))}
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM search_grams_docsize WHERE id BETWEEN %s AND %s", key_range(code))
            found["grams"] = {row[0] for row in cursor.fetchall()}
    for what, keys in found.items():
        if keys != wanted:
            yield f"search {what} of {kind}: {len(wanted - keys)} missing, {len(keys - wanted)} too many"


def jobs(since: int, calm: datetime) -> Iterator[str]:
    """Nobody waits for a job that nobody works on; each was handed in once and ended once. ``calm``: since then all work was done; what a
    schedule hands in during the comparison may still wait.
    """
    from kedang.foundation.audit.models import Event
    from kedang.foundation.jobs.models import UNFINISHED, Job

    events: dict[int, list[str]] = defaultdict(list)
    for key, code in Event.objects.filter(subject_type="jobs.job", id__gt=since).values_list("subject_id", "code"):
        events[key].append(code)
    waiting = Event.objects.filter(subject_type="jobs.job", code="jobs.queued", id__lte=since)
    for key in set(waiting.values_list("subject_id", flat=True)) & set(events):
        events[key].append("jobs.queued")
    ends = {"done": "jobs.done", "failed": "jobs.failed", "cancelled": "jobs.cancelled"}
    for job in Job.objects.filter(pk__in=list(events)) if len(events) < 900 else Job.objects.all():
        codes = events.get(job.pk, [])
        if not codes:
            continue
        if codes.count("jobs.queued") != 1:
            yield f"job {job.pk} ({job.kind}) was handed in {codes.count('jobs.queued')} times"
        if job.state in UNFINISHED and job.created_at > calm:
            continue
        if job.state in UNFINISHED:
            yield f"job {job.pk} ({job.kind}) is still {job.state}, attempt {job.attempts}: {job.message}"
        elif codes.count(ends[job.state]) < 1 or (job.state != "cancelled" and codes.count(ends[job.state]) != 1):
            yield f"job {job.pk} ({job.kind}) is {job.state} with entries {codes}"
        if job.state == "failed" and "次中断" not in job.error:
            yield f"job {job.pk} ({job.kind}) failed: {job.error}"


def engine() -> Iterator[str]:
    """The engine's own check of its files."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA integrity_check")
            answers = [row[0] for row in cursor.fetchall()]
            if answers != ["ok"]:
                yield f"integrity_check: {answers[:5]}"
            cursor.execute("PRAGMA foreign_key_check")
            broken = cursor.fetchall()
            if broken:
                yield f"foreign_key_check: {broken[:5]}"
            cursor.execute("INSERT INTO search_grams(search_grams) VALUES ('integrity-check')")
            return
        cursor.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'amcheck'")
        yield from _amcheck(cursor) if cursor.fetchone() else _read_through(cursor)
        cursor.execute("SELECT coalesce(sum(checksum_failures), 0) FROM pg_stat_database")
        if failures := cursor.fetchone()[0]:
            yield f"{failures} pages with a wrong checksum"


def _amcheck(cursor: Any) -> Iterator[str]:
    cursor.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
    cursor.execute(
        "SELECT c.relname, bt_index_check(c.oid, true) FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid"
        " JOIN pg_am a ON a.oid = c.relam JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE a.amname = 'btree' AND n.nspname = 'public' AND i.indisvalid"
    )
    cursor.fetchall()
    cursor.execute(
        "SELECT c.relname, v.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,"
        " LATERAL verify_heapam(c.oid) v WHERE c.relkind = 'r' AND n.nspname = 'public'"
    )
    for row in cursor.fetchall()[:5]:
        yield f"verify_heapam: {row}"


def _read_through(cursor: Any) -> Iterator[str]:
    """Where the server lacks amcheck: every row is read, and every unique index leads to as many rows as the table has."""
    cursor.execute(
        "SELECT c.relname, i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid, 1, true) FROM pg_index i"
        " JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND i.indisunique AND i.indpred IS NULL"
    )
    for table, name, column in cursor.fetchall():
        counts = []
        for seq, other in (("on", "off"), ("off", "on")):
            cursor.execute(
                f"SET enable_seqscan = {seq}; SET enable_bitmapscan = {other}; SET enable_indexonlyscan = off;"
                f"SET enable_indexscan = {other}; SET enable_sort = {seq}"
            )
            what = (
                f'count(t::text) FROM "{table}" t'
                if seq == "on"
                else f'count(*) FROM (SELECT * FROM "{table}" ORDER BY {column}) t'
            )
            cursor.execute(f"SELECT {what}")
            counts.append(cursor.fetchone()[0])
        if counts[0] != counts[1]:
            yield f"index {name} leads to {counts[1]} of {counts[0]} rows of {table}"
