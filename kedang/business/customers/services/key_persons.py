"""Key persons of a customer (CU-04). One who is removed stays on record with the time of removal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.events import KEY_PERSON_ADDED, KEY_PERSON_CHANGED, KEY_PERSON_REMOVED
from kedang.business.customers.fields import KEY_PERSON_FIELDS
from kedang.business.customers.models import Customer, KeyPerson
from kedang.business.customers.services.checking import check_past, check_standard_characters
from kedang.business.customers.services.problems import Problems, clean_record, typed
from kedang.business.customers.services.writing import (
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
class KeyPersonRows:
    """Checked key persons of a customer that is about to be saved."""

    rows: list[KeyPerson] = field(default_factory=list)

    def save(self, actor: Actor, reason: str = "") -> None:
        """Write them down, each with its event."""
        for row in self.rows:
            row.save(force_insert=True)
            changes = first_values(row, KEY_PERSON_FIELDS)
            record(actor, KEY_PERSON_ADDED, row, changes=changes, reason=reason, meta={"version": 1})


def key_person_rows(customer: Customer, given: Iterable[Values], problems: Problems) -> KeyPersonRows:
    """Key persons from values, problems told under ``key_persons.<n>.<field>``; empty lines are passed over."""
    made = KeyPersonRows()
    for number, values in enumerate(given):
        if not any(value not in (None, "", False) for name, value in values.items() if name != "role"):
            continue
        clean, own = _checked(values)
        row = KeyPerson(customer=customer, **clean)
        clean_record(row, KEY_PERSON_FIELDS, own)
        for name, sentence in own.items():
            problems.tell(f"key_persons.{number}.{name}", sentence)
        made.rows.append(row)
    return made


@transaction.atomic
def key_person_add(*, actor: Actor, customer: Customer, values: Values, reason: str = "") -> KeyPerson:
    """Add a key person.

    Raises:
        Refused: ``values_invalid``.
    """
    owner = locked_customer(actor, customer, "customers.change")
    clean, problems = _checked(values)
    row = KeyPerson(customer=owner, **clean)
    clean_record(row, KEY_PERSON_FIELDS, problems)
    problems.refuse()
    KeyPersonRows([row]).save(actor, reason.strip())
    touch(actor, owner)
    return row


@transaction.atomic
def key_person_change(
    *, actor: Actor, key_person: KeyPerson, values: Values, version: int | None, reason: str = ""
) -> KeyPerson:
    """Change a key person.

    Raises:
        Refused: ``stale_version``, ``key_person_removed``, ``values_invalid``.
    """
    owner, row = locked_child(actor, key_person, "customers.change")
    refuse_stale(row, version)
    _refuse_removed(row)
    clean, problems = _checked(values, row)
    changes = take_over(row, clean)
    if not changes:
        return row  # type: ignore[no-any-return]  # a KeyPerson by construction
    clean_record(row, tuple(changes), problems)
    problems.refuse()
    row.version += 1
    row.save(update_fields=[*changes, "version"])
    record(actor, KEY_PERSON_CHANGED, row, changes=changes, reason=reason.strip(), meta={"version": row.version})
    touch(actor, owner)
    return row  # type: ignore[no-any-return]  # a KeyPerson by construction


@transaction.atomic
def key_person_remove(*, actor: Actor, key_person: KeyPerson, reason: str) -> KeyPerson:
    """Take a key person off the dossier; the record and the reason are kept.

    Raises:
        Refused: ``reason_missing``, ``key_person_removed``.
    """
    owner, row = locked_child(actor, key_person, "customers.change")
    _refuse_removed(row)
    if len(reason.strip()) < 2:
        raise Refused("reason_missing", _("请写明移除原因，例如“已不再持股”。"), "reason")
    changes = take_over(row, {"removed_at": clock.now()})
    row.version += 1
    row.save(update_fields=["removed_at", "version"])
    record(actor, KEY_PERSON_REMOVED, row, changes=changes, reason=reason.strip(), meta={"version": row.version})
    touch(actor, owner)
    return row  # type: ignore[no-any-return]  # a KeyPerson by construction


def _refuse_removed(row: KeyPerson) -> None:
    if row.removed_at is not None:
        raise Refused("key_person_removed", _("%(name)s已从关键人物中移除，资料留作历史，不能再改。") % {"name": row})


def _checked(values: Values, current: KeyPerson | None = None) -> tuple[dict[str, Any], Problems]:
    problems = Problems()
    clean = {
        name: typed(KeyPerson, name, value, problems) for name, value in values.items() if name in KEY_PERSON_FIELDS
    }
    check_standard_characters(KeyPerson, clean, problems)
    check_past(clean, "born_on", _("出生日期"), problems)
    if not (clean["name"] if "name" in clean else getattr(current, "name", "")):
        problems.tell("name", _("关键人物姓名没有填写，请补上。"))
    return clean, problems
