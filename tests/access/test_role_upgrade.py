"""Built-in roles of an older installation: what nobody edited gets what is new, what somebody edited stays."""

from kedang.foundation.access.models import Role
from kedang.foundation.access.roles import BUILTIN_ROLES, upgrade_builtin_roles
from kedang.foundation.access.services import role_change
from kedang.foundation.audit.models import Event
from tests.cast import Cast

SHIPPED = {role.code: role for role in BUILTIN_ROLES}


def age(code: str) -> Role:
    """A role as it was shipped before there was an archive."""
    row: Role = Role.objects.get(code=code)
    row.actions = [one for one in row.actions if not one.startswith(("holdings.", "custody.", "files."))]
    row.save()
    return row


def test_what_nobody_edited_gets_what_is_new_once(cast: Cast) -> None:
    old = [age("archivist"), age("clerk")]
    assert set(upgrade_builtin_roles().upgraded) == {"档案管理员", "业务录入员"}
    for row in old:
        row.refresh_from_db()
        assert row.actions == list(SHIPPED[row.code].actions)
        told = Event.objects.get(code="access.role_changed", subject_id=row.pk)
        assert (told.actor_id, told.actor_name) == (None, "kedang setup") and "holdings.view" in told.changes
    again = upgrade_builtin_roles()
    assert (again.upgraded, again.left) == ([], [])


def test_what_somebody_edited_stays_and_is_named(cast: Cast) -> None:
    row: Role = Role.objects.get(code="reader")
    role_change(actor=cast.admin, role=row, actions=["customers.view"])
    done = upgrade_builtin_roles()
    row.refresh_from_db()
    assert (row.actions, done.upgraded, done.left) == (["customers.view"], [], ["业务查询员"])


def test_a_role_edited_after_an_upgrade_is_not_upgraded_again(cast: Cast) -> None:
    age("clerk")
    upgrade_builtin_roles()
    row: Role = Role.objects.get(code="clerk")
    role_change(actor=cast.admin, role=row, actions=["customers.view"], reason="录入外包")
    upgrade_builtin_roles()
    row.refresh_from_db()
    assert row.actions == ["customers.view"]


def test_roles_of_ones_own_are_left_alone(cast: Cast) -> None:
    own = Role.objects.create(code="own-1", name="展会助理", actions=["customers.view"], fonds=cast.fonds)
    upgrade_builtin_roles()
    own.refresh_from_db()
    assert own.actions == ["customers.view"]
