"""Default is deny (R33): whatever has no owner, no class, no right or no life is refused, in every generated case."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from kedang.business.customers.models import Customer
from kedang.foundation.access.models import Department, Fonds, Grant, Person, Role
from kedang.foundation.access.policies import can, policy_for, require
from kedang.foundation.access.secrecy import FieldSecrecy
from kedang.foundation.access.veil import may_filter, reveal, right_anywhere, right_on, shown_scope
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope

ACTIONS = ("customers.view", "customers.change", "customers.export", "customers.unmask", "customers.grade")
SENSITIVE = {
    "contact": "phone",
    "identity": "id_number",
    "account": "bank_account",
    "personal": "born_on",
    "assessment": "grade_reason",
}
WHY = (
    "unowned",
    "no_right",
    "inactive",
    "ended",
    "expired",
    "to_come",
    "foreign",
    "too_secret",
    "no_department",
    "no_class",
)


@dataclass(frozen=True)
class Case:
    """Somebody, a grant, a dossier, and the one reason why the answer is no."""

    why: str
    scope: str
    actions: frozenset[str]
    rights: dict[str, str]
    level: int


cases = st.builds(
    Case,
    st.sampled_from(WHY),
    st.sampled_from(["own", "department", "below", "region", "class", "all"]),
    st.frozensets(st.sampled_from(ACTIONS), min_size=1),
    st.dictionaries(st.sampled_from(sorted(SENSITIVE)), st.sampled_from(["show", "mask"])),
    st.integers(1, 4),
)


def run(fonds: Fonds, other: Fonds, department: Department, examples: int, number: int) -> int:
    """So many cases; each is taken back. Returns how many were denied, which is all, or raises with the case."""
    denied = 0

    @seed(number)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(cases)
    def every_case_is_denied(case: Case) -> None:
        nonlocal denied
        with transaction.atomic():
            person, row = scene(case, fonds, other, department)
            check(case, person, row)
            transaction.set_rollback(True)
        denied += 1

    every_case_is_denied()
    unlisted_is_refused()
    return denied


def scene(case: Case, fonds: Fonds, other: Fonds, department: Department) -> tuple[Person, Customer]:
    """The case in the database: everything else would allow it."""
    now, why = clock.now(), case.why
    person = Person.objects.create(
        fonds=fonds, username=f"case{Person.objects.count()}", name="某人", created_at=now, is_active=why != "inactive",
        clearance=case.level - 1 if why == "too_secret" else 4, department=None if why == "no_department" else department,
    )  # fmt: skip
    scope = case.scope
    if why in {"unowned", "no_department"} and scope == "all":
        scope = "below"
    actions = sorted(case.actions | {"customers.view"}) if why != "no_right" else []
    rights = dict(case.rights) if why != "no_class" else {}
    role = Role.objects.create(code=f"case{person.pk}", name="新角色", actions=actions, field_rights=rights)
    times: dict[str, Any] = {
        "ended": {"ended_at": now},
        "expired": {"valid_until": now - timedelta(seconds=1)},
        "to_come": {"valid_from": now + timedelta(hours=1)},
    }.get(why, {})
    Grant.objects.create(
        person=person, role=role, scope=scope, scope_value="440300" if scope == "region" else "", **times
    )
    bare = why == "unowned" or why == "no_department"
    row = Customer.objects.create(
        fonds=other if why == "foreign" else fonds, number=f"T{person.pk}", name="某客户", created_at=now, updated_at=now,
        responsible=None if bare else person, department=None if bare else department, region_code="" if bare else "440305",
        secrecy_level=case.level, phone="0755-83719264", bank_account="6222021001116245702", grade_reason="理由",
    )  # fmt: skip
    return person, row


def check(case: Case, person: Person, row: Customer) -> None:
    """Nothing comes of it, by whichever way it is asked."""
    if case.why == "no_class":
        for kind, field in SENSITIVE.items():
            assert right_on(person, row, field) == "hide" and right_anywhere(person, Customer, field) == "hide", (
                case,
                kind,
            )
            assert str(reveal(person, row, field)) == "" and not may_filter(person, Customer, field), (case, kind)
            assert not Customer.objects.filter(shown_scope(person, Customer, kind), pk=row.pk).exists(), (case, kind)
        return
    for action in ACTIONS:
        assert not Customer.objects.filter(policy_for(Customer).scope(person, action), pk=row.pk).exists(), (
            case,
            action,
        )
        assert not can(person, action, row), (case, action)
        try:
            require(person, action, row)
        except (OutOfScope, NotAllowed):
            continue
        raise AssertionError((case, action))
    assert all(right_on(person, row, field) == "hide" for field in SENSITIVE.values()), case


def unlisted_is_refused() -> None:
    """A new field without a class and a new model without a policy stop the question itself."""
    for ask in (lambda: FieldSecrecy(open="name").of("salary"), lambda: policy_for(Session)):
        try:
            ask()
        except LookupError:
            continue
        raise AssertionError("answered a question about what nobody has declared")
