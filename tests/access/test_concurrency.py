"""Several at once: guesses share the limit, trees stay trees, duties stay apart, the last holder stays, one first run."""

import json
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import AnonymousUser
from django.db import connections
from django.test import RequestFactory

from kedang.foundation.access import services as s
from kedang.foundation.access.models import Department, Fonds, Grant, Person, Role
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel.actors import SYSTEM
from kedang.foundation.kernel.refused import Refused
from tests.cast import Cast, make_cast, make_person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people() -> Cast:
    """The cast, really committed."""
    return make_cast()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts in threads that start together; results or refusal codes in order."""
    gate, found = threading.Barrier(len(acts)), ["" for _act in acts]

    def client(number: int) -> None:
        try:
            gate.wait()
            acts[number]()
            found[number] = "done"
        except Refused as refusal:
            found[number] = refusal.code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_parallel_guesses_share_the_limit(people: Cast) -> None:
    def guess() -> None:
        request = RequestFactory().post("/sign-in/")
        request.session = import_module(django_settings.SESSION_ENGINE).SessionStore()
        request.user = AnonymousUser()
        s.sign_in(request=request, username="zhouhang", password="wrong", address="203.0.113.7")

    found = sorted(at_once(*[guess] * 8))
    assert found == ["sign_in_failed"] * 8
    failures = [json.loads(event.meta) for event in Event.objects.filter(code="access.sign_in_failed")]
    assert [one["why"] for one in failures].count("wrong") == 5
    assert Event.objects.filter(code="access.sign_in_locked").count() == 1


def test_two_moves_make_no_circle(people: Cast) -> None:
    found = at_once(
        lambda: s.department_move(actor=people.admin, department=people.sales, parent=people.service),
        lambda: s.department_move(actor=people.admin, department=people.service, parent=people.sales),
    )
    assert sorted(found) == ["department_circle", "done"]
    for row in Department.objects.filter(fonds=people.fonds):
        assert row.path == f"{row.parent.path if row.parent else '/'}{row.pk}/"


def test_one_person_gets_one_separate_duty(people: Cast) -> None:
    first = make_person(people.fonds, "bailu", "白露", "security_admin")
    second = make_person(people.fonds, "heilu", "黑露", "security_admin")
    fresh = s.person_create(actor=people.admin, username="wuyi", name="吴一", password="lang-genug-77")

    def give(officer: Person, code: str) -> Callable[[], Any]:
        role = Role.objects.get(code=code)
        return lambda: s.grant_give(actor=officer, person=fresh, role=role, reason="到岗")

    found = at_once(give(first, "system_admin"), give(second, "auditor"))
    assert sorted(found) == ["done", "duties_mixed"]
    assert Grant.objects.filter(person=fresh).count() == 1


def test_two_last_officers_cannot_both_leave(people: Cast) -> None:
    officers = [make_person(people.fonds, f"bao{n}", f"保{n}", "security_admin") for n in range(2)]
    found = at_once(*[lambda p=p: s.person_deactivate(actor=SYSTEM, person=p, reason="离职") for p in officers])  # type: ignore[misc]
    assert sorted(found) == ["done", "last_holder"]
    assert Person.objects.filter(pk__in=[p.pk for p in officers], is_active=True).count() == 1


def test_same_username_once(people: Cast) -> None:
    def make(username: str) -> Callable[[], Any]:
        return lambda: s.person_create(actor=people.admin, username=username, name="吴一", password="lang-genug-77")

    assert sorted(at_once(make("WuYi"), make("wuyi"), make("wuyi"))) == ["done", "username_taken", "username_taken"]
    assert Event.objects.filter(code="access.person_created").count() == 1


def test_first_run_happens_once() -> None:
    def run(name: str) -> Callable[[], Any]:
        return lambda: s.first_run(
            company=name, administrator=s.FirstPerson(f"{name}g", "管一", "lang-genug-77"),
            archivist=s.FirstPerson(f"{name}d", "档二", "lang-genug-78"),
        )  # fmt: skip

    assert sorted(at_once(run("aa"), run("bb"))) == ["already_set_up", "done"]
    assert (Fonds.objects.count(), Person.objects.count()) == (1, 2)
