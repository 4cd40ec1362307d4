"""Everybody sees and cancels their own jobs; who holds jobs.view sees all of the company."""

from django.db import models
from django.db.models import Q

from kedang.foundation.access.grants import ActiveGrant
from kedang.foundation.access.policies import Policy, ScopePaths, register
from kedang.foundation.jobs.models import Job
from kedang.foundation.kernel.actors import Actor


@register
class JobPolicy(Policy):
    model, view = Job, "jobs.view"
    paths = ScopePaths(owner="actor_id")

    def scope(self, actor: Actor, code: str = "") -> Q:
        """Own jobs always; all of the company with the right."""
        if actor.is_system:
            return Q()
        wide = super().scope(actor, code)
        return wide | Q(actor_id=actor.id)

    def grant_q(self, grant: ActiveGrant) -> Q:
        """The right to view jobs knows no narrower scope."""
        return Q()

    def covers(self, grant: ActiveGrant, obj: models.Model) -> bool:
        """See :meth:`grant_q`."""
        return True
