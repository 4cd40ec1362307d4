"""Changes of many dossiers in words, each value behind the veil of its own customer: for the register, the card and the home page."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q, QuerySet

from kedang.business.customers.models import Customer
from kedang.business.customers.policies import HISTORY
from kedang.business.customers.printing import ChangeRow
from kedang.foundation.access.policies import policy_for
from kedang.foundation.access.prepared import PreparedWithin
from kedang.foundation.access.secrecy import FieldRight
from kedang.foundation.access.veil import reveal_value, right_on
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.reading import about_any
from kedang.foundation.audit.vocabulary import event_type, event_types
from kedang.foundation.kernel import clock
from kedang.foundation.web.records.history import Wording, model_of, unsealed
from kedang.foundation.web.records.naming import label_of

KIND = Customer._meta.label_lower
FEW = 2000
BATCH = 200
NEWEST = (F("id") + 0).desc()
"""An order that no index has: SQLite then looks for the few events asked for instead of walking through all by time."""
BEGINNING = "customers.created"


@dataclass(slots=True)
class RegisterLine:
    """One act on one dossier."""

    id: int
    at: datetime
    who: str
    code: str
    title: Any
    reason: str
    customer: Customer
    subject: str
    changes: list[tuple[str, str, str]] = field(default_factory=list)


def change_titles() -> list[tuple[str, Any]]:
    """Kinds of change that the register knows."""
    return [
        (known.code, known.title)
        for known in event_types()
        if known.code.startswith("customers.") and known.category == "change"
    ]


def change_events(fonds_id: int | None, codes: Sequence[str] = ()) -> QuerySet[Event]:
    """Changes of dossiers of a company, newest first; of some kinds only where ``codes`` are given, by the index of kinds."""
    events = Event.objects.filter(Q(subject_type=KIND) | Q(parent_type=KIND), fonds_id=fonds_id)
    if len(codes) == 1:
        return events.filter(code=codes[0]).order_by("-at", "-id")
    if codes:
        return events.filter(code__in=codes).order_by(NEWEST)
    return events.filter(category="change").order_by("-at", "-id")


def first_batch(most: int) -> int:
    """How many are asked for first: most readers see most changes, so the first few hold what is asked for."""
    return min(BATCH, 3 * most)


_few = PreparedWithin(Customer, lambda rows: rows.order_by().values_list("pk")[: FEW + 1], HISTORY.code)


def visible_changes(
    actor: Any, events: QuerySet[Event], most: int, first: Callable[[], list[Event]] | None = None
) -> list[tuple[Event, Customer]]:
    """The newest changes of customers that the actor may see. Few customers are asked for by key, many are sieved in batches.

    Args:
        first: gives the first of the events, as many as :func:`first_batch` says, where a page has them worked out.
    """
    few = [key for (key,) in _few.tuples(actor)]
    if len(few) <= FEW:
        events, first = events.filter(about_any(KIND, few)).order_by(NEWEST), None
    found: list[tuple[Event, Customer]] = []
    start, size = 0, first_batch(most)
    while len(found) < most:
        batch = first() if first is not None and not start else list(events[start : start + size])
        known = _customers(actor, batch)
        found += [(event, known[key]) for event in batch if (key := customer_key(event)) in known]
        if len(batch) < size:
            break
        start, size = start + size, BATCH
    return found[:most]


def customer_key(event: Event) -> int | None:
    """Customer that an event belongs to."""
    return event.subject_id if event.subject_type == KIND else event.parent_id


def lines_of(actor: Any, pairs: Iterable[tuple[Event, Customer]]) -> list[RegisterLine]:
    """Events in words. How a dossier began is one line without its many values."""
    pairs = list(pairs)
    wording = Wording(actor, (event for event, _customer in pairs))
    lines = []
    for event, customer in pairs:
        known = event_type(event.code)
        subject = event.subject_label if event.subject_type != KIND else ""
        line = RegisterLine(
            event.pk,
            event.at,
            event.actor_name,
            event.code,
            known.title if known else event.code,
            event.reason,
            customer,
            subject,
        )
        model = model_of(event)
        if model is not None and event.code != BEGINNING:
            line.changes = _changes(actor, wording, event, model, customer)
        lines.append(line)
    return lines


def change_rows(lines: Sequence[RegisterLine]) -> list[ChangeRow]:
    """Rows for paper and files: one per changed field; what a new contact or name began with stands together in one."""
    rows = []
    for line in lines:
        day = f"{clock.local(line.at):%Y-%m-%d}"
        title = f"{line.title}（{line.subject}）" if line.subject else str(line.title)
        for label, old, new in _on_paper(line):
            what = f"{title}：{label}" if label and line.subject else label or title
            rows.append(ChangeRow(day, line.customer.number, line.customer.name, what, old, new, line.reason, line.who))
    return rows


def _on_paper(line: RegisterLine) -> list[tuple[str, str, str]]:
    """The changes of a line as they are printed; a value that only repeats the reason is left out."""
    told = [change for change in line.changes if change[2] != line.reason or not line.reason] or line.changes
    if line.subject and len(told) > 1 and not any(old for _label, old, _new in told):
        return [("", "", "；".join(f"{label} {new}" for label, _old, new in told if new not in ("", line.subject)))]
    return told or [("", "", "")]


def _customers(actor: Any, events: list[Event]) -> dict[int, Customer]:
    keys = {key for event in events if (key := customer_key(event)) is not None}
    paths = policy_for(Customer).paths
    columns = ("id", "number", "name", paths.fonds, paths.owner, paths.department, paths.region, paths.secrecy)
    rows = (
        Customer.objects.visible_to(actor, HISTORY.code)
        .filter(pk__in=keys)
        .only(*(name.removesuffix("_id") for name in columns))
    )
    return {row.pk: row for row in rows}


def _changes(
    actor: Any, wording: Wording, event: Event, model: type[models.Model], customer: Customer
) -> list[tuple[str, str, str]]:
    subject: models.Model = customer if model is Customer else model(customer=customer)
    lines = []
    for name, (old, new) in wording.changes_of(event).items():
        try:
            right = right_on(actor, subject, name)
        except LookupError:
            continue
        if right != FieldRight.HIDE:
            words = []
            for value in (old, new):
                clear = unsealed(model, name, value)
                words.append(reveal_value(right, model, name, clear, wording.words(model, name, clear)).text)
            lines.append((str(label_of(model, name)), *words))
    return lines  # type: ignore[return-value]  # label, old, new
