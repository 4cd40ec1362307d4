"""Everybody has their own notices; channels are the company's and set by who looks after the system."""

from django.db import models
from django.db.models import Q

from kedang.foundation.access.grants import ActiveGrant
from kedang.foundation.access.policies import NOTHING, Policy, ScopePaths, register
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.notices.models import Channel, Delivery, Notice, Preference

MANAGE = "settings.manage"


class _Own(Policy):
    """One's own, whatever one's rights."""

    view = change = MANAGE  # asked by no page: one's own rows need no right
    paths = ScopePaths(fonds="", owner="person_id")

    def scope(self, actor: Actor, code: str = "") -> Q:
        """Rows of the actor."""
        if actor.is_system:
            return Q()
        return Q(person_id=actor.id) if actor.id is not None else NOTHING

    def covers(self, grant: ActiveGrant, obj: models.Model) -> bool:
        """See :meth:`scope`."""
        return bool(getattr(obj, "person_id", None) == grant.person_id)


@register
class NoticePolicy(_Own):
    model = Notice


@register
class PreferencePolicy(_Own):
    model = Preference


@register
class ChannelPolicy(Policy):
    model, view, change, ignores_scope = Channel, MANAGE, MANAGE, True


@register
class DeliveryPolicy(Policy):
    """Who looks after the system sees that messages did not go out: kind, channel, time, never to whom it says what."""

    model, view, change, ignores_scope = Delivery, MANAGE, MANAGE, True
