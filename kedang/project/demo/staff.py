"""The demo company itself: company, departments, people with their roles, axes of classes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from django.conf import settings
from django.contrib.auth import base_user

from kedang.business.customers.models import ClassAxis, ClassTerm
from kedang.business.customers.services import axis_create, term_create
from kedang.foundation.access.models import Department, Fonds, Person, Role
from kedang.foundation.access.roles import BUILTIN_ROLES
from kedang.foundation.access.services import department_create, fonds_create, grant_give, person_create, totp_add
from kedang.foundation.access.signin import totp
from kedang.foundation.kernel import clock, context
from kedang.foundation.kernel.actors import Actor, system_actor
from kedang.project.demo import company

BUILDER: Actor = system_actor("演示数据")


@dataclass(slots=True)
class House:
    """The demo company as it lies in the database."""

    fonds: Fonds
    departments: dict[str, Department] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    terms: dict[tuple[str, str], ClassTerm] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)


def build_house(at: datetime) -> House:
    """Found the company at an instant before the first dossier."""
    with clock.frozen(at):
        house = House(
            fonds_create(
                actor=BUILDER,
                code=company.FONDS_CODE,
                name=company.FONDS_NAME,
                short_name=company.FONDS_SHORT,
                is_demo=True,
            )
        )
        for position, row in enumerate(company.DEPARTMENTS):
            house.departments[row.name] = department_create(
                actor=BUILDER, fonds=house.fonds, name=row.name, code=row.code, position=position,
                parent=house.departments.get(row.parent),
            )  # fmt: skip
        roles = {role.code: role for role in Role.objects.all()}
        with one_hash():
            for number, staff in enumerate(company.STAFF):
                house.people[staff.username] = _employ(house, staff, roles)
                house.addresses[staff.username] = f"10.20.{3 + number % 4}.{21 + number}"
        _give_phone(house, company.WITH_PHONE)
        for position, axis in enumerate(company.AXES):
            _add_axis(house, axis, position)
    return house


@contextmanager
def one_hash() -> Iterator[None]:
    """All demo people have the same password: its deliberately slow hash is computed once and not seventeen times."""
    names = vars(base_user)
    real = names["make_password"]
    names["make_password"] = cache(real)
    try:
        yield
    finally:
        names["make_password"] = real


def _employ(house: House, staff: company.Staff, roles: dict[str, Role]) -> Person:
    person = person_create(
        actor=BUILDER, fonds=house.fonds, username=staff.username, name=staff.name, password=settings.DEMO_PASSWORD,
        department=house.departments[staff.department], title=staff.title, clearance=staff.clearance,
        must_change_password=False,
    )  # fmt: skip
    usual = next(role.usual_scope for role in BUILTIN_ROLES if role.code == staff.role)
    scope = staff.scope or usual
    value = str(house.departments[staff.at].pk) if staff.at in house.departments else staff.at
    grant_give(actor=BUILDER, person=person, role=roles[staff.role], scope=scope, scope_value=value, reason="入职定岗")
    return person


def _give_phone(house: House, username: str) -> None:
    secret = totp.new_secret()
    with context.use(channel="page", address=house.addresses[username]):
        code = totp.code_at(secret, totp.step_of(clock.now()))
        totp_add(actor=house.people[username], secret=secret, code=code)


def _add_axis(house: House, axis: company.Axis, position: int) -> None:
    values = {
        "code": axis.code, "name": axis.name, "is_multiple": axis.is_multiple, "position": position,
        "gives_number_code": axis.gives_number_code,
    }  # fmt: skip
    row = ClassAxis.objects.filter(fonds=house.fonds, name=axis.name).first() or axis_create(
        actor=BUILDER, values=values, fonds=house.fonds
    )
    known = {term.name: term for term in row.terms.all()}
    for number, (code, name) in enumerate(axis.terms):
        house.terms[axis.code, code] = known.get(name) or term_create(
            actor=BUILDER, axis=row, values={"code": code, "name": name, "position": number}
        )
