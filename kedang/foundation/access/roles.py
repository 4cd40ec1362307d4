"""The built-in roles of SE-01. A company may change what they can do, and add its own."""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from kedang.foundation.access.events import ROLE_CHANGED
from kedang.foundation.access.models import Role, Scope
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import system_actor

READ_DOSSIER = ("customers.view", "service.view", "holdings.view", "lending.view")
ASK = ("governance.view", "governance.use", "approvals.view", "approvals.use", "lending.reserve", "lending.ask")
WRITE_DOSSIER = (
    *READ_DOSSIER, *ASK, "customers.create", "customers.change", "customers.print", "service.report",
    "holdings.leaf", "holdings.read", "holdings.print", "holdings.deliver", "holdings.project",
)  # fmt: skip
SHOW_ALL = {"contact": "show", "identity": "show", "account": "show", "personal": "show", "assessment": "show"}
MASK_ALL = {"contact": "mask", "identity": "mask", "account": "mask", "personal": "mask", "assessment": "mask"}


@dataclass(frozen=True, slots=True)
class BuiltinRole:
    """One role as shipped; ``usual_scope`` is what the grant form proposes."""

    code: str
    name: str
    note: str
    actions: tuple[str, ...]
    field_rights: dict[str, str]
    usual_scope: str = Scope.ALL


BUILTIN_ROLES: tuple[BuiltinRole, ...] = (
    BuiltinRole(
        "system_admin", "系统管理员", "管理人员、角色、设置与任务；不看客户档案",
        ("access.view_people", "access.see_as", "access.manage_people", "access.manage_roles", "settings.manage", "jobs.view",
         "safekeeping.view", "safekeeping.run", "approvals.view", "approvals.use", "approvals.manage_flows", "governance.view",
         "governance.use"),
        {"contact": "show"},
    ),
    BuiltinRole(
        "security_admin", "安全保密员", "授予与收回权限；不看客户档案，不管系统",
        ("access.view_people", "access.see_as", "access.manage_grants", "access.manage_sign_in", "approvals.view", "approvals.use",
         "governance.view", "governance.use", "governance.agreements", "governance.review"),
        {"contact": "mask"},
    ),
    BuiltinRole(
        "auditor", "审计员", "查阅与导出操作留痕；不改任何内容",
        ("audit.view", "audit.export", "access.view_people", "access.see_as", "safekeeping.view", "approvals.view", "approvals.oversee",
         "governance.view", "governance.alerts", "retention.view",
         *READ_DOSSIER), MASK_ALL,
    ),
    BuiltinRole(
        "archivist", "档案管理员", "全部客户档案的建立、整理、导入与编号规则",
        (*WRITE_DOSSIER, "customers.unmask", "customers.export", "customers.grade", "customers.withdraw",
         "customers.settle", "service.accept", "service.export",
         "retention.view", "retention.hold", "customers.classify", "numbering.manage", "intake.use", "intake.undo",
         "access.view_people", "jobs.view", "web.share_views", "handover.manage",
         "holdings.file", "holdings.arrange", "holdings.mend", "holdings.receive", "holdings.check", "holdings.export", "holdings.scheme",
         "custody.view", "custody.keep", "custody.layout", "files.view", "files.keep", "approvals.oversee",
         "lending.keep", "lending.export", "lending.rules", "lending.share", "holdings.copy"),
        {**SHOW_ALL, "identity": "mask", "account": "mask"},
    ),
    BuiltinRole(
        "clerk", "业务录入员", "录入与更新本部门客户档案",
        (*WRITE_DOSSIER, "intake.use"), {**MASK_ALL, "contact": "show", "personal": "show"}, Scope.DEPARTMENT,
    ),
    BuiltinRole(
        "salesperson", "业务员", "本人负责的客户",
        (*WRITE_DOSSIER, "customers.unmask"), {**SHOW_ALL, "identity": "mask", "account": "mask"}, Scope.OWN,
    ),
    BuiltinRole(
        "reader", "业务查询员", "查询本部门及下级客户档案，敏感内容部分隐藏", (*READ_DOSSIER, *ASK), MASK_ALL, Scope.BELOW,
    ),
    BuiltinRole(
        "department_head", "部门负责人", "本部门及下级客户档案，可评级与导出",
        (*WRITE_DOSSIER, "customers.unmask", "customers.export", "customers.grade", "service.export",
         "access.view_people", "holdings.reopen", "handover.manage", "lending.oversee", "lending.share"),
        {**SHOW_ALL, "identity": "mask", "account": "mask"}, Scope.BELOW,
    ),
    BuiltinRole(
        "executive", "高级管理人员", "查阅全部客户档案，可打印与导出",
        (*READ_DOSSIER, *ASK, "retention.view", "retention.hold", "customers.print", "customers.export", "customers.unmask",
        "service.export", "access.view_people",
         "holdings.leaf", "holdings.read", "holdings.print", "holdings.reopen", "lending.oversee"),
        {**SHOW_ALL, "identity": "mask", "account": "mask"},
    ),
    BuiltinRole(
        "general_manager", "总经理", "查阅全部客户档案与留痕，可打印、导出、评级",
        (*READ_DOSSIER, *ASK, "approvals.oversee", "handover.manage", "governance.alerts", "retention.view", "retention.hold",
        "customers.print", "customers.export", "customers.unmask", "customers.grade",
         "service.accept", "service.export", "access.view_people", "audit.view",
         "holdings.leaf", "holdings.read", "holdings.print", "holdings.reopen", "custody.view",
         "lending.oversee"), SHOW_ALL,
    ),
)  # fmt: skip


