"""The fixed cast. A test reads as a small story; 赵鹏 of another company gets 404 in every one.

沈砚 archivist · 周航 salesperson · 何静 head of sales · 罗平 auditor · 陆远 system administrator · 陈曦 reader ·
方宁 general manager · 唐果 clerk · 赵鹏 archivist of another company.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from kedang.foundation.access.models import Department, Fonds, Grant, Person, Role
from kedang.foundation.access.roles import BUILTIN_ROLES, ensure_builtin_roles
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.kernel import clock

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
    person = Person(
        fonds=fonds, username=username, name=name, department=department, created_at=clock.now(),
        clearance=extra.pop("clearance", SecrecyLevel.CONFIDENTIAL), **extra,
    )  # fmt: skip
    person.set_password(PASSWORD)
    person.save()
    usual = next(known.usual_scope for known in BUILTIN_ROLES if known.code == role)
    Grant.objects.create(person=person, role=Role.objects.get(code=role), scope=scope or usual)
    return person


def make_cast() -> Cast:
    """The whole cast, written to the database."""
    ensure_builtin_roles()
    now = clock.now()
    fonds = Fonds.objects.create(code="001", name="青禾实业有限公司", created_at=now)
    other = Fonds.objects.create(code="002", name="远山贸易有限公司", created_at=now)
    head_office = make_department(fonds, "总经办")
    sales = make_department(fonds, "销售部")
    sales_one = make_department(fonds, "销售一组", sales)
    service = make_department(fonds, "客户服务部")
    return Cast(
        fonds, other, head_office, sales, sales_one, service,
        archivist=make_person(fonds, "shenyan", "沈砚", "archivist", head_office),
        salesperson=make_person(fonds, "zhouhang", "周航", "salesperson", sales_one),
        colleague=make_person(fonds, "linyue", "林悦", "salesperson", sales_one),
        head=make_person(fonds, "hejing", "何静", "department_head", sales),
        auditor=make_person(fonds, "luoping", "罗平", "auditor", head_office),
        admin=make_person(fonds, "luyuan", "陆远", "system_admin", head_office),
        reader=make_person(fonds, "chenxi", "陈曦", "reader", sales),
        manager=make_person(fonds, "fangning", "方宁", "general_manager", head_office, clearance=SecrecyLevel.TOP_SECRET),
        clerk=make_person(fonds, "tangguo", "唐果", "clerk", sales_one),
        stranger=make_person(other, "zhaopeng", "赵鹏", "archivist"),
    )  # fmt: skip


@pytest.fixture
def cast(db: None) -> Cast:
    """The fixed cast in an otherwise empty base."""
    return make_cast()
