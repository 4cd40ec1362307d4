"""What every service of this room does around its change: lock, note the difference, keep score, write it down."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from kedang.business.customers.completeness import PRESENCE, REACHABLE, requirements_of, score
from kedang.business.customers.fields import PROFILE_FIELDS
from kedang.business.customers.models import Contact, Customer, CustomerProfile, KeyPerson
from kedang.business.customers.services.checking import FOREIGN_KEYS
from kedang.business.customers.services.indexing import reindex
from kedang.foundation.access.policies import require, require_still_in_scope
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused


def locked_customer(actor: Actor, customer: Customer | int, action: str) -> Customer:
    """The customer as it is now, under lock until the transaction ends, once the actor may do the action.

    Raises:
        OutOfScope, NotAllowed, Refused: as ``require`` says.
    """
    key = customer if isinstance(customer, int) else customer.pk
    found: Customer | None = Customer.objects.select_for_update(of=("self",)).filter(pk=key).first()
    if found is None:
        raise OutOfScope
    require(actor, action, found)
    return found


def locked_child(actor: Actor, child: Any, action: str) -> tuple[Customer, Any]:
    """The customer under lock, and its child record as it is now."""
    owner = locked_customer(actor, child.customer_id, action)
    found = type(child)._default_manager.select_for_update().filter(pk=child.pk, customer_id=owner.pk).first()
    if found is None:
        raise OutOfScope
    found.customer = owner
    return owner, found


def refuse_stale(child: Any, version: int | None) -> None:
    """A child record changed by someone else since it was read is not overwritten."""
    if version is not None and child.version != version:
        raise Refused(
            "stale_version",
            _("“%(name)s”刚被他人修改过，您的修改未保存。请刷新后在最新内容上重新修改。") % {"name": child},
            current=child.version,
        )


def take_over(obj: models.Model, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Put values into a record; returns field → (old, new) of those that differ. Foreign keys are noted by key."""
    changes: dict[str, tuple[Any, Any]] = {}
    for name, value in values.items():
        old = getattr(obj, name)
        if old == value or (old in (None, "") and value in (None, "")):
            continue
        setattr(obj, name, value)
        if not name.endswith("_blind"):
            changes[name] = (noted(old), noted(value))
    return changes


def first_values(obj: models.Model, names: Iterable[str]) -> dict[str, tuple[Any, Any]]:
    """field → (None, value) of everything filled in, for the entry that says how a record began."""
    values = ((name, noted(getattr(obj, name))) for name in names)
    return {name: (None, value) for name, value in values if value not in (None, "", False)}


def noted(value: Any) -> Any:
    """A value as the trail keeps it: records by their key."""
    return value.pk if isinstance(value, models.Model) else value


def blinds_of(values: Mapping[str, Any]) -> list[str]:
    """Names of the blind columns among values, to be saved along."""
    return [name for name in values if name.endswith("_blind")]


def touch(
    actor: Actor, customer: Customer, *, saving: Iterable[str] = (), action: str = "", is_settled: bool = False
) -> None:
    """After a change in the dossier: version, time, completeness, search index; then the result must lie in scope.

    ``action``: what was done, where it is another right than changing. ``is_settled``: what was done was decided by others, so that no
    scope is asked.
    """
    customer.version += 1
    customer.updated_at = clock.now()
    customer.completeness = present_score(customer)[0]
    customer.save(update_fields=[*saving, "version", "updated_at", "completeness"])
    if not is_settled:
        require_still_in_scope(actor, customer, action)
    reindex([customer.pk])


def present_score(customer: Customer) -> tuple[int, list[str]]:
    """Completeness of a dossier as it lies in the database, and what is missing."""
    requirements = requirements_of(customer.fonds_id)[customer.party_kind]
    return score(presence_values(customer, {name for name, _weight in requirements}), requirements)


def presence_values(customer: Customer, wanted: set[str]) -> dict[str, Any]:
    """Values of a customer for :func:`score`; what belongs to it is asked for only when it is wanted."""
    names = wanted - set(PRESENCE) | (set(REACHABLE) if "reachable" in wanted else set())
    values = {name: getattr(customer, f"{name}_id" if name in FOREIGN_KEYS else name, None) for name in names}
    if "contacts" in wanted:
        values["contacts"] = Contact.objects.filter(customer=customer, left_on__isnull=True).exists()
    if "key_persons" in wanted:
        values["key_persons"] = KeyPerson.objects.filter(customer=customer, removed_at__isnull=True).exists()
    if "profile" in wanted:
        found = CustomerProfile.objects.filter(customer=customer).first()
        values["profile"] = found is not None and any(getattr(found, field) for field in PROFILE_FIELDS)
    return values
