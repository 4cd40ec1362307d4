"""权限申请 (SE-04): asked for, approved by superior and security, carried out, ended by the clock."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kedang.business.governance import events as e
from kedang.business.governance.choices import RightsKind
from kedang.business.governance.models import RightsRequest
from kedang.business.governance.policies import REVIEW, USE
from kedang.business.governance.services.rules import rules_of
from kedang.foundation.access.grants import has_action
from kedang.foundation.access.models import Grant, Person, Role, Scope
from kedang.foundation.access.policies import require
from kedang.foundation.access.rights import reach_of
from kedang.foundation.access.scopes import scope_value_label
from kedang.foundation.access.services import grant_end, grant_give
from kedang.foundation.access.services.grants import refuse_mixed_person
from kedang.foundation.approvals.models import Case
from kedang.foundation.approvals.registry import CaseKind, Fact, StepSpec, declare
from kedang.foundation.approvals.services.opening import case_open
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused
from kedang.foundation.kernel.sure import sure

KIND = "governance.rights"
GIVING = (RightsKind.GIVE, RightsKind.TEMPORARY, RightsKind.CHANGE)
TAKING = (RightsKind.CHANGE, RightsKind.WITHDRAW)


@transaction.atomic
def rights_ask(
    *,
    actor: Actor,
    kind: str,
    person: Person,
    reason: str,
    role: Role | None = None,
    scope: str = "",
    scope_value: str = "",
    until: datetime | None = None,
    grant: Grant | None = None,
) -> RightsRequest:
    """Ask for rights, for oneself or a colleague: to be given, for a time, changed, or taken back.

    Args:
        grant: which grant is to be changed or taken back.
        until: when a temporary right ends.

    Raises:
        NotAllowed. Refused: ``person_inactive``, ``role_missing``, ``grant_missing``, ``until_missing``, ``period_empty``,
            ``duties_mixed`` and its like, and as ``case_open``.
    """
    require(actor, USE.code)
    row = RightsRequest(
        fonds_id=sure(actor.fonds_id),
        kind=kind,
        person=person,
        role=role if kind in GIVING else None,
        scope=(scope or Scope.ALL) if kind in GIVING else "",
        scope_value=scope_value.strip() if kind in GIVING else "",
        until=until if kind in GIVING else None,
        old_grant=grant if kind in TAKING else None,
    )
    _refuse_odd(actor, row)
    facts = {"rights_kind": str(kind), "role": role.code if role is not None else ""}
    row.case = case_open(
        actor=actor,
        kind=KIND,
        title=title_of(row),
        reason=reason,
        facts=facts,
        department=person.department or getattr(actor, "department", None),
    )
    row.save(force_insert=True)
    told = {"person": (None, person.name), "kind": (None, str(kind)), "what": (None, words_of(row))}
    record(actor, e.RIGHTS_ASKED, row, changes=told, reason=reason.strip())
    return row


@transaction.atomic
def rights_carry_out(*, actor: Actor, request: RightsRequest) -> RightsRequest:
    """Carry out what was approved, by the administrator's own hand, where the settings ask for it.

    Raises:
        NotAllowed, OutOfScope. Refused: ``not_due``, and as ``grant_give`` and ``grant_end``.
    """
    row = (
        RightsRequest.objects.select_for_update(of=("self",))
        .select_related("case", "person", "role", "old_grant__person")
        .filter(pk=request.pk)
        .first()
    )
    if row is None:
        raise OutOfScope
    require(actor, REVIEW.code, row)
    if not row.is_due:
        raise Refused("not_due", _now("此申请没有待执行的内容，或已由他人执行。"))
    _carry_out(actor, row)
    found: RightsRequest = row
    return found


def approved(actor: Actor, case: Case) -> None:
    """The last approval: carried out at once in the approver's name, or handed to the administrator."""
    row = (
        RightsRequest.objects.select_for_update(of=("self",))
        .select_related("case", "person", "role", "old_grant__person")
        .get(case=case)
    )
    if rules_of(case.fonds_id).carry_out_by_hand or not has_action(actor, "access.manage_grants"):
        row.is_due = True
        row.save(update_fields=["is_due"])
        record(actor, e.RIGHTS_DUE, row, changes={"is_due": (False, True)})
        return
    _carry_out(actor, row)


