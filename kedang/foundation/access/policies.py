"""The permission rule as a query: one :class:`Policy` per model, and the questions that all entrances ask.

``scope(actor, action)`` gives the ``Q`` of rows on which the actor may do the action. Out of scope is
:class:`~kedang.foundation.kernel.refused.OutOfScope` (404), in scope but not allowed is ``NotAllowed`` (403 with the reason).
"""

from dataclasses import replace
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.actions import Action, action
from kedang.foundation.access.conditions import NOTHING as NOTHING
from kedang.foundation.access.conditions import ScopePaths as ScopePaths
from kedang.foundation.access.conditions import any_of as any_of
from kedang.foundation.access.conditions import one_of
from kedang.foundation.access.conditions import prefixed as prefixed
from kedang.foundation.access.conditions import value_at as value_at
from kedang.foundation.access.grants import OPENED, ActiveGrant, Reach, active_grants, clearance_of, has_action
from kedang.foundation.access.models import (
    Department,
    Fonds,
    Grant,
    Person,
    RecordGrant,
    Role,
    Scope,
    SignInPolicy,
)
from kedang.foundation.access.querysets import (
    ScopedQuerySet as ScopedQuerySet,  # the managers of all rooms take it from here
)
from kedang.foundation.access.registry import enter, has_rule, rule_of
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused


