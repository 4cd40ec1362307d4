"""Saving many changed customers at once: one prepared statement per set of columns, completeness from three queries for all."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Q

from kedang.business.customers.completeness import PRESENCE, requirements_of, score
from kedang.business.customers.fields import PROFILE_FIELDS
from kedang.business.customers.models import Contact, Customer, CustomerProfile, KeyPerson

ALWAYS = ("version", "updated_at", "completeness")


def rescore(customers: Iterable[Customer], fonds_id: int) -> None:
    """Give customers of one company the completeness that they have now; nothing is saved."""
    rows = list(customers)
    ids = [row.pk for row in rows]
    filled = Q()
    for field in PROFILE_FIELDS:
        filled |= ~Q(**{field: ""})
    presence = {
        "contacts": _owners(Contact.objects.filter(customer_id__in=ids, left_on__isnull=True)),
        "key_persons": _owners(KeyPerson.objects.filter(customer_id__in=ids, removed_at__isnull=True)),
        "profile": _owners(CustomerProfile.objects.filter(filled, customer_id__in=ids)),
    }
    requirements = requirements_of(fonds_id)
    for row in rows:
        wanted = requirements[row.party_kind]
        own = [name for name, _ in wanted if name not in PRESENCE]
        values = {name: getattr(row, f"{name}_id" if name in {"responsible", "department"} else name) for name in own}
        values |= {name: getattr(row, name) for name in ("phone", "mobile", "email")}
        values |= {name: row.pk in owners for name, owners in presence.items()}
        row.completeness = score(values, wanted)[0]


def save_columns(rows: Sequence[tuple[Customer, Iterable[str]]]) -> None:
    """Write the named columns of each customer, and those that every change touches."""
    groups: dict[tuple[str, ...], list[Customer]] = defaultdict(list)
    for customer, names in rows:
        groups[tuple(sorted({*names, *ALWAYS}))].append(customer)
    for names, customers in groups.items():
        columns: Mapping[str, Any] = {name: Customer._meta.get_field(name) for name in names}
        assignments = ", ".join(f"{connection.ops.quote_name(column.column)} = %s" for column in columns.values())
        values = [
            [
                *(column.get_db_prep_save(getattr(one, column.attname), connection) for column in columns.values()),
                one.pk,
            ]
            for one in customers
        ]
        with connection.cursor() as cursor:
            cursor.executemany(f"UPDATE customers_customer SET {assignments} WHERE id = %s", values)  # noqa: S608  # names of columns only


def _owners(rows: Any) -> set[int]:
    return set(rows.values_list("customer_id", flat=True))
