"""The demo company: every role, every kind, right numbers, a past in the order of time, loaded once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from kedang.business.customers.models import Customer
from kedang.foundation.access.demo import demo_accounts, demo_code
from kedang.foundation.access.models import Fonds, Grant, Person, Role
from kedang.foundation.access.roles import BUILTIN_ROLES
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.checks import bankcard, identity, phone, uscc
from kedang.foundation.search.services import search_run
from kedang.project.demo.changes import FRESH
from kedang.project.demo.company import STAFF, WITH_PHONE
from kedang.project.demo.governance import LEAVERS
from kedang.project.demo.lending import _rules as rules_set
from kedang.project.demo.lending import lending_acts
from kedang.project.demo.load import load_demo
from kedang.project.demo.parties import SEED, parties
from kedang.project.demo.people import add_people
from kedang.project.demo.story import add_story
from tests.demo.small import without_archive

pytestmark = pytest.mark.django_db  # else a run of this file alone makes no test database
DAY = date(2026, 11, 20)
SMALL = 60


@pytest.fixture(scope="module")
def told() -> list[Any]:
    people = parties(DAY)
    for number, party in enumerate(people):
        add_people(Random(f"{SEED}-people-{number}"), party)
        add_story(Random(f"{SEED}-story-{number}"), party, DAY)
    return people


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any, engine: str) -> Iterator[dict[str, Any]]:
    """A small demo company, loaded once for this file and rolled back after it.

    On PostgreSQL with its archive, loans and uses; on SQLite that takes its place beside the journeys, in ``test_journey_whole``.
    """
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        if engine == "sqlite":
            without_archive(patch)
        yield load_demo(SMALL, today=DAY)
        transaction.set_rollback(True)


def test_two_thousand_customers_of_all_kinds_with_right_numbers(told: list[Any]) -> None:
    assert len(told) == 2000
    names = [party.values["name"] for party in told]
    assert len(set(names)) == len(names)
    kinds = {party.values["party_kind"] for party in told}
    assert kinds == {"enterprise", "individual", "government", "partner", "special"}
    assert {party.values["directness"] for party in told} == {"direct", "indirect"}
    for party in told:
        values = party.values
        assert not values.get("uscc") or uscc.problem(values["uscc"]) is None
        assert not values.get("id_number") or identity.resident_problem(values["id_number"], DAY) is None
        assert not values.get("mobile") or phone.kind(values["mobile"]) == phone.MOBILE
        assert not values.get("phone") or phone.kind(values["phone"]) == phone.LANDLINE
        if values["party_kind"] == "individual" and values.get("bank_account"):
            assert bankcard.is_card(values["bank_account"])


def test_the_same_day_gives_the_same_company(told: list[Any]) -> None:
    again = parties(DAY)
    assert [party.values for party in again[:50]] == [party.values for party in told[:50]]


def test_nothing_happens_before_the_opening_or_in_the_future(told: list[Any]) -> None:
    for party in told:
        assert all(party.opened_at <= change.at for change in party.changes), party.values["name"]
        assert all(change.at.date() < DAY for change in party.changes)


def test_some_dossiers_are_poor_and_some_are_stale(loaded: dict[str, Any]) -> None:
    with clock.frozen(clock.end_of_day(DAY)):
        assert Customer.objects.all().incomplete().exists()
        assert Customer.objects.all().stale().exists()
    assert Customer.objects.filter(completeness__gte=90).exists()
    assert set(Customer.objects.values_list("stage", flat=True)) == {"present", "potential", "past"}
    assert Customer.objects.exclude(grade="").exclude(grade_reason="").exists()


def test_every_builtin_role_is_held(loaded: dict[str, Any]) -> None:
    assert set(Grant.objects.values_list("role__code", flat=True)) == {role.code for role in BUILTIN_ROLES}
    assert set(Grant.objects.values_list("scope", flat=True)) == {"all", "own", "department", "below", "region"}
    assert Person.objects.count() == len(STAFF) + len(LEAVERS)
    assert Role.objects.filter(is_builtin=True).count() == len(BUILTIN_ROLES)


def test_loading_refuses_nothing_and_happens_once(loaded: dict[str, Any]) -> None:
    assert loaded["loaded"] is True and loaded["refused"] == {} and loaded["customers"] == SMALL
    before = Event.objects.count()
    again = load_demo(SMALL)
    assert again["loaded"] is False and "已有数据" in again["reason"]
    assert (Customer.objects.count(), Event.objects.count()) == (SMALL + len(FRESH), before)


def test_the_trail_grows_in_the_order_of_time(loaded: dict[str, Any]) -> None:
    times = list(Event.objects.order_by("id").values_list("at", flat=True))
    latest = times[0]
    for at in times:
        assert at >= latest - timedelta(days=8)
        latest = max(latest, at)
    assert times[-1].date() <= DAY
    categories = set(Event.objects.values_list("category", flat=True))
    assert categories >= {"change", "read", "search", "disclose", "sign_in", "admin", "refuse"}
    assert not Event.objects.filter(actor_id__isnull=False, address="").exists()


def test_changes_say_from_what_to_what_and_why(loaded: dict[str, Any]) -> None:
    changed = Event.objects.filter(code="customers.changed")
    assert changed.exists()
    assert not changed.filter(changes="").exists() and not changed.filter(reason="").exists()


def test_sign_in_page_shows_demo_accounts_in_demo_mode_only(loaded: dict[str, Any]) -> None:
    accounts = demo_accounts()
    assert sorted(account.username for account in accounts) == sorted(
        {*(staff.username for staff in STAFF), LEAVERS[1][0]}
    )
    assert {account.role for account in accounts if account.username == "suman"} == {"业务录入员、业务查询员"}
    assert Person.objects.get(username="shenzhixing").check_password(accounts[0].password)
    real = Fonds.objects.create(code="777", name="真实单位", created_at=clock.now())
    assert demo_accounts() == []
    real.delete()


def test_search_finds_every_customer_under_its_latest_name(loaded: dict[str, Any]) -> None:
    manager = Person.objects.get(username="zhengmingqu")
    for customer in Customer.objects.order_by("-version")[:12]:
        result = search_run(actor=manager, kind="customer", text=customer.name)
        assert customer.pk in {hit.id for hit in result.hits}, customer.name
    assert search_run(actor=manager, kind="customer", text="砺湾").total == 1
    assert search_run(actor=manager, kind="customer", text="zsdjf").total >= 1


def test_who_has_a_second_step_gets_in_by_the_code_that_the_page_shows(loaded: dict[str, Any], client: Client) -> None:
    person = Person.objects.get(username=WITH_PHONE)
    for _time in range(2):  # the second one takes the next code: each is good once
        there = client.post(reverse("access:sign-in"), {"demo": WITH_PHONE})
        assert there.status_code == 302 and there["Location"].startswith(reverse("access:second-step"))
        code = demo_code(person)
        page = client.get(there["Location"])
        assert (
            len(code) == 6 and f'name="code" value="{code}"' in page.text and "此人手机上现在显示的验证码" in page.text
        )
        inside = client.post(reverse("access:second-step"), {"code": code})
        assert (inside.status_code, inside["Location"]) == (302, "/")
        client.post(reverse("access:sign-out"))
    assert Event.objects.filter(code="access.factor_added", actor_name=person.name).count() == 1


def test_nobody_else_is_told_a_code(loaded: dict[str, Any], settings: Any) -> None:
    person = Person.objects.get(username=WITH_PHONE)
    assert demo_code(None) == demo_code(Person.objects.get(username="helijun")) == ""
    settings.PRODUCTION = True
    assert demo_code(person) == ""
    settings.PRODUCTION = False
    with transaction.atomic():
        Fonds.objects.create(code="009", name="真公司", created_at=clock.now())
        assert demo_code(person) == ""
        transaction.set_rollback(True)


def test_the_desk_has_its_rules_before_the_first_request_whatever_the_weekday() -> None:
    house: Any = None
    for days in range(7):
        first = min(lending_acts(house, DAY + timedelta(days=days)), key=lambda act: act.at)
        assert first.run.func is rules_set, first.at  # type: ignore[attr-defined]  # a partial
