"""The customer of a dossier that comes in: known here by credit code or by number and name, or made with all that belongs to it."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from kedang.business.customers import services as customers
from kedang.business.customers.models import ClassTerm, Customer
from kedang.business.holdings.packages.dossier import PLAIN
from kedang.business.holdings.services.package_values import Facts
from kedang.foundation.access.models import Department, Fonds, Person
from kedang.foundation.kernel.actors import Actor

CONTACT_LEFT, KEY_PERSON_REMOVED = "left_on", "removed_at"


def customer_matched(*, actor: Actor, facts: Facts, fonds: Fonds) -> tuple[Customer, bool]:
    """The customer that the facts are about, and whether it was made just now; in the transaction under way.

    One that is here already stays as it is: what this company knows of it is not overwritten by what another one knew.

    Raises:
        NotAllowed; Refused: those of ``customer_create`` and of the services for people.
    """
    known = _known(facts, fonds)
    if known is not None:
        return known, False
    why = _("由封装包导入，原客户编号 %(number)s") % {"number": facts["number"]}
    values = {name: facts.get(name) for name in PLAIN if facts.get(name) not in (None, "")}
    values |= {"party_kind": facts["party_kind"], **_owners(facts, fonds)}
    made: Customer = customers.customer_create(
        actor=actor, values=values, fonds=fonds, profile=_filled(facts["profile"]), classes=_terms(facts, fonds), reason=why,
        confirmed_duplicates=True,
    )  # fmt: skip
    _people(actor, made, facts, why)
    for one in facts["former_names"]:
        customers.former_name_add(
            actor=actor,
            customer=made,
            name=one["name"],
            until=date.fromisoformat(one["until"]) if one["until"] else None,
            note=one["note"],
        )
    if facts["grade"]:
        customers.customer_grade(actor=actor, customer=made, grade=facts["grade"], reason=facts["grade_reason"] or why)
    if facts["withdrawn_at"]:
        customers.customer_withdraw(actor=actor, customer=made, reason=why)
    return Customer.objects.get(pk=made.pk), True


def _known(facts: Facts, fonds: Fonds) -> Customer | None:
    rows = Customer.objects.filter(fonds=fonds, withdrawn_at__isnull=True)
    by_code = rows.filter(uscc=facts["uscc"]).order_by("uscc_twin").first() if facts["uscc"] else None
    found: Customer | None = by_code or rows.filter(number=facts["number"], name=facts["name"]).first()
    return found


def _owners(facts: Facts, fonds: Fonds) -> dict[str, Any]:
    """Person in charge and department, where this company has them."""
    told, found = facts["responsible"], {}
    if told:
        found["responsible"] = Person.objects.filter(fonds=fonds, username=told["username"], name=told["name"]).first()
    if facts["department"]:
        found["department"] = Department.objects.filter(fonds=fonds, name=facts["department"]).first()
    return {name: value for name, value in found.items() if value is not None}


def _terms(facts: Facts, fonds: Fonds) -> list[ClassTerm]:
    """Classes that this company has too."""
    found = []
    for one in facts["classes"]:
        term = ClassTerm.objects.filter(
            axis__fonds=fonds, axis__code=one["axis"], code=one["term"], is_active=True
        ).first()
        found += [term] if term is not None else []
    return found


def _people(actor: Actor, customer: Customer, facts: Facts, why: str) -> None:
    """Contacts and key persons in their order; those who left come first, so that the present ones keep their marks."""
    rows = sorted(facts["contacts"], key=lambda one: not one[CONTACT_LEFT])
    for one in rows:
        values = _filled({name: value for name, value in one.items() if name != CONTACT_LEFT})
        made = customers.contact_add(actor=actor, customer=customer, values=values or {}, reason=why)
        if one[CONTACT_LEFT]:
            customers.contact_leave(
                actor=actor, contact=made, left_on=date.fromisoformat(one[CONTACT_LEFT]), reason=why
            )
    for one in facts["key_persons"]:
        values = _filled({name: value for name, value in one.items() if name != KEY_PERSON_REMOVED})
        person = customers.key_person_add(actor=actor, customer=customer, values=values or {}, reason=why)
        if one[KEY_PERSON_REMOVED]:
            customers.key_person_remove(actor=actor, key_person=person, reason=why)


def _filled(values: Facts | None) -> dict[str, Any] | None:
    return {name: value for name, value in values.items() if value not in (None, "")} if values else None
