"""From a step's rule to people: heads of departments, superiors of level n, holders of a role, named and chosen persons."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from kedang.foundation.access.models import Department, Grant, Person, Scope
from kedang.foundation.approvals.choices import ApproverKind, EmptyRule, OwnRule
from kedang.foundation.approvals.models import Case, FlowStep
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused

HEAD_ROLE, LAST_ROLE = "department_head", "general_manager"
HIGHEST = 12
"""So many levels a company may have above somebody."""


@dataclass(slots=True)
class Found:
    """Who decides a step; ``told`` says why they and not others, where a rule had to be applied."""

    people: list[Person] = field(default_factory=list)
    told: str = ""


def approvers_of(step: FlowStep, case: Case) -> Found:
    """Who decides a step of a case: never who asked, never somebody who left.

    Raises:
        Refused: ``no_approver`` where the step finds nobody and its rule refuses.
    """
    people = _by_rule(step, case)
    others = [one for one in people if one.pk != case.requester_id]
    told = ""
    if len(others) < len(people):
        if step.on_own == OwnRule.SUPERIOR and not others:
            others = superior(case.requester, 1, case.fonds_id)
            told = _("本人不能审批自己的申请，转由上级审批") if others else ""
        else:
            told = _("本人不能审批自己的申请，由其余审批人决定") if others else ""
    if others:
        return Found(others, told)
    if step.on_empty == EmptyRule.SKIP:
        return Found([], _("此步没有可审批的人，按流程规定跳过"))
    if step.on_empty == EmptyRule.FALLBACK:
        last = [one for one in holders(case.fonds_id, LAST_ROLE) if one.pk != case.requester_id]
        if last:
            return Found(last, _("此步没有可审批的人，按流程规定转由总经理审批"))
    sentence = _("流程“%(flow)s”的步骤“%(step)s”找不到审批人，不能提交。请联系系统管理员核对部门负责人与角色。")
    raise Refused("no_approver", sentence % {"flow": case.flow.name, "step": step.name})


def _by_rule(step: FlowStep, case: Case) -> list[Person]:
    kind = step.approver
    if kind == ApproverKind.HEAD:
        return heads(case.department, case.fonds_id)
    if kind == ApproverKind.SUPERIOR:
        return superior(case.requester, step.level, case.fonds_id)
    if kind == ApproverKind.ROLE and step.role is not None:
        return holders(case.fonds_id, step.role.code, case.department)
    if kind == ApproverKind.PERSON and step.person is not None:
        return [step.person] if step.person.is_active else []
    key = case.chosen.get(str(step.position))
    found = Person.objects.filter(pk=key, fonds_id=case.fonds_id, is_active=True).first() if key else None
    return [found] if found is not None else []


def in_force() -> Q:
    """Grants that hold now."""
    now = clock.now()
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=now)
    lasting = Q(valid_until__isnull=True) | Q(valid_until__gt=now)
    return begun & lasting & Q(ended_at__isnull=True, person__is_active=True)


def holders(fonds_id: int, role_code: str, department: Department | None = None) -> list[Person]:
    """People who hold a role; those whose grant reaches the department before all others, where some do."""
    rows = Grant.objects.filter(in_force(), person__fonds_id=fonds_id, role__code=role_code).select_related("person")
    grants = list(rows.order_by("person_id"))
    near = [one for one in grants if department is not None and _reaches(one, department)]
    wide = [one for one in grants if one.scope == Scope.ALL]
    chosen = near or wide or grants
    return list({one.person_id: one.person for one in chosen}.values())


def heads(department: Department | None, fonds_id: int) -> list[Person]:
    """Heads of a department: who holds the head's role for exactly this department, else for the nearest one above."""
    if department is None:
        return []
    rows = Grant.objects.filter(in_force(), person__fonds_id=fonds_id, role__code=HEAD_ROLE).select_related("person")
    by_department: dict[int, list[Person]] = {}
    for grant in rows.order_by("person_id"):
        by_department.setdefault(_root_of(grant) or 0, []).append(grant.person)
    for key in reversed([int(part) for part in department.path.strip("/").split("/") if part]):
        if by_department.get(key):
            return by_department[key]
    return []


def superior(person: Person, level: int, fonds_id: int) -> list[Person]:
    """Superiors of level n: heads of the own department, of the one above it and so on, leaving out the person and who was met below.

    Above the last department stand those who hold the general manager's role.
    """
    met, chain = {person.pk}, []
    department = person.department
    for _step in range(HIGHEST):
        if department is None:
            break
        found = [one for one in _heads_of(department, fonds_id) if one.pk not in met]
        if found:
            chain.append(found)
            met |= {one.pk for one in found}
        department = department.parent
    last = [one for one in holders(fonds_id, LAST_ROLE) if one.pk not in met]
    if last:
        chain.append(last)
    return chain[level - 1] if 0 < level <= len(chain) else chain[-1] if chain and level > len(chain) else []


def _heads_of(department: Department, fonds_id: int) -> list[Person]:
    rows = Grant.objects.filter(in_force(), person__fonds_id=fonds_id, role__code=HEAD_ROLE).select_related("person")
    return [one.person for one in rows.order_by("person_id") if _root_of(one) == department.pk]


def _root_of(grant: Grant) -> int | None:
    """The department that a head's grant is about."""
    if grant.scope_value.isdigit():
        return int(grant.scope_value)
    found: Any = grant.person.department_id
    return int(found) if found else None


def _reaches(grant: Grant, department: Department) -> bool:
    root = _root_of(grant)
    if grant.scope == Scope.DEPARTMENT:
        return root == department.pk
    return grant.scope == Scope.BELOW and root is not None and f"/{root}/" in department.path
