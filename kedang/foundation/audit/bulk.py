"""The trail of a large set of acts: the same rows as ``record`` would write, at the speed of the engine."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from kedang.foundation.audit.models import Event
from kedang.foundation.audit.record import Entry, SubjectRef, build
from kedang.foundation.audit.vocabulary import EventType
from kedang.foundation.kernel import bulk, clock
from kedang.foundation.kernel.actors import Actor

HEAD = ("subject_id", "subject_label", "changes")


def record_set(
    actor: Actor,
    event: EventType,
    subject_type: str,
    rows: Iterable[tuple[int, str, str | bytes]],
    *,
    fonds_id: int | None,
    reason: str = "",
    meta: Mapping[str, Any] | None = None,
    parent: tuple[str, Iterable[int]] | None = None,
) -> int:
    """Write one entry per row ``(subject id, label, changes as JSON text)`` in the transaction under way; returns how many.

    Args:
        actor, event, reason, meta, fonds_id: as for ``record``; the same for all rows.
        subject_type: ``label_lower`` of the model.
        rows: the subjects; ``changes`` come from ``encode_changes``, so that sealed values are sealed there too. As bytes they are
            ready for COPY (PostgreSQL).
        parent: type of the record above and its id per row, where the subject belongs to another record.
    """
    if event.category == "change" and not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            f"{event.code} must be recorded inside the transaction of its change"
        )
    entry = Entry(
        SubjectRef(subject_type, None, "", parent_type=parent[0] if parent else "", fonds_id=fonds_id),
        None,
        reason,
        meta or {},
    )
    sample = build(actor, event, entry, clock.now(), fonds_id)
    head = (*HEAD, "parent_id") if parent else HEAD
    constants = {
        column.attname: getattr(sample, column.attname)
        for column in Event._meta.concrete_fields
        if not column.primary_key and column.attname not in head
    }
    shape = bulk.shape_of(Event, head=head, varying=(), constants=constants)
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    if not columns:
        return 0
    columns[1] = [label[:240] for label in columns[1]]
    if parent:
        columns.append(list(parent[1]))
    count = len(columns[0])
    bulk.insert_columns(shape, columns, [shape.tail(())] * count, is_guarded=True)
    return count
