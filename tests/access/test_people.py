"""Accounts, departments, roles and grants: right, refusal and event of every act."""

from datetime import timedelta
from typing import Any

import pytest

from kedang.foundation.access import services as s
from kedang.foundation.access.grants import active_grants, forget_grants
from kedang.foundation.access.models import Department, Fonds, Grant, Person, Role
from kedang.foundation.access.policies import can
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import SYSTEM
from kedang.foundation.kernel.refused import OutOfScope, Refused
from tests.cast import PASSWORD, Cast


def role(code: str) -> Role:
    return Role.objects.get(code=code)


def refused(code: str, act: Any, **arguments: Any) -> Refused:
    """The act is refused with this code, and leaves neither state nor event."""
    before = Event.objects.count()
    with pytest.raises(Refused) as refusal:
        act(**arguments)
    assert refusal.value.code == code, refusal.value.sentence
    assert Event.objects.count() == before
    return refusal.value


def test_new_person_has_no_rights_and_an_event_without_password(cast: Cast) -> None:
    person = s.person_create(
        actor=cast.admin,
        username="wuyi",
        name="吴一",
        password="lang-genug-77",
        department=cast.sales,
        mobile="13800138000",
    )
    assert person.must_change_password
    assert person.check_password("lang-genug-77")
    assert active_grants(person) == []
    event = Event.objects.get(code="access.person_created")
    assert "13800138000" not in event.changes
    assert "lang-genug-77" not in event.changes


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"username": "ZHOUHANG"}, "username_taken"),
        ({"username": "周航"}, "invalid"),
        ({"password": "123"}, "password_weak"),
        ({"password": "password1234"}, "password_weak"),
        ({"name": " "}, "invalid"),
    ],
)
def test_unfit_accounts_are_refused(cast: Cast, changed: dict[str, str], code: str) -> None:
    given = {"username": "wuyi", "name": "吴一", "password": "lang-genug-77", **changed}
    refused(code, s.person_create, actor=cast.admin, **given)


def test_only_who_manages_people_makes_accounts(cast: Cast, officer: Person) -> None:
    given = {"username": "wuyi", "name": "吴一", "password": "lang-genug-77"}
    for actor in (cast.archivist, cast.auditor, cast.reader, officer):
        refused("not_allowed", s.person_create, actor=actor, **given)
    refused("not_allowed", s.person_create, actor=cast.admin, clearance=SecrecyLevel.TOP_SECRET, **given)


def test_people_of_another_company_do_not_exist(cast: Cast) -> None:
    with pytest.raises(OutOfScope):
        s.person_change(actor=cast.admin, person=cast.stranger, name="甲")
    foreign = Department.objects.create(fonds=cast.other_fonds, name="外部门")
    refused("foreign_department", s.person_change, actor=cast.admin, person=cast.reader, department=foreign)


def test_change_of_department_acts_on_rights_and_is_told(cast: Cast) -> None:
    s.person_change(actor=cast.admin, person=cast.clerk, department=cast.service, reason="调岗")
    again = Person.objects.get(pk=cast.clerk.pk)
    assert active_grants(again)[0].department_ids == {cast.service.pk}
    event = Event.objects.get(code="access.person_changed")
    assert (event.reason, event.changes) == ("调岗", '{"department":["销售一组","客户服务部"]}')


def test_clearance_is_a_right(cast: Cast, officer: Person) -> None:
    refused("not_allowed", s.person_change, actor=cast.admin, person=cast.reader, clearance=4)
    refused("own_clearance", s.person_change, actor=officer, person=officer, clearance=4)
    assert s.person_change(actor=officer, person=cast.reader, clearance=4).clearance == 4
    refused("not_allowed", s.person_change, actor=officer, person=cast.reader, name="甲")


def test_switching_off_and_on(cast: Cast) -> None:
    refused("reason_missing", s.person_deactivate, actor=cast.admin, person=cast.clerk, reason=" ")
    refused("self_deactivated", s.person_deactivate, actor=cast.admin, person=cast.admin, reason="离职")
    s.person_deactivate(actor=cast.admin, person=cast.clerk, reason="离职")
    assert active_grants(Person.objects.get(pk=cast.clerk.pk)) == []
    refused("already_inactive", s.person_deactivate, actor=cast.admin, person=cast.clerk, reason="离职")
    s.person_activate(actor=cast.admin, person=cast.clerk)
    assert len(active_grants(Person.objects.get(pk=cast.clerk.pk))) == 1
    assert [e.code for e in Event.objects.order_by("id")] == ["access.person_deactivated", "access.person_activated"]


