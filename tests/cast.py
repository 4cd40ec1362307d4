"""The fixed cast. A test reads as a small story; 赵鹏 of another company gets 404 in every one.

沈砚 archivist · 周航 salesperson · 何静 head of sales · 罗平 auditor · 陆远 system administrator · 陈曦 reader ·
方宁 general manager · 唐果 clerk · 赵鹏 archivist of another company.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password

from kedang.foundation.access.models import Department, Fonds, Grant, Person, Role
from kedang.foundation.access.roles import BUILTIN_ROLES, ensure_builtin_roles
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.kernel import clock
from tests.remembered import remembered

PASSWORD = "correct horse 电池"


@dataclass
class Cast:
    """Everybody by name, with their companies and departments."""

    fonds: Fonds
    other_fonds: Fonds
    head_office: Department
    sales: Department
    sales_one: Department
    service: Department
    archivist: Person
    salesperson: Person
    colleague: Person
    head: Person
    auditor: Person
    admin: Person
    reader: Person
    manager: Person
    clerk: Person
    stranger: Person

    def everybody(self) -> dict[str, Person]:
        """Name in the story → person."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Person)}


def make_department(fonds: Fonds, name: str, parent: Department | None = None) -> Department:
    """A department with its path."""
    row = Department.objects.create(fonds=fonds, name=name, parent=parent)
    row.path = f"{parent.path if parent else '/'}{row.pk}/"
    row.save(update_fields=["path"])
    return row


@cache
def hashed() -> str:
    """The password of everybody, salted once."""
    return make_password(PASSWORD)


def person_of(fonds: Fonds, username: str, name: str, department: Department | None = None, **extra: Any) -> Person:
    """A person, not written yet."""
    extra.setdefault("clearance", SecrecyLevel.CONFIDENTIAL)
    return Person(
        fonds=fonds, username=username, name=name, department=department, created_at=clock.now(), password=hashed(), **extra
    )  # fmt: skip


def grant_of(person: Person, role: Role, scope: str = "") -> Grant:
    """A built-in role in its usual scope unless told otherwise, not written yet."""
    usual = next(known.usual_scope for known in BUILTIN_ROLES if known.code == role.code)
    return Grant(person=person, role=role, scope=scope or usual)


def make_person(
    fonds: Fonds,
    username: str,
    name: str,
    role: str,
    department: Department | None = None,
    scope: str = "",
    **extra: Any,
) -> Person:
    """A person with one grant of a built-in role, in its usual scope unless told otherwise."""
    person = person_of(fonds, username, name, department, **extra)
    person.save()
    grant_of(person, Role.objects.get(code=role), scope).save()
    return person


def make_cast() -> Cast:
    """The whole cast, written to the database."""
    made: Cast = remembered("cast", _made_anew)
    now = clock.now()
    for row in (made.fonds, made.other_fonds, *made.everybody().values()):
        row.created_at = now
    return made


def _made_anew() -> Cast:
    ensure_builtin_roles()
    now = clock.now()
    fonds = Fonds.objects.create(code="001", name="青禾实业有限公司", created_at=now)
    other = Fonds.objects.create(code="002", name="远山贸易有限公司", created_at=now)
    head_office = make_department(fonds, "总经办")
    sales = make_department(fonds, "销售部")
    sales_one = make_department(fonds, "销售一组", sales)
    service = make_department(fonds, "客户服务部")
    lines: dict[str, tuple[Person, str]] = {
        "archivist": (person_of(fonds, "shenyan", "沈砚", head_office), "archivist"),
        "salesperson": (person_of(fonds, "zhouhang", "周航", sales_one), "salesperson"),
        "colleague": (person_of(fonds, "linyue", "林悦", sales_one), "salesperson"),
        "head": (person_of(fonds, "hejing", "何静", sales), "department_head"),
        "auditor": (person_of(fonds, "luoping", "罗平", head_office), "auditor"),
        "admin": (person_of(fonds, "luyuan", "陆远", head_office), "system_admin"),
        "reader": (person_of(fonds, "chenxi", "陈曦", sales), "reader"),
        "manager": (person_of(fonds, "fangning", "方宁", head_office, clearance=SecrecyLevel.TOP_SECRET), "general_manager"),
        "clerk": (person_of(fonds, "tangguo", "唐果", sales_one), "clerk"),
        "stranger": (person_of(other, "zhaopeng", "赵鹏"), "archivist"),
    }  # fmt: skip
    people = {name: person for name, (person, _role) in lines.items()}
    roles = {role.code: role for role in Role.objects.all()}
    Person.objects.bulk_create(people.values())
    for person, role in lines.values():
        grant_of(person, roles[role]).save()  # which knows the duties that exclude each other
    return Cast(fonds, other, head_office, sales, sales_one, service, **people)


@pytest.fixture
def cast(db: None) -> Cast:
    """The fixed cast in an otherwise empty base."""
    return make_cast()