def _carry_out(actor: Actor, row: RightsRequest) -> None:
    why = _now("%(number)s：%(reason)s") % {"number": row.case.number, "reason": row.case.reason}
    if row.kind in TAKING and row.old_grant is not None and row.old_grant.ended_at is None:
        grant_end(actor=actor, grant=row.old_grant, reason=why[:200])
    if row.kind in GIVING and row.role is not None:
        row.new_grant = grant_give(
            actor=actor,
            person=row.person,
            role=row.role,
            scope=row.scope,
            scope_value=row.scope_value,
            valid_until=row.until,
            reason=why[:200],
        )
    row.is_due, row.carried_out_by, row.carried_out_at = False, actor.display_name[:80], clock.now()
    row.save(update_fields=["new_grant", "is_due", "carried_out_by", "carried_out_at"])
    record(actor, e.RIGHTS_CARRIED_OUT, row, changes={"carried_out_at": (None, row.carried_out_at)}, reason=why)


def _refuse_odd(actor: Actor, row: RightsRequest) -> None:
    person = row.person
    if person.fonds_id != actor.fonds_id or not person.is_active or person.handing_since is not None:
        raise Refused("person_inactive", _now("请选择本单位在岗、不在交接中的使用人。"), "person")
    if row.kind not in RightsKind.values:
        raise Refused("invalid", _now("请选择申请事项。"), "kind")
    if row.kind in GIVING:
        if row.role is None or row.role.fonds_id not in {None, actor.fonds_id}:
            raise Refused("role_missing", _now("请选择角色。"), "role")
        if row.kind == RightsKind.TEMPORARY and row.until is None:
            raise Refused("until_missing", _now("临时权限须写明到什么时候为止。"), "until")
        if row.until is not None and row.until <= clock.now():
            raise Refused("period_empty", _now("失效时间应晚于现在。"), "until")
        refuse_mixed_person(person, row.role)
    if row.kind in TAKING and (
        row.old_grant is None or row.old_grant.person_id != person.pk or row.old_grant.ended_at is not None
    ):
        raise Refused("grant_missing", _now("请选择使用人现有的一项授权。"), "grant")


def title_of(row: RightsRequest) -> str:
    """What is asked, in a line."""
    what = row.role.name if row.role is not None else row.old_grant.role.name if row.old_grant is not None else ""
    return _now("%(kind)s：%(name)s %(what)s") % {
        "kind": RightsKind(row.kind).label,
        "name": row.person.name,
        "what": what,
    }


def words_of(row: RightsRequest) -> str:
    """Role, scope and end in words."""
    parts: list[str] = []
    if row.old_grant is not None:
        parts.append(
            _now("原：%(role)s（%(reach)s）") % {"role": row.old_grant.role.name, "reach": reach_of(row.old_grant)}
        )
    if row.role is not None:
        value = scope_value_label(row.scope, row.person.fonds_id, row.scope_value)
        reach = f"{Scope(row.scope).label}{f'（{value}）' if value else ''}"
        parts.append(f"{row.role.name}（{reach}）")
    if row.until is not None:
        parts.append(_now("至 %(until)s") % {"until": f"{clock.local(row.until):%Y-%m-%d %H:%M}"})
    return "，".join(parts)


def describe(actor: Actor, case: Case) -> list[tuple[Any, Any]]:
    """What is asked for, on the case's page."""
    row = (
        RightsRequest.objects.select_related("person__department", "role", "old_grant__role", "old_grant__person")
        .filter(case=case)
        .first()
    )
    if row is None:
        return []
    department = row.person.department.name if row.person.department else ""
    asked: list[tuple[Any, Any]] = [
        (_now("申请事项"), RightsKind(row.kind).label),
        (_now("使用人"), f"{row.person.name}　{department}　{row.person.title}".strip()),
        (_now("内容"), words_of(row)),
    ]
    if row.is_due:
        asked.append((_now("执行"), _now("待安全保密员执行")))
    if row.carried_out_at is not None:
        asked.append((_now("执行"), f"{row.carried_out_by}　{clock.local(row.carried_out_at):%Y-%m-%d %H:%M}"))
    return asked


def declare_kind() -> None:
    """Make the kind known."""
    declare(
        CaseKind(
            KIND,
            _("权限申请"),
            _("给自己或同事申请、变更、收回权限，或申请一段时间的临时权限。"),
            USE.code,
            facts=(
                Fact(
                    "rights_kind",
                    _("申请事项"),
                    lambda fonds_id: [(str(value), str(label)) for value, label in RightsKind.choices],
                ),
                Fact(
                    "role",
                    _("角色"),
                    lambda fonds_id: list(Role.objects.filter(code__gt="").values_list("code", "name")),
                ),
            ),
            steps=(StepSpec(_("上级审批"), "superior:1"), StepSpec(_("安全保密员审批"), "role:security_admin")),
            on_approved=approved,
            describe=describe,
            start="governance:rights-ask",
            icon="key",
            order=300,
            may_batch=False,
        )
    )