def test_last_administrator_and_last_officer_stay(cast: Cast, officer: Person) -> None:
    refused("last_holder", s.person_deactivate, actor=SYSTEM, person=cast.admin, reason="离职")
    refused("last_holder", s.grant_end, actor=SYSTEM, grant=officer.grants.get(), reason="调岗")
    s.grant_give(actor=officer, person=cast.head, role=role("clerk"), reason="代班")
    second = s.person_create(actor=cast.admin, username="er", name="二号", password="lang-genug-77")
    s.grant_give(actor=officer, person=second, role=role("system_admin"), reason="轮岗")
    s.person_deactivate(actor=second, person=cast.admin, reason="离职")


def test_password_reset_gives_a_first_secret_once(cast: Cast) -> None:
    first = s.password_reset(actor=cast.admin, person=cast.reader, reason="本人忘记")
    reader = Person.objects.get(pk=cast.reader.pk)
    assert reader.check_password(first)
    assert reader.must_change_password
    assert first not in str(Event.objects.values())
    refused("own_password", s.password_reset, actor=cast.admin, person=cast.admin, reason="忘记")
    refused("not_allowed", s.password_reset, actor=cast.head, person=cast.reader, reason="忘记")


def test_own_password(cast: Cast) -> None:
    new = "ein ganz neues 99"
    refused("password_wrong", s.password_change, actor=cast.reader, old="x", new=new, again=new)
    refused("password_differs", s.password_change, actor=cast.reader, old=PASSWORD, new=new, again="y")
    refused("password_same", s.password_change, actor=cast.reader, old=PASSWORD, new=PASSWORD, again=PASSWORD)
    refused("password_weak", s.password_change, actor=cast.reader, old=PASSWORD, new="12345678901", again="12345678901")
    s.password_change(actor=cast.reader, old=PASSWORD, new=new, again=new)
    assert Person.objects.get(pk=cast.reader.pk).check_password(new)
    assert Event.objects.get().code == "access.password_changed"


def test_departments_move_with_all_below_and_never_in_circles(cast: Cast) -> None:
    three = s.department_create(actor=cast.admin, name="三班", parent=cast.sales_one)
    refused("department_circle", s.department_move, actor=cast.admin, department=cast.sales, parent=three)
    refused("department_circle", s.department_move, actor=cast.admin, department=cast.sales, parent=cast.sales)
    s.department_move(actor=cast.admin, department=cast.sales_one, parent=cast.service)
    paths = {row.name: row.path for row in Department.objects.filter(fonds=cast.fonds)}
    assert paths["销售一组"] == f"/{cast.service.pk}/{cast.sales_one.pk}/"
    assert paths["三班"] == f"/{cast.service.pk}/{cast.sales_one.pk}/{three.pk}/"
    event = Event.objects.get(code="access.department_moved")
    assert event.changes == '{"parent":["销售部","客户服务部"]}'
    # The head of sales reaches “below”: the group has left his reach at once.
    forget_grants(cast.head)
    assert active_grants(cast.head)[0].department_ids == {cast.sales.pk}


def test_unfit_departments_are_refused(cast: Cast) -> None:
    refused("department_taken", s.department_create, actor=cast.admin, name="销售部")
    refused("department_taken", s.department_change, actor=cast.admin, department=cast.sales, name="总经办")
    refused("department_in_use", s.department_change, actor=cast.admin, department=cast.sales, is_active=False)
    refused("not_allowed", s.department_create, actor=cast.head, name="新组", parent=cast.sales)
    parent: Department | None = None
    for number in range(8):
        parent = s.department_create(actor=cast.admin, name=f"级{number}", parent=parent)
    refused("too_deep", s.department_create, actor=cast.admin, name="太深", parent=parent)


