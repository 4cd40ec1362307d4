"""Which fields change only after approval, and whose new dossiers are reviewed: the company's own rules, else those shipped."""

from collections.abc import Iterable

from kedang.business.customers.fields import KIND_FIELDS
from kedang.business.customers.models import Customer, DossierRules
from kedang.foundation.access.grants import active_grants, has_action
from kedang.foundation.access.models import Person, Role
from kedang.foundation.access.policies import can
from kedang.foundation.kernel.actors import Actor

SETTLE = "customers.settle"
SHIPPED_FIELDS = ("name", "uscc", "id_number", "legal_representative", "bank_name", "bank_account", "secrecy_level")
SHIPPED_ROLES = ("clerk", "salesperson")
TOGETHER = {"id_number": ("id_type", "born_on", "sex"), "uscc": (), "bank_account": ("bank_name",)}
"""What goes with a field wherever it goes."""


def rules_of(fonds_id: int) -> DossierRules:
    """The rules of a company; shipped ones are not saved."""
    return DossierRules.objects.filter(fonds_id=fonds_id).first() or DossierRules(
        fonds_id=fonds_id, version=0, protected={}, reviewed_roles=list(SHIPPED_ROLES)
    )


def protected_in(rules: DossierRules, party_kind: str) -> frozenset[str]:
    """Protected fields of a kind of customer."""
    names = rules.protected.get(party_kind, SHIPPED_FIELDS)
    return frozenset(name for name in names if name in KIND_FIELDS[party_kind])


def protected_fields(fonds_id: int, party_kind: str) -> frozenset[str]:
    """The same for a company."""
    return protected_in(rules_of(fonds_id), party_kind)


def to_approve(actor: Actor, customer: Customer, names: Iterable[str]) -> list[str]:
    """Of the fields to change those that this actor cannot change at once, with what goes with them.

    A dossier that does not count yet is reviewed as a whole, so that nothing in it waits by itself.
    """
    changed = list(names)
    if actor.is_system or customer.review_state is not None or not changed or can(actor, SETTLE, customer):
        return []
    held = protected_fields(customer.fonds_id, customer.party_kind) & set(changed)
    for name in list(held):
        held |= set(TOGETHER.get(name, ())) & set(changed)
    return [name for name in changed if name in held]


def withheld_columns(actor: Actor, fonds_id: int) -> dict[str, frozenset[str]]:
    """Kind → fields that an import by this actor leaves as they are; empty for who may change them at once."""
    if actor.is_system or has_action(actor, SETTLE):
        return {}
    rules = rules_of(fonds_id)
    return {kind: protected_in(rules, kind) for kind in KIND_FIELDS}


def is_reviewed(actor: Actor, fonds_id: int) -> bool:
    """Whether new dossiers of this actor count only after review: all roles by which they may create are reviewed ones."""
    if not isinstance(actor, Person) or has_action(actor, SETTLE):
        return False
    roles = {grant.role_code for grant in active_grants(actor) if "customers.create" in grant.actions}
    return bool(roles) and roles <= set(rules_of(fonds_id).reviewed_roles)


def roles_to_choose(actor: Actor) -> list[Role]:
    """Roles that make dossiers."""
    rows = Role.objects.visible_to(actor).order_by("position", "id")
    return [role for role in rows if "customers.create" in role.actions]
