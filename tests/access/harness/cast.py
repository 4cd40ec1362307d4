"""Who asks: every built-in role, roles of a company's own, people between roles, and people who are nobody here."""

from datetime import timedelta
from typing import Any

from kedang.foundation.access.models import Department, Fonds, Grant, Person, Role
from kedang.foundation.access.roles import ensure_builtin_roles
from kedang.foundation.kernel import clock
from tests.access.harness.rules import ROLES, Given, Who
from tests.cast import make_department

BUILTIN = (
    "system_admin", "security_admin", "auditor", "archivist", "clerk", "salesperson", "reader", "department_head",
    "executive", "general_manager",
)  # fmt: skip

PEOPLE: tuple[Who, ...] = (
    Who("archivist", "沈砚", department="head_office", clearance=4, given=(Given("archivist"),)),
    Who("salesperson", "周航", department="sales_one", given=(Given("salesperson"),)),
    Who("department_head", "何静", department="sales", given=(Given("department_head"),)),
    Who("auditor", "罗平", department="head_office", clearance=2, given=(Given("auditor"),)),
    Who("system_admin", "陆远", department="head_office", given=(Given("system_admin"),)),
    Who("security_admin", "白露", department="head_office", given=(Given("security_admin"),)),
    Who("reader", "陈曦", department="sales", given=(Given("reader"),)),
    Who("general_manager", "方宁", department="head_office", clearance=4, given=(Given("general_manager"),)),
    Who("executive", "顾岩", department="head_office", given=(Given("executive"),)),
    Who("clerk", "唐果", department="sales_one", given=(Given("clerk"),)),
    Who("field_agent", "严冬", department="service", given=(Given("field_agent", value="440300"),)),
    Who("analyst", "施雨", department="service", given=(Given("analyst", value="key"),)),
    Who("watcher", "穆青", department="head_office", given=(Given("watcher"),)),
    Who("desk", "丁宁", department="sales_one", given=(Given("desk"),)),
    Who("two_hats", "林悦", department="sales", given=(Given("reader"), Given("salesperson"))),
    Who("acting", "代岚", department="service", given=(Given("reader", "all"), Given("department_head", "department", "sales_one"))),
    Who("low", "卢川", department="head_office", clearance=0, given=(Given("archivist"),)),
    Who("none", "吴名", department="sales_one"),
    Who("over", "古仁", department="sales_one", given=(Given("archivist", holds=False), Given("executive", holds=False))),
    Who("off", "高飞", department="sales_one", given=(Given("archivist"),), is_active=False),
    Who("far", "赵鹏", fonds="B", department="far", clearance=4, given=(Given("archivist"),)),
)  # fmt: skip
NOBODY = Who("anonymous", "", fonds="", is_active=False)
EVERYBODY = (*PEOPLE, NOBODY)
BY_KEY = {who.key: who for who in EVERYBODY}


def make_companies() -> tuple[dict[str, Fonds], dict[str, Department]]:
    """Two companies of one group and their departments."""
    now = clock.now()
    fonds = {
        "A": Fonds.objects.create(code="001", name="青禾实业有限公司", created_at=now),
        "B": Fonds.objects.create(code="002", name="远山贸易有限公司", created_at=now),
    }
    departments = {
        "head_office": make_department(fonds["A"], "总经办"), "sales": make_department(fonds["A"], "销售部"),
        "service": make_department(fonds["A"], "客户服务部"), "far": make_department(fonds["B"], "贸易部"),
    }  # fmt: skip
    departments["sales_one"] = make_department(fonds["A"], "销售一组", departments["sales"])
    return fonds, departments


def make_roles(fonds: Fonds) -> None:
    """The shipped roles as they are, those of the company's own from the table."""
    ensure_builtin_roles()
    for role in ROLES.values():
        if role.code not in BUILTIN:
            Role.objects.create(
                fonds=fonds, code=role.code, name=f"自设{role.code}", actions=sorted(role.acts),
                field_rights={name: right for name, right in role.rights.items() if right != "hide"},
            )  # fmt: skip


def make_person(
    who: Who, fonds: dict[str, Fonds], departments: dict[str, Department], contact: dict[str, Any]
) -> Person:
    """One person, without grants yet."""
    person = Person(
        fonds=fonds[who.fonds], username=f"u_{who.key}", name=who.name, department=departments.get(who.department),
        clearance=who.clearance, created_at=clock.now(), is_active=who.is_active, **contact,
    )  # fmt: skip
    person.set_unusable_password()
    person.save()
    return person


def give(who: Who, person: Person, values: dict[str, str]) -> None:
    """The grants of a person; one that does not hold is over, one after it is still to come."""
    now = clock.now()
    for number, given in enumerate(who.given):
        role = ROLES[given.role]
        times: dict[str, Any] = {}
        if not given.holds:
            times = (
                {"valid_until": now - timedelta(minutes=1)} if number == 0 else {"valid_from": now + timedelta(days=1)}
            )
        Grant.objects.create(
            person=person, role=Role.objects.get(code=role.code), scope=given.scope or role.scope,
            scope_value=values.get(given.value, given.value), **times,
        )  # fmt: skip
