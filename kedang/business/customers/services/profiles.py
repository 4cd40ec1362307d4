"""Characteristics and business status of a customer (CU-06, CU-07)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.events import PROFILE_CHANGED
from kedang.business.customers.fields import PROFILE_FIELDS
from kedang.business.customers.models import Customer, CustomerProfile
from kedang.business.customers.services.checking import check_standard_characters
from kedang.business.customers.services.problems import Problems, clean_record, typed
from kedang.business.customers.services.writing import first_values, locked_customer, take_over, touch
from kedang.foundation.access.secrecy import FieldRight
from kedang.foundation.access.veil import field_label, right_on
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import NotAllowed

MOST_CHARACTERS = 4000


@dataclass(slots=True)
class ProfileRow:
    """A checked profile of a customer that is about to be saved."""

    row: CustomerProfile | None = None

    def save(self, actor: Actor, reason: str = "") -> None:
        """Write it down with its event."""
        if self.row is not None:
            self.row.save(force_insert=True)
            record(actor, PROFILE_CHANGED, self.row, changes=first_values(self.row, PROFILE_FIELDS), reason=reason)


def profile_row(customer: Customer, given: Mapping[str, Any] | None, problems: Problems) -> ProfileRow:
    """A profile from values, problems told under ``profile.<field>``; nothing filled in makes none."""
    clean, own = _checked(given or {})
    if not any(clean.values()):
        return ProfileRow()
    row = CustomerProfile(customer=customer, **clean)
    clean_record(row, PROFILE_FIELDS, own)
    for name, sentence in own.items():
        problems.tell(f"profile.{name}", sentence)
    return ProfileRow(row)


@transaction.atomic
def profile_change(*, actor: Actor, customer: Customer, values: Mapping[str, Any], reason: str = "") -> CustomerProfile:
    """Change the profile; it is made at the first change.

    Raises:
        Refused: ``values_invalid``. NotAllowed: a field that the actor may not see.
    """
    owner = locked_customer(actor, customer, "customers.change")
    clean, problems = _checked(values)
    row = CustomerProfile.objects.select_for_update().filter(customer=owner).first()
    is_new = row is None
    row = row or CustomerProfile(customer=owner)
    row.customer = owner
    changes = take_over(row, clean)
    if not changes:
        return row
    for name in changes:
        if right_on(actor, row, name) == FieldRight.HIDE:
            title = field_label(CustomerProfile, name)
            raise NotAllowed(_("“%(label)s”对您的角色不开放，不能填写或修改。") % {"label": title}, field=name)
    clean_record(row, tuple(changes), problems)
    problems.refuse()
    if is_new:
        row.save(force_insert=True)
    else:
        row.save(update_fields=list(changes))
    record(actor, PROFILE_CHANGED, row, changes=changes, reason=reason.strip())
    touch(actor, owner)
    return row


def _checked(values: Mapping[str, Any]) -> tuple[dict[str, Any], Problems]:
    problems = Problems()
    clean = {
        name: typed(CustomerProfile, name, value, problems) for name, value in values.items() if name in PROFILE_FIELDS
    }  # fmt: skip
    for name, text in clean.items():
        if len(text) > MOST_CHARACTERS:
            problems.tell(
                name, _("最多 %(most)s 个字，现为 %(count)s 个。") % {"most": MOST_CHARACTERS, "count": len(text)}
            )
    check_standard_characters(CustomerProfile, clean, problems)
    return clean, problems
