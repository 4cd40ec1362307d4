"""Acts on people, their grants, roles, departments and companies."""

from typing import Any

from kedang.foundation.access import services as s
from kedang.foundation.access.models import Department, Grant, Person, Role
from kedang.foundation.access.services.factors import CHECKED
from kedang.foundation.access.signin import totp
from kedang.foundation.access.signin.models import Factor
from kedang.foundation.access.signin.quota import KINDS
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import SYSTEM
from tests.cast import Cast, make_department, make_person
from tests.races.acts import Act, Ground, Group, told

OFF = told("person_inactive")
GIVING = OFF | told("grant_held", "duties_mixed", "admin_reads_dossiers", "auditor_changes")
"""Why a role may not be given: what the person holds besides it depends on who was quicker."""


def stamp() -> str:
    """A name that no other round has."""
    return f"{clock.now():%H%M%S%f}"


def officer(cast: Cast) -> Person:
    """The security officer, made once."""
    found: Person | None = Person.objects.filter(username="racing-officer").first()
    return found or make_person(cast.fonds, "racing-officer", "白露", "security_admin", cast.head_office)


def a_person(cast: Cast, number: int) -> Ground:
    """A fresh person with one grant, and a role of the company's own that nobody holds."""
    mark = stamp()
    person = make_person(cast.fonds, f"p{mark}", f"员{mark}", "reader", cast.sales)
    role = s.role_create(actor=cast.admin, name=f"角色{mark}", actions=["customers.view"])
    grant = Grant.objects.get(person=person)
    return Ground(
        cast,
        number,
        person,
        {"role": role, "grant": grant, "officer": officer(cast), "mark": mark},
        [person, role, grant],
    )


def duties_apart(ground: Ground) -> list[str]:
    """No two current grants of the same kind, no separate duties in one hand."""
    grants = list(Grant.objects.filter(person=ground.on, ended_at__isnull=True).select_related("role"))
    kinds = [(grant.role_id, grant.scope, grant.scope_value) for grant in grants]
    apart = {"system_admin", "security_admin", "auditor"} & {grant.role.code for grant in grants}
    found = [] if len(kinds) == len(set(kinds)) else [f"the same grant twice: {kinds}"]
    return found + ([f"duties in one hand: {sorted(apart)}"] if len(apart) > 1 else [])


def admin(ground: Ground) -> Any:
    return ground.cast.admin


def role_of(code: str) -> Role:
    """A built-in role."""
    return Role.objects.get(code=code)