@transaction.atomic
def ensure_builtin_roles() -> int:
    """Create the built-in roles that are missing; never changes one that a company has edited. Returns how many."""
    existing = set(Role.objects.values_list("code", flat=True))
    missing: list[Any] = [
        Role(
            code=role.code, name=role.name, note=role.note, is_builtin=True,
            actions=list(role.actions), field_rights=role.field_rights, position=number,
        )
        for number, role in enumerate(BUILTIN_ROLES)
        if role.code not in existing
    ]  # fmt: skip
    Role.objects.bulk_create(missing)
    return len(missing)


@dataclass(slots=True)
class RoleUpgrade:
    """What became of the built-in roles of an older installation: brought up to date, or left because somebody had edited them."""

    upgraded: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


@transaction.atomic
def upgrade_builtin_roles() -> RoleUpgrade:
    """Bring built-in roles that nobody edited to what is shipped now, so that new rooms open to those whose work they are.

    Whether somebody edited one is read from the trail, which cannot forget it. An edited role stays as it is, even where it lacks what
    is new; its name is in the answer for the administrator.
    """
    done = RoleUpgrade()
    shipped = {role.code: role for role in BUILTIN_ROLES}
    edited = set(
        Event.objects.filter(code=ROLE_CHANGED.code, actor_id__isnull=False).values_list("subject_id", flat=True)
    )
    for row in Role.objects.select_for_update().filter(code__in=shipped, is_builtin=True).order_by("position", "id"):
        role = shipped[row.code]
        wanted = {"actions": list(role.actions), "field_rights": dict(role.field_rights)}
        changes = {name: (getattr(row, name), value) for name, value in wanted.items() if getattr(row, name) != value}
        if not changes:
            continue
        if row.pk in edited:
            if set(role.actions) - set(row.actions):
                done.left.append(row.name)
            continue
        row.actions, row.field_rights = wanted["actions"], wanted["field_rights"]
        row.save(update_fields=list(changes))
        record(system_actor("kedang setup"), ROLE_CHANGED, row, changes=changes, reason="升级：内置角色加入新增的权限")
        done.upgraded.append(row.name)
    return done
