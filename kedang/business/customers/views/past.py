"""People, profile and classes of a dossier as they were at the end of a day, read back from the trail."""

from datetime import date
from typing import Any

import orjson

from kedang.business.customers.fields import CONTACT_FIELDS, KEY_PERSON_FIELDS, PROFILE_FIELDS
from kedang.business.customers.models import Contact, Customer, CustomerProfile, KeyPerson
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.reading import below
from kedang.foundation.kernel import clock
from kedang.foundation.web.records import Cell, as_of
from kedang.foundation.web.records.cells import fact_of
from kedang.foundation.web.records.naming import label_of

FLAGS = ("is_primary", "is_daily", "is_emergency")
BEGINNINGS = ("customers.contact_added", "customers.key_person_added")


def people_as_of(actor: Any, customer: Customer, day: date) -> dict[str, Any]:
    """Contacts and key persons of that day through today's veil, and the classes."""
    mine = below(Customer._meta.label_lower, customer.pk)
    later = Event.objects.filter(mine, at__gt=clock.end_of_day(day), code__in=BEGINNINGS)
    not_yet = set(later.values_list("subject_type", "subject_id"))
    contacts = _children(actor, customer, Contact, day, not_yet, CONTACT_FIELDS)
    key_persons = _children(actor, customer, KeyPerson, day, not_yet, KEY_PERSON_FIELDS)
    return {
        "contacts": [line for line in contacts if line["row"].left_on is None or line["row"].left_on > day],
        "key_persons": [line for line in key_persons if line["row"].removed_at is None],
        "classes": classes_as_of(customer, day),
    }


def profile_as_of(actor: Any, customer: Customer, day: date) -> list[Cell]:
    """Filled fields of the profile of that day."""
    row = CustomerProfile.objects.filter(customer=customer).first()
    if row is None:
        return []
    row.customer = customer
    was = as_of(row, day)
    cells = [fact_of(actor, was, name, is_wide=True) for name in PROFILE_FIELDS] if was is not None else []
    return [cell for cell in cells if not cell.is_hidden and not cell.is_empty]


def classes_as_of(customer: Customer, day: date) -> str:
    """Classes of that day in words: what the next change after it replaced, or the present ones."""
    later = Event.objects.filter(
        subject_type=Customer._meta.label_lower, subject_id=customer.pk, code="customers.classes_changed",
        at__gt=clock.end_of_day(day),
    ).order_by("id").first()  # fmt: skip
    if later is not None:
        return str(orjson.loads(later.changes or "{}").get("class_names", ["", ""])[0] or "")
    rows = customer.classes.select_related("term__axis").order_by("term__axis__position", "term__position")
    return "；".join(f"{row.term.axis.name}：{row.term.name}" for row in rows)


def _children(
    actor: Any, customer: Customer, model: Any, day: date, not_yet: set[tuple[str, int | None]], names: tuple[str, ...]
) -> list[dict[str, Any]]:
    lines = []
    for row in model.objects.filter(customer=customer).order_by("id"):
        if (model._meta.label_lower, row.pk) in not_yet:
            continue
        row.customer = customer
        was: Any = as_of(row, day)
        if was is None:
            continue
        cells = [fact_of(actor, was, name) for name in names if name != "name"]
        kept = [cell for cell in cells if not cell.is_hidden and not cell.is_empty and not cell.name.startswith("is_")]
        lines.append(
            {
                "row": was,
                "cells": kept,
                "roles": [str(label_of(model, flag)) for flag in FLAGS if getattr(was, flag, False)],
            }
        )
    return lines
