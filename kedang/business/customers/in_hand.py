"""Dossiers in somebody's hands when they leave or move."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_lazy as _

from kedang.business.customers.choices import PartyKind
from kedang.business.customers.models import Customer
from kedang.business.customers.reference.regions import region_name
from kedang.business.customers.services import customer_change
from kedang.foundation.access.handover import HandoverKind, InHand, declare
from kedang.foundation.access.models import Person
from kedang.foundation.kernel.actors import Actor


def dossiers_of(person: Person) -> Iterator[InHand]:
    """Dossiers for which the person is responsible, withdrawn ones too."""
    rows = Customer.objects.filter(fonds_id=person.fonds_id, responsible=person).order_by("id")
    for row in rows.only("pk", "name", "number", "region_code", "secrecy_level", "withdrawn_at", "party_kind"):
        city = region_name(f"{row.region_code[:4]}00", full=False) if row.region_code else ""
        yield InHand(row.pk, row.name, row.number, city, row.secrecy_level, "" if row.withdrawn_at else row.name)


def dossier_pass(actor: Actor, leaver: Person, to: Person, key: int, why: str) -> None:
    """Somebody else becomes responsible; the dossier's own history tells from whom to whom."""
    row = Customer.objects.select_for_update().filter(pk=key, responsible=leaver).first()
    if row is not None:
        customer_change(actor=actor, customer=row, values={"responsible": to.pk}, version=None, reason=why)


def humans_among(keys: Iterable[int]) -> set[int]:
    """Of these dossiers those of natural persons."""
    rows = Customer.objects.filter(pk__in=list(keys), party_kind=PartyKind.INDIVIDUAL)
    return set(rows.values_list("pk", flat=True))


def declare_kinds() -> None:
    """At start-up."""
    declare(HandoverKind(
        "customers.customer", _("客户档案"), "customers.customer", dossiers_of, dossier_pass, needs="customers.view", order=10,
        humans=humans_among,
    ))  # fmt: skip
