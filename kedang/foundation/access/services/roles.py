"""Roles of the company: what they may do, and what they see of each class of fields."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.actions import actions as declared_actions
from kedang.foundation.access.duties import duty_of, refuse_mixed_role
from kedang.foundation.access.events import ROLE_CHANGED, ROLE_CREATED, ROLE_REMOVED
from kedang.foundation.access.models import Fonds, Grant, Person, Role
from kedang.foundation.access.policies import require
from kedang.foundation.access.secrecy import ALWAYS_SHOWN, FIELD_CLASSES, FieldRight
from kedang.foundation.access.services.grants import refuse_mixed_person
from kedang.foundation.access.services.writing import apply, check, initial, save
from kedang.foundation.access.signin.stepup import require_recent
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

SETTABLE_CLASSES = [name for name in FIELD_CLASSES if name not in ALWAYS_SHOWN]


@transaction.atomic
def role_create(
    *,
    actor: Actor,
    name: str,
    code: str = "",
    note: str = "",
    actions: Iterable[str] = (),
    field_rights: Mapping[str, str] | None = None,
    fonds: Fonds | None = None,
) -> Role:
    """A role of one's own. Classes of fields that are not named stay hidden.

    Raises:
        NotAllowed: no right to manage roles.
        Refused: ``role_taken``, ``duties_mixed``, ``admin_reads_dossiers``, ``auditor_changes``, ``invalid``.
    """
    require(actor, "access.manage_roles")
    require_recent(actor)
    role = Role(
        fonds_id=actor.fonds_id or (fonds.pk if fonds else None),
        code=code.strip() or f"own-{secrets.token_hex(3)}", name=name.strip(), note=note.strip(),
        actions=_known_actions(actions), field_rights=_known_rights(field_rights or {}), position=Role.objects.count(),
    )  # fmt: skip
    check(role)
    _refuse_taken(role)
    refuse_mixed_role(role.code, role.name, role.actions)
    save(role, _taken(role))
    record(actor, ROLE_CREATED, role, changes=initial(role, ("code", "name", "note", "actions", "field_rights")))
    return role


@transaction.atomic
def role_change(*, actor: Actor, role: Role, reason: str = "", **values: Any) -> Role:
    """Change name, note, actions or field rights; acts at the next request of everybody who holds the role.

    Raises:
        Refused: ``own_role`` (nobody widens a role they hold), the refusals of :func:`role_create`, and ``duties_mixed`` when
            a holder would come to combine separate duties.
    """
    unknown = set(values) - {"name", "note", "actions", "field_rights"}
    if unknown:
        raise TypeError(f"role_change() does not change {sorted(unknown)}")
    role = _locked(actor, role)
    if "actions" in values:
        values["actions"] = _known_actions(values["actions"])
    if "field_rights" in values:
        values["field_rights"] = _known_rights(values["field_rights"])
    changes = apply(role, values)
    if not changes:
        return role
    check(role)
    _refuse_taken(role)
    if {"actions", "field_rights"} & set(changes):
        _refuse_own(actor, role)
        refuse_mixed_role(role.code, role.name, role.actions)
        _refuse_lost_power(role, changes)
        _refuse_holders(role)
    save(role, _taken(role), fields=changes)
    record(actor, ROLE_CHANGED, role, changes=changes, reason=reason.strip())
    return role


@transaction.atomic
def role_remove(*, actor: Actor, role: Role) -> None:
    """Take away a role of one's own that nobody ever held.

    Raises:
        Refused: ``role_builtin``, ``role_held``.
    """
    role = _locked(actor, role)
    if role.is_builtin:
        raise Refused("role_builtin", _("“%(name)s”是内置角色，可以调整权限，不能删除。") % {"name": role.name})
    if Grant.objects.filter(role=role).exists():
        raise Refused("role_held", _("“%(name)s”曾授予人员，须保留备查，不能删除。") % {"name": role.name})
    record(actor, ROLE_REMOVED, role, changes={"name": (role.name, None)})
    role.delete()


def _locked(actor: Actor, role: Role) -> Role:
    found = Role.objects.select_for_update().filter(pk=role.pk).first()
    if found is None:
        raise OutOfScope
    require(actor, "access.manage_roles", found)
    require_recent(actor)
    return found


def _known_actions(codes: Iterable[str]) -> list[str]:
    wanted = set(codes)
    known = [action.code for action in declared_actions() if action.code in wanted]
    if len(known) != len(wanted):
        raise Refused(
            "action_unknown",
            _("没有这项权限：%(codes)s。") % {"codes": "、".join(sorted(wanted - set(known)))},
            "actions",
        )
    return known


def _known_rights(rights: Mapping[str, str]) -> dict[str, str]:
    for name, right in rights.items():
        if name not in SETTABLE_CLASSES or right not in FieldRight.values:
            raise Refused("field_right_unknown", _("字段可见的设置无法识别，请刷新页面重试。"), "field_rights")
    return {name: str(rights[name]) for name in SETTABLE_CLASSES if name in rights}


def _taken(role: Role) -> Refused:
    return Refused(
        "role_taken", _("角色代码“%(code)s”或名称“%(name)s”已有。") % {"code": role.code, "name": role.name}, "name"
    )


def _refuse_taken(role: Role) -> None:
    others = Role.objects.exclude(pk=role.pk)
    visible = others.filter(fonds__isnull=True) | others.filter(fonds_id=role.fonds_id or 0)
    if others.filter(code=role.code).exists() or visible.filter(name=role.name).exists():
        raise _taken(role)


def _refuse_own(actor: Actor, role: Role) -> None:
    if actor.id is not None and Grant.objects.filter(person_id=actor.id, role=role, ended_at__isnull=True).exists():
        raise Refused(
            "own_role", _("您自己担任“%(name)s”，不能改它的权限，请由另一位系统管理员办理。") % {"name": role.name}
        )


def _refuse_lost_power(role: Role, changes: Mapping[str, tuple[Any, Any]]) -> None:
    old, new = changes.get("actions", (role.actions, role.actions))
    kept = {"system_admin": "access.manage_people", "security_admin": "access.manage_grants"}.get(role.code)
    if kept and kept in old and kept not in new:
        raise Refused(
            "role_needs_power", _("“%(name)s”必须保留这项权限，否则无人能办理。") % {"name": role.name}, "actions"
        )


def _refuse_holders(role: Role) -> None:
    duty = duty_of(role.code, role.actions)
    grants = list(Grant.objects.filter(role=role, ended_at__isnull=True).select_related("person", "role"))
    people = Person.objects.select_for_update().filter(pk__in={grant.person_id for grant in grants}).order_by("pk")
    for person in people:
        refuse_mixed_person(person, role)
    for grant in grants:
        if grant.duty != duty:
            grant.duty = duty
            grant.save(update_fields=["duty"])
