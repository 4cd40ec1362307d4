"""Separation of duties (三员分立): every crossing of the three, in time, by department, at once, and behind the services."""

import threading
from collections.abc import Callable
from datetime import timedelta
from itertools import product

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from kedang.foundation.access import services as s
from kedang.foundation.access.actions import actions
from kedang.foundation.access.duties import HOUSE_ROOMS
from kedang.foundation.access.duty_guards import install, missing
from kedang.foundation.access.models import Grant, Person, Role
from kedang.foundation.access.roles import BUILTIN_ROLES
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused
from tests.cast import Cast, make_cast, make_person

DUTIES = ("system_admin", "security_admin", "auditor")


def role(code: str) -> Role:
    return Role.objects.get(code=code)


def fresh(cast: Cast, name: str = "wuyi") -> Person:
    person: Person = s.person_create(
        actor=cast.admin, username=name, name="吴一", password="violet-tram-77-x", department=cast.sales
    )
    return person


def code_of(act: Callable[[], object]) -> str:
    try:
        act()
    except Refused as refusal:
        return refusal.code
    return "done"


@pytest.mark.parametrize(("first", "second"), [pair for pair in product(DUTIES, DUTIES) if pair[0] != pair[1]])
def test_no_two_of_the_three(cast: Cast, officer: Person, first: str, second: str) -> None:
    person = fresh(cast)
    later = {"valid_from": clock.now() + timedelta(days=30), "valid_until": clock.now() + timedelta(days=60)}
    past = {"valid_until": clock.now() + timedelta(days=40)}
    s.grant_give(actor=officer, person=person, role=role(first), reason="任命", **past)
    tries = (
        {}, later, {"scope": "department", "scope_value": str(cast.sales.pk)}, {"scope": "below", "scope_value": str(cast.service.pk)},
    )  # fmt: skip
    for extra in tries:
        assert (
            code_of(lambda e=extra: s.grant_give(actor=officer, person=person, role=role(second), reason="代理", **e))
            == "duties_mixed"
        )
    with clock.frozen(clock.now() + timedelta(days=41)):
        assert code_of(lambda: s.grant_give(actor=officer, person=person, role=role(second), reason="接任")) == "done"


@pytest.mark.parametrize("duty", DUTIES)
def test_same_duty_twice_is_one(cast: Cast, officer: Person, duty: str) -> None:
    person = fresh(cast)
    s.grant_give(actor=officer, person=person, role=role(duty), reason="任命")
    assert code_of(lambda: s.grant_give(actor=officer, person=person, role=role(duty), reason="再任命")) == "grant_held"


def test_system_administrator_and_every_dossier_role(cast: Cast, officer: Person) -> None:
    dossier = [one.code for one in BUILTIN_ROLES if any(code.split(".")[0] not in HOUSE_ROOMS for code in one.actions)]
    assert len(dossier) >= 7
    for code in dossier:
        expected = "duties_mixed" if code == "auditor" else "admin_reads_dossiers"
        assert (
            code_of(lambda c=code: s.grant_give(actor=officer, person=cast.admin, role=role(c), reason="兼任"))
            == expected
        )


def test_deputy_and_succession(cast: Cast, officer: Person) -> None:
    """Somebody stands in for a holiday and hands back; the last holder hands over, not away."""
    deputy = fresh(cast)
    until = clock.now() + timedelta(days=14)
    grant = s.grant_give(actor=officer, person=deputy, role=role("system_admin"), valid_until=until, reason="休假代理")
    assert (
        code_of(lambda: s.grant_give(actor=officer, person=deputy, role=role("clerk"), reason="兼"))
        == "admin_reads_dossiers"
    )
    s.grant_end(actor=officer, grant=grant, reason="销假")
    assert code_of(lambda: s.grant_give(actor=officer, person=deputy, role=role("clerk"), reason="回岗")) == "done"
    mine = officer.grants.get()
    assert code_of(lambda: s.grant_end(actor=officer, grant=mine, reason="辞任")) == "own_grant"
    second = fresh(cast, "heilu")
    s.grant_give(actor=officer, person=second, role=role("security_admin"), reason="接任")
    assert code_of(lambda: s.grant_end(actor=second, grant=mine, reason="交接完毕")) == "done"


def test_database_refuses_what_services_would_miss(cast: Cast) -> None:
    """Straight past the services: the two duties by the unique constraint, duty and dossiers by triggers."""
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.create(person=cast.admin, role=role("auditor"), scope="all")
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.create(person=cast.admin, role=role("reader"), scope="department", scope_value=str(cast.sales.pk))
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.create(person=cast.archivist, role=role("system_admin"), scope="all")
    held = role("system_admin")
    with pytest.raises(IntegrityError), transaction.atomic():
        Role.objects.filter(pk=held.pk).update(actions=[*held.actions, "customers.view"])
    ended = Grant.objects.create(person=cast.admin, role=role("reader"), scope="all", ended_at=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.filter(pk=ended.pk).update(ended_at=None)


def test_guards_come_back_after_a_rebuilt_table(cast: Cast) -> None:
    assert missing() == []
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TRIGGER duty_guard_grant" + (" ON access_grant" if connection.vendor == "postgresql" else "")
        )
    assert missing() == ["duty_guard_grant"]
    install()
    assert missing() == []
    assert MigrationExecutor(connection).loader.applied_migrations


def test_no_action_can_touch_the_log() -> None:
    """Nothing that can be granted changes, stops or removes entries of the trail."""
    about_log = [action for action in actions() if action.code.startswith("audit.")]
    assert {action.code for action in about_log} >= {"audit.view", "audit.export"}
    assert not [
        action.code
        for action in about_log
        if any(word in action.code for word in ("stop", "delete", "change", "disable", "off"))
    ]


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once(transactional_db: None) -> None:
    cast = make_cast()
    officers = [make_person(cast.fonds, f"officer{n}", f"保密{n}", "security_admin") for n in range(2)]
    for round_number in range(4):
        person = fresh(cast, f"neu{round_number}")
        start, found = threading.Barrier(2), []

        def give(
            officer: Person,
            code: str,
            person: Person = person,
            start: threading.Barrier = start,
            found: list[str] = found,
        ) -> None:
            try:
                start.wait()
                found.append(
                    code_of(lambda: s.grant_give(actor=officer, person=person, role=role(code), reason="任命"))
                )
            finally:
                connections.close_all()

        threads = [
            threading.Thread(target=give, args=pair)
            for pair in zip(officers, ("system_admin", "archivist"), strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(found) == ["admin_reads_dossiers", "done"]
