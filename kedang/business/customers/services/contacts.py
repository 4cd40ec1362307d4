"""Contacts of a customer (CU-05): they come, change and leave; who left stays on record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.events import CONTACT_ADDED, CONTACT_CHANGED, CONTACT_LEFT
from kedang.business.customers.fields import CONTACT_FIELDS
from kedang.business.customers.models import Contact, Customer
from kedang.business.customers.services.checking import check_past, check_reach, check_standard_characters
from kedang.business.customers.services.problems import Problems, clean_record, constraints_refuse, typed
from kedang.business.customers.services.writing import (
    blinds_of,
    first_values,
    locked_child,
    locked_customer,
    refuse_stale,
    take_over,
    touch,
)
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

Values = Mapping[str, Any]


@dataclass(slots=True)
class ContactRows:
    """Checked contacts of a customer that is about to be saved."""

    rows: list[Contact] = field(default_factory=list)

    def save(self, actor: Actor, reason: str = "") -> None:
        """Write them down, each with its event."""
        for row in self.rows:
            with constraints_refuse(_one_primary()):
                row.save(force_insert=True)
            record(
                actor, CONTACT_ADDED, row, changes=first_values(row, CONTACT_FIELDS), reason=reason, meta={"version": 1}
            )


def contact_rows(customer: Customer, given: Iterable[Values], problems: Problems) -> ContactRows:
    """Contacts from values, with what is wrong told under ``contacts.<n>.<field>``; empty lines are passed over."""
    made = ContactRows()
    for number, values in enumerate(given):
        if not any(value not in (None, "", False) for value in values.values()):
            continue
        clean, own = _checked(values)
        row = Contact(customer=customer, **clean)
        clean_record(row, CONTACT_FIELDS, own)
        if row.is_primary and any(other.is_primary for other in made.rows):
            own.tell("is_primary", _one_primary()["primary"][2])
        for name, sentence in own.items():
            problems.tell(f"contacts.{number}.{name}", sentence)
        made.rows.append(row)
    return made


@transaction.atomic
def contact_add(*, actor: Actor, customer: Customer, values: Values, reason: str = "") -> Contact:
    """Add a contact. A new main contact takes the place of the one before.

    Raises:
        Refused: ``values_invalid``.
    """
    owner = locked_customer(actor, customer, "customers.change")
    clean, problems = _checked(values)
    row = Contact(customer=owner, **clean)
    clean_record(row, CONTACT_FIELDS, problems)
    problems.refuse()
    if row.is_primary:
        _step_back(actor, owner, row)
    ContactRows([row]).save(actor, reason.strip())
    touch(actor, owner)
    return row


@transaction.atomic
def contact_change(*, actor: Actor, contact: Contact, values: Values, version: int | None, reason: str = "") -> Contact:
    """Change a contact; see :func:`contact_add`.

    Raises:
        Refused: ``stale_version``, ``contact_left``, ``values_invalid``.
    """
    owner, row = locked_child(actor, contact, "customers.change")
    refuse_stale(row, version)
    if row.left_on is not None:
        raise Refused(
            "contact_left", _("%(name)s已于 %(day)s 离任，资料留作历史，不能再改。") % {"name": row, "day": row.left_on}
        )
    clean, problems = _checked(values, row)
    changes = take_over(row, clean)
    if not changes:
        return row  # type: ignore[no-any-return]  # a Contact by construction
    clean_record(row, tuple(changes), problems)
    problems.refuse()
    if changes.get("is_primary", (False, False))[1]:
        _step_back(actor, owner, row)
    row.version += 1
    with constraints_refuse(_one_primary()):
        row.save(update_fields=[*changes, *blinds_of(clean), "version"])
    record(actor, CONTACT_CHANGED, row, changes=changes, reason=reason.strip(), meta={"version": row.version})
    touch(actor, owner)
    return row  # type: ignore[no-any-return]  # a Contact by construction


@transaction.atomic
def contact_leave(*, actor: Actor, contact: Contact, left_on: date | None = None, reason: str = "") -> Contact:
    """Write down that a contact has left the post; the record stays as history.

    Raises:
        Refused: ``contact_left``, ``values_invalid``.
    """
    owner, row = locked_child(actor, contact, "customers.change")
    if row.left_on is not None:
        raise Refused("contact_left", _("%(name)s已于 %(day)s 离任，不必再登记。") % {"name": row, "day": row.left_on})
    day = left_on or clock.today()
    if day > clock.today() or (row.since_on is not None and day < row.since_on):
        raise Refused("values_invalid", _("离任日期应在任职开始之后、今天以前，请核对。"), "left_on")
    changes = take_over(row, {"left_on": day})
    row.version += 1
    row.save(update_fields=["left_on", "version"])
    record(actor, CONTACT_LEFT, row, changes=changes, reason=reason.strip(), meta={"version": row.version})
    touch(actor, owner)
    return row  # type: ignore[no-any-return]  # a Contact by construction


def _checked(values: Values, current: Contact | None = None) -> tuple[dict[str, Any], Problems]:
    problems = Problems()
    clean = {name: typed(Contact, name, value, problems) for name, value in values.items() if name in CONTACT_FIELDS}
    check_reach(clean, problems)
    check_standard_characters(Contact, clean, problems)
    check_past(clean, "since_on", _("任职日期"), problems)
    if not (clean["name"] if "name" in clean else getattr(current, "name", "")):
        problems.tell("name", _("联系人姓名没有填写，请补上。"))
    return clean, problems


def _step_back(actor: Actor, customer: Customer, new: Contact) -> None:
    """The main contact so far becomes an ordinary one."""
    before = Contact.objects.select_for_update().filter(customer=customer, is_primary=True, left_on__isnull=True)
    for other in before.exclude(pk=new.pk):
        other.customer = customer
        changes = take_over(other, {"is_primary": False})
        other.version += 1
        other.save(update_fields=["is_primary", "version"])
        why = _("%(name)s成为主要联络人") % {"name": new.name}
        record(actor, CONTACT_CHANGED, other, changes=changes, reason=why, meta={"version": other.version})


def _one_primary() -> dict[str, tuple[str, str, str]]:
    sentence = _("每个客户只能有一位在任的主要联络人。")
    return {
        "primary": ("contact_primary_taken", "is_primary", sentence),
        "customer_id": ("contact_primary_taken", "is_primary", sentence),
    }
