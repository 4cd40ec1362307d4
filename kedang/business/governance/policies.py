"""Who sees what of this room: one's own part always, the rest by the right to look after it."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kedang.business.governance.models import (
    Agreement,
    AgreementText,
    Alert,
    GovernanceRules,
    Handover,
    HandoverLine,
    HandoverPart,
    ReviewLine,
    RightsRequest,
    RightsReview,
)
from kedang.foundation.access.actions import Action
from kedang.foundation.access.grants import ActiveGrant, active_grants
from kedang.foundation.access.policies import NOTHING, Policy, ScopePaths, any_of, register
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

_GROUP = _("管控")

VIEW = Action("governance.view", _("查看与自己有关的协议、交接与权限申请"), _GROUP, is_reading=True)
USE = Action("governance.use", _("签收交接、申请权限"), _GROUP)
AGREEMENTS = Action("governance.agreements", _("管理保密协议"), _GROUP)
REVIEW = Action("governance.review", _("权限年审与执行权限申请"), _GROUP)
WATCH = Action("governance.alerts", _("核查异常行为"), _GROUP, is_reading=True)
"""Reading: an auditor changes nothing of others; a finding is their own note under what they read."""
MANAGE = Action("handover.manage", _("开办与监督交接"), _GROUP)
"""Not of the room's own word: it shows names of dossiers, which who administers the system must not see."""


def own_or(policy: Policy, actor: Actor, code: str, own: Q, wide: str) -> Q:
    """Rows of one's own with the right to look, all within reach with the wide right."""
    if actor.is_system:
        return Q()
    held = active_grants(actor)
    reach = [policy.grant_q(grant) for grant in held if wide in grant.actions] if code in {policy.view, wide} else []
    if any(code in grant.actions for grant in held) and code != wide:
        reach.append(own)
    return any_of(reach) & policy.limits(actor) if reach else NOTHING


@register
class AgreementTextPolicy(Policy):
    model, view, change, ignores_scope = AgreementText, "governance.agreements", "governance.agreements", True


@register
class AgreementPolicy(Policy):
    """One's own, and all for who keeps them."""

    model, view, change = Agreement, "governance.view", "governance.agreements"
    paths = ScopePaths(owner="person_id")

    def scope(self, actor: Actor, code: str = "") -> Q:
        """See :func:`own_or`."""
        return own_or(self, actor, code or self.view, Q(person_id=actor.id), AGREEMENTS.code)

    def grant_q(self, grant: ActiveGrant) -> Q:
        """Who keeps agreements keeps all of the company."""
        return Q()

    def covers(self, grant: ActiveGrant, obj: Any) -> bool:
        """The same of one."""
        return AGREEMENTS.code in grant.actions or obj.person_id == grant.person_id


def part_of(person_id: int | None) -> Q:
    """Hand-overs in which somebody has a part: who leaves, who takes over, who supervises."""
    if person_id is None:
        return NOTHING
    taking = HandoverPart.objects.filter(successor_id=person_id).values("handover_id")
    return Q(person_id=person_id) | Q(supervisor_id=person_id) | Q(pk__in=taking)


@register
class HandoverPolicy(Policy):
    """A part in it opens it; overseers see those of their departments. Lines name dossiers: they come with it."""

    model, view, change = Handover, "governance.view", "handover.manage"
    paths = ScopePaths(owner="person_id", department="department_id")

    def scope(self, actor: Actor, code: str = "") -> Q:
        """Own part, or overseeing within scope."""
        return own_or(self, actor, code or self.view, part_of(actor.id), MANAGE.code)

    def covers(self, grant: ActiveGrant, obj: Any) -> bool:
        """The same asked of one folder."""
        if MANAGE.code in grant.actions and super().covers(grant, obj):
            return True
        if grant.person_id in (obj.person_id, obj.supervisor_id):
            return True
        return bool(HandoverPart.objects.filter(handover_id=obj.pk, successor_id=grant.person_id).exists())

    def refuse(self, actor: Actor, code: str, obj: Any) -> Refused | None:
        """Nobody oversees their own going."""
        if code == MANAGE.code and actor.id == obj.person_id:
            return Refused("own_handover", str(_("不能办理自己的交接单，请由部门负责人或档案管理员办理。")))
        return None


def follows(model_class: type[models.Model], above: str, view_action: str) -> None:
    """Parts are seen with the record above."""

    class PartPolicy(Policy):
        model, view, parent = model_class, view_action, above

    register(PartPolicy)


follows(HandoverLine, "handover", "governance.view")
follows(HandoverPart, "handover", "governance.view")


@register
class RightsRequestPolicy(Policy):
    """One's own requests and those for oneself; all for who carries them out."""

    model, view, change = RightsRequest, "governance.view", "governance.review"
    paths = ScopePaths(owner="person_id")

    def scope(self, actor: Actor, code: str = "") -> Q:
        """See :func:`own_or`."""
        own = Q(person_id=actor.id) | Q(case__requester_id=actor.id)
        return own_or(self, actor, code or self.view, own, REVIEW.code)

    def grant_q(self, grant: ActiveGrant) -> Q:
        """Who carries requests out sees all of the company."""
        return Q()

    def covers(self, grant: ActiveGrant, obj: Any) -> bool:
        """The same of one."""
        return REVIEW.code in grant.actions or grant.person_id in (obj.person_id, obj.case.requester_id)


@register
class RightsReviewPolicy(Policy):
    model, view, change, ignores_scope = RightsReview, "governance.review", "governance.review", True


follows(ReviewLine, "review", "governance.review")


@register
class AlertPolicy(Policy):
    """The auditor's, but for what auditors did themselves: that is the general manager's. Nobody sees what concerns them."""

    model, view, change, ignores_scope = Alert, "governance.alerts", "governance.alerts", True

    def limits(self, actor: Actor) -> Q:
        """Company, and not about oneself."""
        return super().limits(actor) & ~Q(person_id=actor.id) & self.mine(active_grants(actor))

    @staticmethod
    def mine(grants: list[ActiveGrant]) -> Q:
        """Auditors see what is not about auditors."""
        is_auditor = any("audit.export" in grant.actions for grant in grants)
        return Q(for_manager=False) if is_auditor else Q()

    def covers(self, grant: ActiveGrant, obj: Any) -> bool:
        """The same of one alert."""
        return bool(obj.person_id != grant.person_id and not (obj.for_manager and "audit.export" in grant.actions))


@register
class GovernanceRulesPolicy(Policy):
    model, view, change, ignores_scope = GovernanceRules, "governance.review", "governance.review", True