class Policy:
    """Who may do what to the rows of one model. Subclass, set ``model``, and register with :func:`register`.

    ``view`` is the action that makes rows exist for an actor. A child record names its ``parent`` foreign key and follows
    the parent's policy; a company-wide record without owner leaves the paths empty and is reached by scope “all” or, with
    ``ignores_scope``, by any grant that holds the action.
    """

    model: ClassVar[type[models.Model]]
    view: ClassVar[str]
    change: ClassVar[str] = ""
    history: ClassVar[str] = ""
    """Act by which its trail is read, where that is not part of looking at it (a sharing shows a dossier without its trail)."""
    paths: ClassVar[ScopePaths] = ScopePaths()
    parent: ClassVar[str] = ""
    ignores_scope: ClassVar[bool] = False
    shared_through: ClassVar[str] = ""
    """Foreign key to the dossier with which rows of a model with scopes of their own are shared (a paper with its customer)."""
    shared_kind: ClassVar[str] = ""
    """Column by which a sharing tells kinds of rows apart."""

    def scope(self, actor: Actor, code: str = "") -> Q:
        """Rows on which the actor may do the action (default: view)."""
        code = code or self.view
        if actor.is_system:
            return Q()
        if self.parent:
            return prefixed(policy_for(self.parent_model()).scope(actor, code), self.parent)
        held = [grant for grant in active_grants(actor) if code in grant.actions]
        reach = [self.grant_q(grant) for grant in held if not grant.is_opened]
        within = any_of(reach) & self.limits(actor) if reach else NOTHING
        return self.widened(within, held)

    def widened(self, within: Q, held: list[ActiveGrant]) -> Q:
        """Rows within reach, and those that approved requests opened besides, up to the level that approvers knew."""
        label = self.model._meta.label_lower
        opened = [self.opened_q(grant) for grant in held if grant.is_opened and grant.value == label]
        return any_of([within, *opened]) if opened else within

    def opened_q(self, grant: ActiveGrant) -> Q:
        """Rows that one opening or one sharing reaches."""
        if grant.reach is not None:
            return self.shared_q(grant, grant.reach)
        q = Q(pk__in=sorted(grant.records))
        if self.paths.fonds:
            q &= Q(**{self.paths.fonds: grant.fonds_id})
        return q & Q(**{f"{self.paths.secrecy}__lte": grant.level}) if self.paths.secrecy else q

    def shared_q(self, grant: ActiveGrant, reach: Reach) -> Q:
        """Rows that one sharing reaches: dossiers by its condition, papers through their dossier, none of them above its level."""
        q = Q(**{f"{self.shared_kind}__in": sorted(grant.kinds)}) if self.shared_kind and grant.kinds else Q()
        if self.shared_through:
            q &= prefixed(
                policy_for(self.shared_model()).shared_q(replace(grant, kinds=frozenset()), reach), self.shared_through
            )
        elif reach.scope == OPENED:
            q &= Q(pk__in=sorted(grant.records))
        else:
            q &= self.grant_q(grant.as_role(reach))
        if self.paths.fonds:
            q &= Q(**{self.paths.fonds: grant.fonds_id})
        return q & Q(**{f"{self.paths.secrecy}__lte": grant.level}) if self.paths.secrecy else q

    def shares(self, grant: ActiveGrant, reach: Reach, obj: models.Model) -> bool:
        """Whether a sharing reaches this object: :meth:`shared_q` asked of values in memory, but for company and level of the object."""
        if self.shared_kind and grant.kinds and value_at(obj, self.shared_kind) not in grant.kinds:
            return False
        if self.shared_through:
            above = getattr(obj, self.shared_through)
            rule = policy_for(self.shared_model())
            return above is not None and _level_at(rule, above) <= grant.level and rule.shares(grant, reach, above)
        return obj.pk in grant.records if reach.scope == OPENED else self.covers(grant.as_role(reach), obj)

    @classmethod
    def shared_model(cls) -> type[models.Model]:
        """Model of the dossier that rows are shared with."""
        return _model_behind(cls.model, cls.shared_through)

    def limits(self, actor: Actor) -> Q:
        """Limits that hold whatever the grant: company and secrecy level."""
        q = Q(**{self.paths.fonds: actor.fonds_id}) if self.paths.fonds else Q()
        if self.paths.secrecy and clearance_of(actor) < SecrecyLevel.TOP_SECRET:
            q &= Q(**{f"{self.paths.secrecy}__lte": clearance_of(actor)})
        return q

    def grant_q(self, grant: ActiveGrant) -> Q:
        """Rows that one grant reaches."""
        if grant.scope == Scope.ALL or self.ignores_scope:
            return Q()
        if grant.scope == Scope.OWN and self.paths.owner:
            return Q(**{self.paths.owner: grant.person_id})
        if grant.scope in {Scope.DEPARTMENT, Scope.BELOW} and self.paths.department and grant.department_ids:
            return one_of(self.paths.department, grant.department_ids)
        if grant.scope == Scope.REGION and self.paths.region and grant.value:
            return Q(**{f"{self.paths.region}__startswith": grant.value.rstrip("0") or "-"})
        if grant.scope == Scope.CLASS:
            return self.class_q(grant.value)
        return NOTHING

    def class_q(self, value: str) -> Q:
        """Rows of a class, for grants of scope “class”; rooms with classes override it together with covers_class."""
        return NOTHING

    def covers(self, grant: ActiveGrant, obj: models.Model) -> bool:
        """Whether a grant reaches this object: the same rule as :meth:`grant_q`, asked of values in memory."""
        if self.parent:
            above = getattr(obj, self.parent)
            return policy_for(type(above)).covers(grant, above)
        if grant.is_opened and grant.value != obj._meta.label_lower:
            return False
        if grant.is_opened:
            return obj.pk in grant.records if grant.reach is None else self.shares(grant, grant.reach, obj)
        if grant.scope == Scope.ALL or self.ignores_scope:
            return True
        if grant.scope == Scope.OWN:
            return bool(self.paths.owner) and value_at(obj, self.paths.owner) == grant.person_id
        if grant.scope in {Scope.DEPARTMENT, Scope.BELOW}:
            return bool(self.paths.department) and value_at(obj, self.paths.department) in grant.department_ids
        if grant.scope == Scope.REGION:
            code = value_at(obj, self.paths.region) if self.paths.region else None
            return bool(code and grant.value) and str(code).startswith(grant.value.rstrip("0") or "-")
        return grant.scope == Scope.CLASS and self.covers_class(grant.value, obj)

    def covers_class(self, value: str, obj: models.Model) -> bool:
        """Whether the object is of a class; see :meth:`class_q`."""
        return False

    def level_of(self, actor: Actor, obj: models.Model) -> int:
        """Secrecy level that the actor must reach to know of the object: :meth:`limits` asked of values in memory."""
        return _level_at(self, obj)

    def refuse(self, actor: Actor, code: str, obj: models.Model) -> Refused | None:
        """A refusal by the state of the object (“已撤销”, “冻结中”), or None."""
        return None

    @classmethod
    def parent_model(cls) -> type[models.Model]:
        """Model of the record above."""
        return _model_behind(cls.model, cls.parent)


