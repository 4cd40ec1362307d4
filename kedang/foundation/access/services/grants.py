"""Giving a role to a person, and taking it back. Nobody gives anything to themselves."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from kedang.foundation.access.duties import DUTY_TITLES, duty_of, refuse_mixed_acts
from kedang.foundation.access.events import GRANT_ENDED, GRANT_GIVEN
from kedang.foundation.access.models import Department, Grant, Person, Role, Scope
from kedang.foundation.access.policies import require
from kedang.foundation.access.scopes import is_scope_value
from kedang.foundation.access.services.writing import initial, save
from kedang.foundation.access.signin.stepup import require_recent
from kedang.foundation.access.succession import refuse_last
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused


@transaction.atomic
def grant_give(
    *,
    actor: Actor,
    person: Person,
    role: Role,
    scope: str = Scope.ALL,
    scope_value: str = "",
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    reason: str,
) -> Grant:
    """Give a role within a scope; acts at the person's next request.

    Raises:
        OutOfScope, NotAllowed: no right to grant to this person.
        Refused: ``own_grant``, ``reason_missing``, ``person_inactive``, ``scope_value``, ``period_empty``, ``grant_held``,
            ``duties_mixed``, ``admin_reads_dossiers``, ``auditor_changes``.
    """
    person = _locked_person(person)
    require(actor, "access.manage_grants", person)
    require_recent(actor)
    _refuse_own(actor, person)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明授权原因，例如“到岗任职，见人事通知”。"), "reason")
    if not person.is_active:
        raise Refused("person_inactive", _("%(name)s的账号已停用，请先启用。") % {"name": person.name}, "person")
    current = Role.objects.select_for_update().filter(pk=role.pk).first()
    if current is None or current.fonds_id not in {None, person.fonds_id}:
        raise OutOfScope
    role = current
    scope_value = _scope_value(actor, person, scope, scope_value)
    _refuse_period(valid_from, valid_until)
    _end_expired(person)
    refuse_mixed_person(person, role)
    grant = Grant(
        person=person, role=role, scope=scope, scope_value=scope_value, valid_from=valid_from, valid_until=valid_until,
        granted_by=actor.display_name[:80], reason=reason.strip()[:200], given_at=clock.now(),
    )  # fmt: skip
    held = Refused(
        "grant_held", _("%(name)s已有同一范围的“%(role)s”。") % {"name": person.name, "role": role.name}, "role"
    )
    same = {"person": person, "role": role, "scope": scope, "scope_value": scope_value}
    if Grant.objects.filter(ended_at__isnull=True, **same).exists():
        raise held
    save(grant, held)
    kept = ("role", "scope", "scope_value", "valid_from", "valid_until")
    record(actor, GRANT_GIVEN, grant, changes=initial(grant, kept), reason=grant.reason, meta={"role": role.code})
    return grant


@transaction.atomic
def grant_end(*, actor: Actor, grant: Grant, reason: str) -> Grant:
    """Take a grant back; acts at the person's next request.

    Raises:
        Refused: ``own_grant``, ``reason_missing``, ``already_ended``, ``last_holder``.
    """
    person = _locked_person(grant.person)
    grant = Grant.objects.select_related("person", "role").get(pk=grant.pk)
    require(actor, "access.manage_grants", grant)
    require_recent(actor)
    _refuse_own(actor, person)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明收回原因，例如“调岗”“任务结束”。"), "reason")
    if grant.ended_at is not None:
        raise Refused("already_ended", _("此授权已经收回。"))
    refuse_last(person, grant=grant)
    grant.ended_at = clock.now()
    grant.save(update_fields=["ended_at"])
    record(
        actor,
        GRANT_ENDED,
        grant,
        changes={"ended_at": (None, grant.ended_at)},
        reason=reason.strip(),
        meta={"role": grant.role.code},
    )
    return grant


def refuse_mixed_person(person: Person, role: Role) -> None:
    """Raise when the role, together with what the person holds, mixes separate duties. The person's row is locked."""
    held = [g.role for g in _in_force(person) if g.role_id != role.pk]
    duties = {duty_of(known.code, known.actions) for known in (*held, role)} - {""}
    if len(duties) > 1:
        titles = "、".join(str(DUTY_TITLES[duty]) for duty in sorted(duties))
        sentence = _("%(name)s将同时负责%(titles)s。系统管理员、安全保密员、审计员不能由一人兼任。")
        raise Refused("duties_mixed", sentence % {"name": person.name, "titles": titles}, "role")
    together = {code for known in (*held, role) for code in known.actions}
    for duty in duties:
        refuse_mixed_acts(duty, together, person.name, "role")


def _in_force(person: Person) -> Iterable[Grant]:
    """Not yet ended; those of a later time count as well."""
    running = Grant.objects.filter(person=person, ended_at__isnull=True).select_related("role")
    return running.exclude(valid_until__lte=clock.now())


def _end_expired(person: Person) -> None:
    """Grants whose time is over free their place; that they ended was settled when they were given."""
    over = Grant.objects.filter(person=person, ended_at__isnull=True, valid_until__lte=clock.now())
    over.update(ended_at=F("valid_until"))


def _locked_person(person: Person) -> Person:
    found: Person | None = Person.objects.select_for_update().filter(pk=person.pk).first()
    if found is None:
        raise OutOfScope
    return found


def _refuse_own(actor: Actor, person: Person) -> None:
    if actor.id == person.pk:
        raise Refused("own_grant", _("不能给自己授权或收回自己的权限，请由另一位安全保密员办理。"))


def _refuse_period(valid_from: datetime | None, valid_until: datetime | None) -> None:
    if valid_until is not None and (
        valid_until <= clock.now() or (valid_from is not None and valid_until <= valid_from)
    ):
        raise Refused("period_empty", _("失效时间应晚于现在，也应晚于生效时间。"), "valid_until")


def _scope_value(actor: Actor, person: Person, scope: str, value: str) -> str:
    """The value that a scope needs, checked; scopes that need none get none."""
    value = value.strip()
    if scope not in Scope.values:
        raise Refused("scope_value", _("没有这种数据范围。"), "scope")
    if scope in {Scope.OWN, Scope.ALL}:
        return ""
    if scope in {Scope.DEPARTMENT, Scope.BELOW}:
        if not value and person.department_id is None:
            raise Refused(
                "scope_value", _("%(name)s没有部门，请为此授权指定部门。") % {"name": person.name}, "scope_value"
            )
        known = Department.objects.filter(fonds_id=person.fonds_id)
        if value and not (value.isdigit() and known.filter(pk=int(value)).exists()):
            raise Refused("scope_value", _("没有这个部门，请重新选择。"), "scope_value")
        return value
    if not is_scope_value(scope, person.fonds_id, value):
        raise Refused("scope_value", _("请选择此数据范围的取值。"), "scope_value")
    return value