PERSON = Group(
    "person", a_person,
    (
        Act("person_change", lambda g, n: s.person_change(actor=admin(g), person=g.on, title=f"岗{n}"), quiet=True),
        Act(
            "person_deactivate", lambda g, n: s.person_deactivate(actor=admin(g), person=g.on, reason="离职"),
            told=told("already_inactive"),
        ),
        Act("person_activate", lambda g, n: (
            s.person_deactivate(actor=admin(g), person=g.on, reason="离职") if n < 2 else s.person_activate(actor=admin(g), person=g.on)
        ), told=told("already_active", "already_inactive")),
        Act("password_reset", lambda g, n: s.password_reset(actor=admin(g), person=g.on, reason="忘记密码"), told=OFF),
        Act("language_change", lambda g, n: s.language_change(actor=g.on, language=("en", "zh-hant")[n // 2 % 2]), quiet=True),
        Act(
            "grant_give",
            lambda g, n: s.grant_give(actor=g.more["officer"], person=g.on, role=role_of("clerk"), scope="department", reason="到岗"),
            once=True, told=GIVING | told("scope_value"),
        ),
        Act(
            "grant_give to mix",
            lambda g, n: s.grant_give(
                actor=g.more["officer"], person=g.on, role=role_of(("auditor", "system_admin")[n // 2 % 2]), reason="到岗"
            ),
            once=True, told=GIVING, opened=True,
        ),
        Act(
            "grant_end", lambda g, n: s.grant_end(actor=g.more["officer"], grant=g.more["grant"], reason="调岗"),
            once=True, told=told("already_ended"),
        ),
        Act(
            "grant_give own role",
            lambda g, n: s.grant_give(actor=g.more["officer"], person=g.on, role=g.more["role"], reason="到岗"),
            once=True, gone=True, told=GIVING | told("role_gone"),
        ),
        Act(
            "role_change", lambda g, n: s.role_change(actor=admin(g), role=g.more["role"], note=f"说明{n}"), gone=True,
        ),
        Act(
            "role_remove", lambda g, n: s.role_remove(actor=admin(g), role=g.more["role"]), once=True, gone=True, told=told("role_held"),
        ),
    ),
    duties_apart,
)  # fmt: skip


SECRET = totp.new_secret()


def a_second_step(cast: Cast, number: int) -> Ground:
    """A fresh person who signs in with a passkey, which is there to be taken away."""
    person = make_person(cast.fonds, f"s{stamp()}", "第二步", "reader", cast.sales)
    passkey = s.passkey_add(actor=person, credential_id=f"first-{person.pk}", credential="{}", sign_count=0)
    return Ground(cast, number, person, {"passkey": passkey, "officer": officer(cast)}, [])


def now_code() -> str:
    """The code that the phone shows."""
    return totp.code_at(SECRET, totp.step_of(clock.now()))


def one_code(ground: Ground) -> list[str]:
    """One code generator at most, one passkey of one credential, and the mark of the person says whether there is any."""
    factors = list(Factor.objects.filter(person=ground.on))
    has_mark = Person.objects.get(pk=ground.on.pk).factor_since is not None
    keys = [factor.credential_id for factor in factors if factor.credential_id]
    found = [] if len(keys) == len(set(keys)) else ["a passkey twice"]
    found += ["two code generators"] if sum(factor.kind == "totp" for factor in factors) > 1 else []
    return found + ([f"marked {has_mark} with {len(factors)} second steps"] if has_mark != bool(factors) else [])


SECOND_STEP = Group(
    "second step",
    a_second_step,
    (
        Act(
            "totp_add",
            lambda g, n: s.totp_add(actor=g.on, secret=SECRET, code=now_code()),
            told=told("totp_there", "totp_wrong"),
        ),
        Act(
            "passkey_add",
            lambda g, n: s.passkey_add(actor=g.on, credential_id=f"more-{g.on.pk}", credential="{}", sign_count=0),
            told=told("passkey_there"),
        ),
        Act(
            "factor_remove",
            lambda g, n: s.factor_remove(actor=g.on, factor_id=g.more["passkey"].pk),
            once=True,
            gone=True,
        ),
        Act("recovery_codes_make", lambda g, n: s.recovery_codes_make(actor=g.on), told=told("factor_missing")),
        Act(
            "factors_reset",
            lambda g, n: s.factors_reset(
                actor=g.more["officer"], person=g.on, checked=next(iter(CHECKED)), reason="手机丢失"
            ),
            told=told("factor_missing"),
        ),
        Act("sessions_end", lambda g, n: s.sessions_end(actor=g.more["officer"], person=g.on, reason="电脑遗失")),
        Act(
            "quota_raise",
            lambda g, n: s.quota_raise(
                actor=g.more["officer"], person=g.on, kind=next(iter(KINDS)), amount=5, reason="客户普查"
            ),
        ),
    ),
    one_code,
)


def a_department(cast: Cast, number: int) -> Ground:
    """Two fresh departments side by side."""
    mark = stamp()
    one, two = (make_department(cast.fonds, f"部{mark}{side}") for side in "甲乙")
    return Ground(cast, number, one, {"two": two, "mark": mark}, [one, two])


def a_tree(ground: Ground) -> list[str]:
    """Paths follow parents, and the same name stands once in one place."""
    rows = list(Department.objects.filter(name__contains=ground.more["mark"]).select_related("parent"))
    wrong = [row.name for row in rows if row.path != f"{row.parent.path if row.parent else '/'}{row.pk}/"]
    places = [(row.parent_id, row.name) for row in rows]
    return ([f"paths of {wrong} are wrong"] if wrong else []) + (
        [f"one name twice: {places}"] if len(places) > len(set(places)) else []
    )


DEPARTMENT = Group(
    "department", a_department,
    (
        Act(
            "department_create",
            lambda g, n: s.department_create(actor=admin(g), name=f"新{g.more['mark']}", parent=g.on),
            once=True, told=told("department_taken", "foreign_department"),
        ),
        Act(
            "department_change", lambda g, n: s.department_change(actor=admin(g), department=g.on, code=f"C{n}"), quiet=True,
            told=told("department_taken"),
        ),
        Act(
            "department_change off", lambda g, n: s.department_change(actor=admin(g), department=g.on, is_active=False), quiet=True,
            told=told("department_in_use"),
        ),
        Act(
            "department_move",
            lambda g, n: s.department_move(
                actor=admin(g), department=(g.on, g.more["two"])[n // 2 % 2], parent=(g.more["two"], g.on)[n // 2 % 2]
            ),
            quiet=True, told=told("department_circle", "foreign_department", "too_deep"),
        ),
    ),
    a_tree,
)  # fmt: skip


def a_company(cast: Cast, number: int) -> Ground:
    """The company, and a name for the newcomers of this round."""
    return Ground(cast, number, cast.fonds, {"mark": stamp(), "officer": officer(cast)}, [])


COMPANY = Group(
    "company", a_company,
    (
        Act("fonds_change", lambda g, n: s.fonds_change(actor=SYSTEM, fonds=g.on, short_name=f"青禾{n}"), quiet=True),
        Act(
            "fonds_create", lambda g, n: s.fonds_create(actor=SYSTEM, code=f"F{g.more['mark']}"[:12], name=f"分公司{g.more['mark']}"),
            once=True, told=told("fonds_taken", "invalid"),
        ),
        Act(
            "sign_in_policy_change",
            lambda g, n: s.sign_in_policy_change(actor=g.more["officer"], fonds=g.on, reason="等保测评", min_length=12 + n % 4), quiet=True,
        ),
        Act(
            "person_create",
            lambda g, n: s.person_create(actor=admin(g), username=f"n{g.more['mark']}", name="新人", password="lang-genug-77-wu"),
            once=True, told=told("username_taken"),
        ),
        Act(
            "role_create", lambda g, n: s.role_create(actor=admin(g), name=f"角{g.more['mark']}", actions=["customers.view"]),
            once=True, told=told("role_taken"),
        ),
    ),
)  # fmt: skip