def test_roles_keep_duties_apart(cast: Cast) -> None:
    mixed = {"name": "万能", "actions": ["access.manage_people", "access.manage_grants"]}
    refused("duties_mixed", s.role_create, actor=cast.admin, **mixed)
    refused("admin_reads_dossiers", s.role_change, actor=SYSTEM, role=role("system_admin"),
            actions=[*role("system_admin").actions, "customers.view"])  # fmt: skip
    refused("auditor_changes", s.role_change, actor=cast.admin, role=role("auditor"),
            actions=[*role("auditor").actions, "customers.change"])  # fmt: skip
    refused(
        "role_needs_power", s.role_change, actor=SYSTEM, role=role("security_admin"), actions=["access.view_people"]
    )
    refused("own_role", s.role_change, actor=cast.admin, role=role("system_admin"), actions=["access.manage_people"])
    refused("action_unknown", s.role_create, actor=cast.admin, name="甲", actions=["customers.eat"])
    refused("role_builtin", s.role_remove, actor=cast.admin, role=role("reader"))
    refused("role_taken", s.role_create, actor=cast.admin, name="审计员")
    refused("not_allowed", s.role_create, actor=cast.archivist, name="甲")


def test_change_of_a_role_acts_at_once(cast: Cast) -> None:
    assert not can(cast.reader, "customers.print")
    changed = s.role_change(
        actor=cast.admin,
        role=role("reader"),
        actions=["customers.view", "customers.print"],
        field_rights={"contact": "show"},
    )
    assert changed.field_rights == {"contact": "show"}
    forget_grants(cast.reader)
    assert can(cast.reader, "customers.print")
    assert Event.objects.get().code == "access.role_changed"


def test_own_role_comes_and_goes(cast: Cast, officer: Person) -> None:
    own = s.role_create(actor=cast.admin, name="展会助理", actions=["customers.view"], field_rights={"contact": "mask"})
    assert (own.fonds_id, own.is_builtin) == (cast.fonds.pk, False)
    with pytest.raises(OutOfScope):
        s.grant_give(actor=SYSTEM, person=cast.stranger, role=own, reason="x")
    s.grant_give(actor=officer, person=cast.reader, role=own, reason="展会")
    refused("role_held", s.role_remove, actor=cast.admin, role=own)
    other = s.role_create(actor=cast.admin, name="临时", actions=[])
    s.role_remove(actor=cast.admin, role=other)
    assert not Role.objects.filter(pk=other.pk).exists()


def test_widened_role_may_not_mix_duties_of_its_holders(cast: Cast, officer: Person) -> None:
    own = s.role_create(actor=cast.admin, name="值班", actions=["jobs.view"])
    s.grant_give(actor=officer, person=cast.admin, role=own, reason="值班")
    refused("admin_reads_dossiers", s.role_change, actor=SYSTEM, role=own, actions=["jobs.view", "customers.view"])
    assert Role.objects.get(pk=own.pk).actions == ["jobs.view"]


def test_nobody_grants_to_themselves(cast: Cast, officer: Person) -> None:
    refused("own_grant", s.grant_give, actor=officer, person=officer, role=role("archivist"), reason="方便")
    refused("own_grant", s.grant_end, actor=officer, grant=officer.grants.get(), reason="不干了")


def test_only_who_grants_grants(cast: Cast, officer: Person) -> None:
    for actor in (cast.admin, cast.archivist, cast.manager, cast.head):
        refused("not_allowed", s.grant_give, actor=actor, person=cast.reader, role=role("clerk"), reason="代班")
    grant = s.grant_give(actor=officer, person=cast.reader, role=role("clerk"), scope="department", reason="代班")
    assert (grant.granted_by, grant.reason) == ("白露", "代班")
    event = Event.objects.get()
    assert (event.code, event.parent_id, event.reason) == ("access.grant_given", cast.reader.pk, "代班")
    refused(
        "grant_held",
        s.grant_give,
        actor=officer,
        person=cast.reader,
        role=role("clerk"),
        scope="department",
        reason="x",
    )
    refused("reason_missing", s.grant_give, actor=officer, person=cast.reader, role=role("clerk"), reason="")


