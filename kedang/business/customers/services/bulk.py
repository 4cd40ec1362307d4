"""Sets of customers: created, updated, withdrawn and restored by the rules of the single services, with the same entries.

They work inside the caller's transaction, which holds one chunk; the caller has asked for the right once for the whole
set and knows from ``recognising`` which rows are new. Constraints of the database stand behind it: an
``IntegrityError`` means that the base changed meanwhile.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import orjson

from kedang.business.customers import search as searching
from kedang.business.customers.events import (
    CONTACT_ADDED,
    CUSTOMER_CHANGED,
    CUSTOMER_CREATED,
    CUSTOMER_WITHDRAWN,
    FORMER_NAME_ADDED,
)
from kedang.business.customers.fields import KIND_FIELDS
from kedang.business.customers.models import Contact, Customer, FormerName
from kedang.business.customers.naming import name_key
from kedang.business.customers.numbers import codes_of, number_rule, type_code
from kedang.business.customers.preparing import (
    CONTACT_LABEL,
    LABEL,
    Prepared,
    PrepareSpec,
    changes_with_numbers,
    with_numbers,
)
from kedang.business.customers.rows import typed_value
from kedang.business.customers.search import KIND
from kedang.business.customers.services.bulk_saving import rescore, save_columns
from kedang.business.customers.services.checking import id_number_blind, mobile_blind
from kedang.business.customers.services.indexing import reindex
from kedang.foundation.audit.bulk import record_set
from kedang.foundation.audit.record import encode_changes
from kedang.foundation.kernel import bulk, clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.numbering.services import issue_run
from kedang.foundation.search import index

Changes = dict[str, tuple[Any, Any]]
_BLINDS = {"mobile": ("mobile_blind", mobile_blind), "id_number": ("id_number_blind", id_number_blind)}
SEARCHED = frozenset({"name", *searching._PLAIN, *searching._SEALED, *searching._SCOPES})
"""Fields whose change the search index must follow."""
_NOT_UPDATED = frozenset({"number", "party_kind"})


class Created(NamedTuple):
    """Key and number of a new customer."""

    id: int
    number: str


def customers_create_bulk(
    *,
    actor: Actor,
    fonds_id: int,
    spec: PrepareSpec,
    rows: Sequence[Prepared],
    twins: Mapping[int, int] | None = None,
    reason: str = "",
    meta: Mapping[str, Any] | None = None,
) -> list[Created]:
    """Write prepared customers with numbers from the ledger, entries in the trail, contacts and search words.

    Args:
        actor, fonds_id: who, and for which company.
        spec, rows: what :class:`preparing.Preparer` made.
        twins: place in ``rows`` → how many dossiers of the same credit code are kept apart before it.
        reason, meta: for the trail; ``meta`` names the batch.

    Raises:
        IntegrityError: the base changed since the rows were compared; nothing of this set is written then.
    """
    if not rows:
        return []
    numbers = _numbers(actor, fonds_id, [row.kind for row in rows])
    ids = bulk.reserve_ids(Customer, len(rows))
    twin = (twins or {}).get
    bulk.insert_columns(
        spec.shape, [ids, numbers, [twin(at, 0) for at in range(len(rows))]], [row.tail for row in rows]
    )
    told = {"version": 1, **(meta or {})}
    labels = [f"{row.name}（{number}）" for row, number in zip(rows, numbers, strict=True)]
    record_set(
        actor, CUSTOMER_CREATED, LABEL, zip(ids, labels, changes_with_numbers(rows, numbers), strict=True),
        fonds_id=fonds_id, reason=reason, meta=told,
    )  # fmt: skip
    _add_contacts(actor, fonds_id, spec, [(key, row) for key, row in zip(ids, rows, strict=True) if row.contact], told)
    search = with_numbers([row.search for row in rows], numbers)
    index.put_many(KIND, zip(ids, search, strict=True), are_new=True)
    return list(map(Created, ids, numbers))


def planned_changes(
    rows: Sequence[tuple[int, Mapping[str, Any]]],
    *,
    fill: bool,
    withheld: Mapping[str, Collection[str]] | None = None,
    told: list[list[str]] | None = None,
) -> list[Changes]:
    """What a set of updates would change, per row, in order; nothing is written.

    Args:
        rows: key of the customer, and field → value as the file has it (after JSON); empty values never overwrite.
        fill: only blanks are filled, nothing is overwritten.
        withheld: kind of customer → fields that this actor cannot change at once: they stay as they are.
        told: gets, per row, the fields that were left for that reason.
    """
    kinds: dict[str, str] = {}
    for column in Customer._meta.concrete_fields:
        kind = column.get_internal_type()
        kinds[column.attname] = {"DateField": "date", "DecimalField": "decimal"}.get(kind, "")
    names = sorted({name for _, values in rows for name in values if name in kinds and name not in _NOT_UPDATED})
    present = {
        row["id"]: row
        for row in Customer.objects.filter(pk__in=[key for key, _ in rows]).values("id", "party_kind", *names)
    }
    planned: list[Changes] = []
    for key, values in rows:
        there, changes = present[key], {}
        allowed = KIND_FIELDS[there["party_kind"]]
        closed, left = (withheld or {}).get(there["party_kind"], ()), list[str]()
        for name in names:
            value = typed_value(values.get(name), kinds[name])
            if value in (None, "") or name not in allowed:
                continue
            old = there[name]
            if old == value or (fill and old not in (None, "")):
                continue
            if name in closed:
                left.append(name)
            else:
                changes[name] = (old, value)
        planned.append(changes)
        if told is not None:
            told.append(left)
    return planned


def customers_update_bulk(
    *,
    actor: Actor,
    fonds_id: int,
    changes: Mapping[int, Changes],
    reason: str = "",
    meta: Mapping[str, Any] | None = None,
) -> dict[int, int]:
    """Write planned changes; returns the version of each customer after it.

    Args:
        changes: key of the customer → field → (old, new), as :func:`planned_changes` gives them.
    """
    rows = Customer.objects.select_for_update(of=("self",)).in_bulk(list(changes))
    versions: dict[int, int] = {}
    entries: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    old_names = {key: row.name for key, row in rows.items()}
    now = clock.now()
    saving: list[tuple[Customer, list[str]]] = []
    for key, change in changes.items():
        customer = rows[key]
        saving.append((customer, _take(customer, {name: new for name, (_, new) in change.items()})))
        customer.version += 1
        customer.updated_at = now
    rescore((customer for customer, _ in saving), fonds_id)
    save_columns(saving)
    for key, change in changes.items():
        customer, old_name = rows[key], old_names[key]
        versions[key] = customer.version
        entries[customer.version].append((key, customer.audit_label, encode_changes(Customer, change)))
        if "name" in change and name_key(old_name, customer.party_kind) != customer.name_key:
            _keep_former_name(actor, customer, old_name)
    for version, several in entries.items():
        record_set(
            actor,
            CUSTOMER_CHANGED,
            LABEL,
            several,
            fonds_id=fonds_id,
            reason=reason,
            meta={"version": version, **(meta or {})},
        )
    reindex([key for key, change in changes.items() if not SEARCHED.isdisjoint(change)])
    return versions


def customers_withdraw_bulk(
    *, actor: Actor, fonds_id: int, ids: Sequence[int], reason: str, meta: Mapping[str, Any] | None = None
) -> set[int]:
    """Take back customers that are still as they were created (version 1, current); returns the keys of those that were.

    Who was changed since, or withdrawn, stays as it is.
    """
    now = clock.now()
    untouched = Customer.objects.filter(pk__in=ids, version=1, withdrawn_at__isnull=True).order_by("id")
    untouched = untouched.exclude(hold_count__gt=0)
    rows = untouched.select_for_update(of=("self",)).values_list("id", "name", "number")
    labels = {key: f"{name}（{number}）" for key, name, number in rows}
    if not labels:
        return set()
    Customer.objects.filter(pk__in=list(labels)).update(withdrawn_at=now, updated_at=now, version=2)
    changes = orjson.dumps({"withdrawn_at": (None, now.isoformat())}).decode()
    record_set(
        actor, CUSTOMER_WITHDRAWN, LABEL, [(key, label, changes) for key, label in labels.items()],
        fonds_id=fonds_id, reason=reason, meta={"version": 2, **(meta or {})},
    )  # fmt: skip
    index.remove(KIND, list(labels))
    return set(labels)


def customers_restore_bulk(
    *,
    actor: Actor,
    fonds_id: int,
    before: Mapping[int, tuple[int, Mapping[str, Sequence[Any]]]],
    reason: str,
    meta: Mapping[str, Any] | None = None,
) -> set[int]:
    """Put back what an update changed, for customers that nobody changed since; returns the keys of those.

    Args:
        before: key → (version that the update left, field → [old, new] after JSON).
    """
    rows = Customer.objects.select_for_update(of=("self",)).in_bulk(list(before))
    back: dict[int, Changes] = {}
    for key, (version, fields) in before.items():
        customer = rows.get(key)
        if customer is None or customer.version != version or customer.withdrawn_at is not None:
            continue
        kinds = {name: _kind_of(name) for name in fields}
        old = {name: _or_empty(name, typed_value(pair[0], kinds[name])) for name, pair in fields.items()}
        back[key] = {name: (getattr(customer, name), value) for name, value in old.items()}
    customers_update_bulk(actor=actor, fonds_id=fonds_id, changes=back, reason=reason, meta=meta)
    return set(back)


def json_changes(changes: Changes) -> dict[str, list[Any]]:
    """Changes as JSON holds them, for the undo."""
    return {name: [_json(old), _json(new)] for name, (old, new) in changes.items()}


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date | datetime) else value


def _kind_of(name: str) -> str:
    internal = Customer._meta.get_field(name).get_internal_type()
    return {"DateField": "date", "DecimalField": "decimal"}.get(internal, "")


def _or_empty(name: str, value: Any) -> Any:
    return value if value is not None or Customer._meta.get_field(name).null else ""


def _take(customer: Customer, values: Mapping[str, Any]) -> list[str]:
    """Put values and what depends on them into a customer; returns the columns to save."""
    saving = list(values)
    for name, value in values.items():
        setattr(customer, name, value)
        if name in _BLINDS:
            column, blind = _BLINDS[name]
            setattr(customer, column, blind(value))
            saving.append(column)
    if "name" in values:
        customer.name_key = name_key(customer.name, customer.party_kind)
        saving.append("name_key")
    return saving


def _numbers(actor: Actor, fonds_id: int, kinds: Sequence[str]) -> list[str]:
    """A number per row: one run of the ledger for each type code."""
    rule = number_rule(fonds_id)
    codes = codes_of(rule)
    wanted: dict[str, list[int]] = {}
    code_of = {kind: type_code(codes, kind) for kind in set(kinds)}
    for at, kind in enumerate(kinds):
        wanted.setdefault(code_of[kind], []).append(at)
    numbers = [""] * len(kinds)
    for code, places in wanted.items():
        run = issue_run(actor=actor, rule=rule, code=code, count=len(places))
        for at, text in zip(places, run.texts(), strict=True):
            numbers[at] = text
    return numbers


def _add_contacts(
    actor: Actor, fonds_id: int, spec: PrepareSpec, rows: Sequence[tuple[int, Prepared]], meta: Mapping[str, Any]
) -> None:
    if not rows or spec.contact_shape is None:
        return
    contacts = [(key, row.contact) for key, row in rows if row.contact is not None]
    bulk.insert_rows(spec.contact_shape, [((key,), tail) for key, (_, tail, _) in contacts])
    made = dict(Contact.objects.filter(customer_id__in=[key for key, _ in contacts]).values_list("customer_id", "id"))
    record_set(
        actor, CONTACT_ADDED, CONTACT_LABEL, [(made[key], name, changes) for key, (name, _, changes) in contacts],
        fonds_id=fonds_id, meta=meta, parent=(LABEL, [key for key, _ in contacts]),
    )  # fmt: skip


def _keep_former_name(actor: Actor, customer: Customer, old_name: str) -> None:
    row, is_new = FormerName.objects.get_or_create(
        customer=customer, name=old_name[:200], defaults={"until": clock.today()}
    )
    if is_new:
        changes = encode_changes(FormerName, {"name": (None, row.name), "until": (None, row.until)})
        record_set(
            actor, FORMER_NAME_ADDED, FormerName._meta.label_lower, [(row.pk, str(row), changes)],
            fonds_id=customer.fonds_id, parent=(LABEL, [customer.pk]),
        )  # fmt: skip