def _model_behind(model: type[models.Model], name: str) -> type[models.Model]:
    related = model._meta.get_field(name).related_model
    if not isinstance(related, type):
        raise TypeError(f"{name} of {model._meta.label} leads to no model")
    return related


def _level_at(policy: Policy, obj: models.Model) -> int:
    return int(value_at(obj, policy.paths.secrecy) or 0) if policy.paths.secrecy else 0


def register(policy: type[Policy]) -> type[Policy]:
    """Class decorator: make a policy the one of its model."""
    enter(policy.model, policy())
    return policy


def policy_for(model: type[models.Model]) -> Policy:
    """The policy of a model; a model without one raises (and stops start-up by a system check)."""
    found: Policy = rule_of(model)
    return found


def has_policy(model: type[models.Model]) -> bool:
    """Whether a model has a policy."""
    return has_rule(model)


def scope_q(actor: Actor, code: str, model: type[models.Model]) -> Q:
    """Rows of a model on which the actor may do the action."""
    action(code)
    return policy_for(model).scope(actor, code)


def can(actor: Actor, code: str, obj: models.Model | None = None) -> bool:
    """Whether the actor may do the action, on this object if given: the question behind buttons and menus."""
    action(code)
    if obj is None:
        return has_action(actor, code)
    policy = policy_for(type(obj))
    return _reaches(policy, actor, code, obj) and policy.refuse(actor, code, obj) is None


def require(actor: Actor, code: str, obj: models.Model | None = None) -> None:
    """Raise unless the actor may do the action.

    Raises:
        OutOfScope: the object does not exist for this actor.
        NotAllowed: it does, but the action is not theirs.
        Refused: the state of the object forbids it.
    """
    title = action(code).title
    if obj is None:
        if not has_action(actor, code):
            raise NotAllowed(
                _("您没有“%(title)s”的权限。如工作需要，请向系统管理员申请。") % {"title": title}, action=code
            )
        return
    policy = policy_for(type(obj))
    if not _reaches(policy, actor, policy.view, obj):
        raise OutOfScope
    if not _reaches(policy, actor, code, obj):
        raise NotAllowed(_("您可以查看此记录，但没有“%(title)s”的权限。") % {"title": title}, action=code)
    refusal = policy.refuse(actor, code, obj)
    if refusal is not None:
        raise refusal


def require_still_in_scope(actor: Actor, obj: models.Model, code: str = "") -> None:
    """After a write: the result must lie inside what the writer may see and reach, else the write is refused.

    Args:
        code: the action that was done (default: changing); a general manager may grade without being able to change.
    """
    policy = policy_for(type(obj))
    if not _reaches(policy, actor, code or policy.change or policy.view, obj):
        raise Refused(
            "out_of_writer_scope", str(_("保存后此记录将超出您的数据范围，未予保存。请检查负责人、部门、地区或密级。"))
        )


def at_large(actor: Actor, code: str, model: type[models.Model]) -> Q:
    """Rows that may leave in a whole list: those that the actor's roles reach with this act, without what was opened record by record.

    No condition where nothing is open, so that lists are asked for as ever.
    """
    policy = policy_for(model)
    if policy.parent:
        return prefixed(at_large(actor, code, policy.parent_model()), policy.parent)
    label = model._meta.label_lower
    held = active_grants(actor)
    if not any(grant.is_opened and grant.value == label for grant in held):
        return Q()
    reach = [policy.grant_q(grant) for grant in held if code in grant.actions and not grant.is_opened]
    return any_of(reach) & policy.limits(actor) if reach else NOTHING


def may_be_named(actor: Actor, obj: models.Model) -> bool:
    """Whether a record may be named beside another one that refers to it: people, departments, places and settings always,
    dossiers and records of the archive only to who may see them.
    """
    if actor.is_system or not has_policy(type(obj)):
        return True
    policy = policy_for(type(obj))
    return policy.ignores_scope or _reaches(policy, actor, policy.view, obj)


