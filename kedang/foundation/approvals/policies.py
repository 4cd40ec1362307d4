"""Who sees which case: who asked, who decides or decided, who was told, and who oversees."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.actions import Action
from kedang.foundation.access.grants import ActiveGrant, active_grants, clearance_of
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import NOTHING, Policy, ScopePaths, any_of, register
from kedang.foundation.approvals.choices import TaskState
from kedang.foundation.approvals.models import Case, CaseCopy, CaseLine, Decision, Flow, FlowStep, StandIn, Task
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.prepared import Prepared

_GROUP = _("审批")

VIEW = Action("approvals.view", _("查看与自己有关的审批单"), _GROUP, is_reading=True)
USE = Action("approvals.use", _("提交与办理审批"), _GROUP)
OVERSEE = Action("approvals.oversee", _("查看范围内全部审批单"), _GROUP, is_reading=True)
MANAGE_FLOWS = Action("approvals.manage_flows", _("管理审批流程"), _GROUP)


def stood_in_for(actor: Actor) -> list[int]:
    """Keys of the people whose tasks the actor may decide now, besides their own."""
    if actor.is_system or actor.id is None:
        return []
    return [key for (key,) in _stood_in_for.tuples(actor_id=actor.id, moment=clock.now())]


_stood_in_for = Prepared[Any](
    lambda actor_id, moment: StandIn.objects.filter(
        stand_in_id=actor_id, since__lte=moment, until__gt=moment, ended_at__isnull=True
    ).values_list("person_id"),
    actor_id=int,
    moment=datetime,
)


def decides(actor: Actor, case: Case) -> bool:
    """Whether a part of the case waits for the actor, or for somebody they stand in for."""
    people = [actor.id or 0, *stood_in_for(actor)]
    return bool(case.tasks.filter(state=TaskState.WAITING, person_id__in=people).exists())


def involved(actor: Actor) -> Q:
    """Cases in which somebody has or had a part, or of which they were told."""
    if actor.id is None:
        return NOTHING
    people = [actor.id, *stood_in_for(actor)]
    tasks = Task.objects.filter(person_id__in=people).values("case_id")
    copies = CaseCopy.objects.filter(person_id=actor.id).values("case_id")
    return Q(requester_id=actor.id) | Q(pk__in=tasks) | Q(pk__in=copies)


@register
class CasePolicy(Policy):
    """A part in a case opens it, whatever one's clearance: what it is about is shown by the veil of its own room."""

    model, view = Case, "approvals.view"
    paths = ScopePaths(owner="requester_id", department="department_id")

    def scope(self, actor: Actor, code: str = "") -> Q:
        """Own part, or overseeing within scope and clearance."""
        if actor.is_system:
            return Q()
        code, held = code or self.view, active_grants(actor)
        reach: list[Q] = []
        if any(code in grant.actions for grant in held) and code != OVERSEE.code:
            reach.append(involved(actor))
        if code in {self.view, OVERSEE.code}:
            seen = [self.grant_q(grant) for grant in held if OVERSEE.code in grant.actions]
            if seen:
                reach.append(any_of(seen) & Q(secrecy_level__lte=clearance_of(actor)))
        return any_of(reach) & Q(fonds_id=actor.fonds_id) if reach else NOTHING

    def covers(self, grant: ActiveGrant, obj: Any) -> bool:
        """The same asked of one case."""
        person = Person(pk=grant.person_id)
        if OVERSEE.code in grant.actions and super().covers(grant, obj):
            clearance = Person.objects.filter(pk=grant.person_id).values_list("clearance", flat=True).first()
            if clearance is not None and obj.secrecy_level <= clearance:
                return True
        return bool(Case.objects.filter(involved(person), pk=obj.pk).exists())


def follows_case(model_class: type[models.Model]) -> None:
    """Parts of a case are seen with it."""

    class PartPolicy(Policy):
        model, view, parent = model_class, "approvals.view", "case"

    register(PartPolicy)


for part in (CaseLine, CaseCopy, Decision, Task):
    follows_case(part)


@register
class FlowPolicy(Policy):
    """Flows of the company are read by everybody who takes part, and drawn by administrators."""

    model, view, change, ignores_scope = Flow, "approvals.view", "approvals.manage_flows", True


@register
class FlowStepPolicy(Policy):
    model, view, change, parent = FlowStep, "approvals.view", "approvals.manage_flows", "flow"


@register
class StandInPolicy(Policy):
    """People of the company; a service lets everybody set their own only."""

    model, view, change, ignores_scope = StandIn, "approvals.view", "approvals.use", True
    paths = ScopePaths(fonds="person__fonds_id")
