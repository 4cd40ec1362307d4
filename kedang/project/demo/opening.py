"""Opening many dossiers at once: the checks, rows and events of ``customer_create``, written in sets.

Two thousand dossiers of the past are told in one go here; a test compares one of them with what the service makes.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from kedang.business.customers.completeness import Requirement, requirements_of, score
from kedang.business.customers.events import (
    CLASSES_CHANGED,
    CONTACT_ADDED,
    CUSTOMER_CREATED,
    KEY_PERSON_ADDED,
    PROFILE_CHANGED,
)
from kedang.business.customers.fields import CONTACT_FIELDS, EVERY_FIELD, KEY_PERSON_FIELDS, PROFILE_FIELDS
from kedang.business.customers.models import ClassTerm, Contact, Customer, CustomerClass, CustomerProfile, KeyPerson
from kedang.business.customers.naming import name_key
from kedang.business.customers.numbers import codes_of, number_rule, type_code
from kedang.business.customers.services.checking import checked_customer
from kedang.business.customers.services.classing import class_names
from kedang.business.customers.services.contacts import contact_rows
from kedang.business.customers.services.indexing import reindex
from kedang.business.customers.services.key_persons import key_person_rows
from kedang.business.customers.services.problems import Problems, clean_record
from kedang.business.customers.services.profiles import profile_row
from kedang.business.customers.services.writing import first_values
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import require
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.record import Entry, build, encode_changes, subject_of
from kedang.foundation.audit.vocabulary import EventType
from kedang.foundation.kernel import clock, context
from kedang.foundation.numbering.services import issue_run
from kedang.project.demo.party import Party
from kedang.project.demo.staff import House


@dataclass(slots=True)
class Dossier:
    """A dossier that is checked and about to be written."""

    party: Party
    actor: Person
    customer: Customer
    contacts: list[Contact]
    key_persons: list[KeyPerson]
    profile: CustomerProfile | None
    terms: list[ClassTerm]


@transaction.atomic
def open_dossiers(house: House, parties: Sequence[Party]) -> list[Customer]:
    """Open the dossiers of a few days, each by its own person at its own time."""
    requirements = requirements_of(house.fonds.pk)
    dossiers = []
    for party in parties:
        with clock.frozen(party.opened_at):
            dossiers.append(_checked(house, party, requirements))
    _number(house, dossiers)
    customers = Customer.objects.bulk_create([dossier.customer for dossier in dossiers])
    Contact.objects.bulk_create([row for dossier in dossiers for row in dossier.contacts])
    KeyPerson.objects.bulk_create([row for dossier in dossiers for row in dossier.key_persons])
    CustomerProfile.objects.bulk_create([dossier.profile for dossier in dossiers if dossier.profile is not None])
    CustomerClass.objects.bulk_create(
        [CustomerClass(customer=dossier.customer, term=term) for dossier in dossiers for term in dossier.terms]
    )
    Event.objects.bulk_create([event for dossier in dossiers for event in _events(house, dossier)])
    reindex([customer.pk for customer in customers])
    return list(customers)


def _checked(house: House, party: Party, requirements: Any) -> Dossier:
    actor = house.people[party.opened_by]
    require(actor, "customers.create")
    kind = party.values["party_kind"]
    given = {name: value for name, value in party.values.items() if value not in (None, "")}
    clean, problems = checked_customer(given, current=None, party_kind=kind)
    clean["responsible"], clean["department"] = house.people[party.responsible], house.departments[party.department]
    customer = Customer(fonds=house.fonds, **clean, created_at=clock.now(), updated_at=clock.now())
    customer.party_kind = kind
    customer.name_key = name_key(customer.name, kind)
    clean_record(customer, EVERY_FIELD, problems)
    dossier = _with_people(house, actor, party, customer, problems)
    problems.refuse()
    customer.completeness = _completeness(dossier, requirements[kind])
    return dossier


def _with_people(house: House, actor: Person, party: Party, customer: Customer, problems: Problems) -> Dossier:
    terms = [house.terms[axis, code] for axis, codes in party.classes.items() for code in codes]
    return Dossier(
        party,
        actor,
        customer,
        contact_rows(customer, party.contacts, problems).rows,
        key_person_rows(customer, party.key_persons, problems).rows,
        profile_row(customer, party.profile, problems).row,
        sorted(terms, key=lambda term: (term.axis.position, term.axis_id, term.position, term.pk)),
    )


def _completeness(dossier: Dossier, requirements: Iterable[Requirement]) -> int:
    values: dict[str, Any] = {name: getattr(dossier.customer, name, None) for name, _weight in requirements}
    values |= {name: getattr(dossier.customer, name) for name in ("phone", "mobile", "email")}
    values |= {
        "contacts": bool(dossier.contacts),
        "key_persons": bool(dossier.key_persons),
        "profile": dossier.profile is not None,
    }
    return score(values, requirements)[0]


def _number(house: House, dossiers: Sequence[Dossier]) -> None:
    """Numbers from the ledger, one run per series, in the order of opening."""
    rule = number_rule(house.fonds.pk)
    codes = codes_of(rule)
    series: dict[tuple[str, int, int], list[Dossier]] = defaultdict(list)
    for dossier in dossiers:
        coded = next((term.code for term in dossier.terms if term.axis.gives_number_code), "")
        day = clock.local(dossier.party.opened_at).date()
        series[type_code(codes, dossier.customer.party_kind, coded), day.year, day.month].append(dossier)
    for (code, _year, _month), group in series.items():
        with clock.frozen(group[0].party.opened_at):
            run = issue_run(actor=group[0].actor, rule=rule, code=code, count=len(group))
        for offset, dossier in enumerate(group):
            dossier.customer.number = run.text(offset)


def _events(house: House, dossier: Dossier) -> Iterable[Event]:
    customer = dossier.customer
    version = {"version": 1}
    written: list[tuple[EventType, models.Model, Any, Any]] = [
        (CUSTOMER_CREATED, customer, first_values(customer, ("number", "party_kind", *EVERY_FIELD)), version)
    ]
    written += [(CONTACT_ADDED, row, first_values(row, CONTACT_FIELDS), version) for row in dossier.contacts]
    written += [(KEY_PERSON_ADDED, row, first_values(row, KEY_PERSON_FIELDS), version) for row in dossier.key_persons]
    if dossier.profile is not None:
        written.append((PROFILE_CHANGED, dossier.profile, first_values(dossier.profile, PROFILE_FIELDS), {}))
    if dossier.terms:
        written.append((CLASSES_CHANGED, customer, {"class_names": ("", class_names(dossier.terms))}, version))
    at = clock.local(dossier.party.opened_at)
    with context.use(channel="page", address=house.addresses[dossier.actor.username]):
        for event, row, changes, meta in written:
            entry = Entry(subject_of(row), None, "", meta, encode_changes(type(row), changes))
            yield build(dossier.actor, event, entry, at, None)