def _reaches(policy: Policy, actor: Actor, code: str, obj: models.Model) -> bool:
    if actor.is_system:
        return True
    root: Any = obj
    rule = policy
    while rule.parent:
        root = getattr(root, rule.parent)
        rule = policy_for(type(root))
    return any(code in grant.actions for grant in reaching(rule, actor, root))


def reaching(rule: Policy, actor: Actor, root: models.Model) -> list[ActiveGrant]:
    """Grants in force that reach an object, within company and secrecy level: :meth:`Policy.limits` asked of values in memory.

    A record that an approved request opened may lie above the person's clearance, up to the level that the approvers knew.
    """
    if rule.paths.fonds and value_at(root, rule.paths.fonds) != actor.fonds_id:
        return []
    level = rule.level_of(actor, root)
    clearance = clearance_of(actor)
    return [
        grant
        for grant in active_grants(actor)
        if level <= (grant.level if grant.is_opened else clearance) and rule.covers(grant, root)
    ]


_STAFF = _("人员与权限")
_TRAIL = _("留痕")

MANAGE_PEOPLE = Action("access.manage_people", _("管理人员与部门"), _STAFF)
VIEW_PEOPLE = Action("access.view_people", _("查看人员与部门"), _STAFF, is_reading=True)
MANAGE_ROLES = Action("access.manage_roles", _("管理角色"), _STAFF)
MANAGE_GRANTS = Action("access.manage_grants", _("授权与收回"), _STAFF)
MANAGE_SIGN_IN = Action("access.manage_sign_in", _("管理登录与安全"), _STAFF)
MANAGE_SETTINGS = Action("settings.manage", _("管理系统设置"), _("系统"))
VIEW_JOBS = Action("jobs.view", _("查看后台任务"), _("系统"), is_reading=True)
VIEW_AUDIT = Action("audit.view", _("查看操作留痕"), _TRAIL, is_reading=True)
EXPORT_AUDIT = Action("audit.export", _("导出操作留痕"), _TRAIL, is_reading=True)


@register
class FondsPolicy(Policy):
    model, view, change, ignores_scope = Fonds, "access.view_people", "settings.manage", True
    paths = ScopePaths(fonds="id")


@register
class DepartmentPolicy(Policy):
    model, view, change, ignores_scope = Department, "access.view_people", "access.manage_people", True


@register
class PersonPolicy(Policy):
    model, view, change, ignores_scope = Person, "access.view_people", "access.manage_people", True


@register
class RolePolicy(Policy):
    """Roles that come with the system belong to no company; a company's own stay within it."""

    model, view, change, ignores_scope = Role, "access.view_people", "access.manage_roles", True
    paths = ScopePaths(fonds="")

    def limits(self, actor: Actor) -> Q:
        """Shipped roles and those of the actor's company."""
        return Q(fonds__isnull=True) | Q(fonds_id=actor.fonds_id)

    def covers(self, grant: ActiveGrant, obj: models.Model) -> bool:
        """See :meth:`limits`."""
        return value_at(obj, "fonds_id") in {None, grant.fonds_id}


@register
class GrantPolicy(Policy):
    model, view, change, ignores_scope = Grant, "access.view_people", "access.manage_grants", True
    paths = ScopePaths(fonds="person__fonds_id")


@register
class RecordGrantPolicy(Policy):
    """Openings of records are seen by the person they are for, and by who looks after people."""

    model, view, change, ignores_scope = RecordGrant, "access.view_people", "access.manage_grants", True
    paths = ScopePaths(fonds="person__fonds_id")

    def scope(self, actor: Actor, code: str = "") -> Q:
        """One's own always, by reading."""
        within = super().scope(actor, code)
        return (
            within
            if actor.is_system or (code or self.view) != self.view
            else any_of([within, Q(person_id=actor.id or 0)])
        )


@register
class SignInPolicyPolicy(Policy):
    model, view, change, ignores_scope = SignInPolicy, "access.manage_sign_in", "access.manage_sign_in", True


@register
class EventPolicy(Policy):
    """The trail's policy lives here because audit lies beneath access."""

    model, view, ignores_scope = Event, "audit.view", True
