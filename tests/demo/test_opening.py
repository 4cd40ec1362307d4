"""Dossiers opened in sets for the demo are the same as those that the service makes one by one."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from django.db.models import Q

from kedang.business.customers.models import Contact, Customer, KeyPerson
from kedang.business.customers.services import customer_create
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.project.demo import opening
from kedang.project.demo.parties import SEED, parties
from kedang.project.demo.people import add_people
from kedang.project.demo.staff import House, build_house
from kedang.project.demo.story import add_story

DAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def told() -> list[Any]:
    people = parties(DAY)
    for number, party in enumerate(people):
        add_people(Random(f"{SEED}-people-{number}"), party)
        add_story(Random(f"{SEED}-story-{number}"), party, DAY)
    return people


def _state(customer: Customer, house: House) -> tuple[Any, ...]:
    """A dossier and its events without keys, sealed texts and times."""
    skip = {"id", "number", "created_at", "updated_at", "customer_id"}
    skip |= {"review_case_id", "review_state"}  # what was opened years ago was reviewed on paper
    own = {f.attname: getattr(customer, f.attname) for f in Customer._meta.concrete_fields if f.attname not in skip}
    children = [
        [
            {f.attname: getattr(row, f.attname) for f in type(row)._meta.concrete_fields if f.attname not in skip}
            for row in rows
        ]
        for rows in (
            Contact.objects.filter(customer=customer).order_by("id"),
            KeyPerson.objects.filter(customer=customer).order_by("id"),
        )
    ]
    own_place, child_place = {"subject_type": "customers.customer"}, {"parent_type": "customers.customer"}
    events = Event.objects.filter(
        Q(subject_id=customer.pk, **own_place) | Q(parent_id=customer.pk, **child_place), category="change"
    )
    events = events.filter(code__startswith="customers.").exclude(code="customers.review_asked").order_by("id")
    told = [(e.code, e.category, e.subject_type, e.parent_type, bool(e.changes), e.meta, e.actor_name) for e in events]
    terms = sorted(customer.classes.values_list("term_id", flat=True))
    return own, children, told, terms, hasattr(customer, "profile")


def test_dossiers_opened_in_sets_are_like_those_of_the_service(db: None, told: list[Any]) -> None:
    rich = [
        party for party in told if party.contacts and party.key_persons and party.profile and not party.former_names
    ]
    party = rich[3]
    house = build_house(party.opened_at - timedelta(days=3))
    (in_set,) = opening.open_dossiers(house, [party])
    with clock.frozen(party.opened_at):
        alone = customer_create(
            actor=house.people[party.opened_by],
            values={
                **{name: value for name, value in party.values.items() if value not in (None, "")},
                "responsible": house.people[party.responsible],
                "department": house.departments[party.department],
            },
            contacts=party.contacts,
            key_persons=party.key_persons,
            profile=party.profile,
            classes=[house.terms[axis, code] for axis, codes in party.classes.items() for code in codes],
            confirmed_duplicates=True,
            keep_apart=True,
        )
    one, other = (_state(Customer.objects.get(pk=row.pk), house) for row in (in_set, alone))
    assert one[0] | {"uscc_twin": 0} == other[0] | {"uscc_twin": 0}
    assert one[1:] == other[1:]
    assert (int(in_set.number[-2:]) + 1) == int(alone.number[-2:])
