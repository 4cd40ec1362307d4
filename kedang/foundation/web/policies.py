"""Everybody has their own saved views and sees those shared within the company."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.actions import Action
from kedang.foundation.access.grants import ActiveGrant
from kedang.foundation.access.policies import Policy, ScopePaths, register
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.web.models import SavedView

SHARE_VIEWS = Action("web.share_views", _("把视图共享给全公司"), _("系统"))


@register
class SavedViewPolicy(Policy):
    model, view, change = SavedView, "web.share_views", "web.share_views"
    paths = ScopePaths(owner="owner_id")

    def scope(self, actor: Actor, code: str = "") -> Q:
        """One's own, and the shared ones."""
        if actor.is_system:
            return Q()
        return Q(fonds_id=actor.fonds_id) & (Q(owner_id=actor.id) | Q(is_shared=True))

    def covers(self, grant: ActiveGrant, obj: models.Model) -> bool:
        """See :meth:`scope`."""
        return True