@pytest.mark.parametrize(
    ("who", "code", "refusal"),
    [
        ("admin", "auditor", "duties_mixed"),
        ("admin", "security_admin", "duties_mixed"),
        ("auditor", "system_admin", "duties_mixed"),
        ("admin", "reader", "admin_reads_dossiers"),
        ("archivist", "system_admin", "admin_reads_dossiers"),
        ("auditor", "clerk", "auditor_changes"),
        ("clerk", "auditor", "auditor_changes"),
    ],
)
def test_duties_stay_apart_in_one_person(cast: Cast, officer: Person, who: str, code: str, refusal: str) -> None:
    refused(refusal, s.grant_give, actor=officer, person=getattr(cast, who), role=role(code), reason="兼任")


def test_grant_in_time(cast: Cast, officer: Person) -> None:
    now = clock.now()
    refused(
        "period_empty", s.grant_give, actor=officer, person=cast.reader, role=role("clerk"), valid_until=now, reason="x"
    )
    until = now + timedelta(days=7)
    s.grant_give(actor=officer, person=cast.reader, role=role("clerk"), valid_until=until, reason="展会一周")
    forget_grants(cast.reader)
    assert can(cast.reader, "customers.create")
    with clock.frozen(until + timedelta(seconds=1)):
        forget_grants(cast.reader)
        assert not can(cast.reader, "customers.create")
        s.grant_give(actor=officer, person=cast.reader, role=role("clerk"), reason="再来一周")
    assert Grant.objects.filter(person=cast.reader, ended_at=until).count() == 1


def test_grant_ends_at_once_and_stays_on_record(cast: Cast, officer: Person) -> None:
    grant = cast.clerk.grants.get()
    refused("reason_missing", s.grant_end, actor=officer, grant=grant, reason="")
    s.grant_end(actor=officer, grant=grant, reason="调岗")
    assert active_grants(Person.objects.get(pk=cast.clerk.pk)) == []
    assert Event.objects.get().reason == "调岗"
    refused("already_ended", s.grant_end, actor=officer, grant=grant, reason="调岗")


def test_scope_needs_its_value(cast: Cast, officer: Person) -> None:
    give = {"actor": officer, "person": cast.reader, "role": role("reader"), "reason": "x"}
    for scope, value in (("region", ""), ("class", "99"), ("department", "999999"), ("nowhere", "")):
        refused("scope_value", s.grant_give, scope=scope, scope_value=value, **give)
    s.grant_give(scope="department", scope_value=str(cast.service.pk), **give)


def test_first_run_makes_a_company_that_can_work(db: None) -> None:
    fonds = s.first_run(
        company="白石实业有限公司",
        administrator=s.FirstPerson("guan", "管一", "lang-genug-77"),
        archivist=s.FirstPerson("dang", "档二", "lang-genug-78"),
        departments=["销售部", " ", "销售部", "服务部"],
    )
    assert fonds.name == "白石实业有限公司"
    assert Department.objects.filter(fonds=fonds).count() == 2
    admin, archivist = Person.objects.get(username="guan"), Person.objects.get(username="dang")
    assert can(admin, "access.manage_people")
    assert not can(admin, "customers.view")
    assert can(archivist, "customers.create")
    assert can(archivist, "access.manage_grants")
    assert archivist.must_change_password
    again = {"company": "乙", "administrator": s.FirstPerson("b", "b", "b"), "archivist": s.FirstPerson("c", "c", "c")}
    refused("already_set_up", s.first_run, **again)


def test_first_run_is_all_or_nothing(db: None) -> None:
    refusal = refused(
        "password_weak", s.first_run, company="白石实业有限公司",
        administrator=s.FirstPerson("guan", "管一", "lang-genug-77"), archivist=s.FirstPerson("dang", "档二", "1"),
    )  # fmt: skip
    assert refusal.field == "archivist_password"
    assert (Fonds.objects.count(), Person.objects.count(), Event.objects.count()) == (0, 0, 0)


def test_weak_password_is_told_in_chinese(cast: Cast) -> None:
    told = refused(
        "password_weak", s.password_change, actor=cast.reader, old=PASSWORD, new="abc123", again="abc123"
    ).sentence
    assert told.startswith("密码太短，至少 12 位。")
