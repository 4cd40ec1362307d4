"""Who sees requests to use the archive, what is put aside, feedback, and tasks that follow from it."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kedang.business.lending.models import BasketLine, UpdateTask, UseFeedback, UseRequest, UseWanted
from kedang.foundation.access.actions import Action
from kedang.foundation.access.grants import ActiveGrant, has_action
from kedang.foundation.access.models import RecordShare, ShareRecipient
from kedang.foundation.access.policies import NOTHING, Policy, ScopePaths, any_of, register
from kedang.foundation.kernel.actors import Actor

SHARES = Action("lending.shares", _("查看共享"), _("档案利用"), is_reading=True, is_part=True)
SHARE = Action("lending.share", _("设立、复核与停止共享"), _("档案利用"))
SEE_AS = Action("access.see_as", _("以此人视角查看（只读，核对权限）"), _("人员与权限"), is_reading=True)


@register
class UseRequestPolicy(Policy):
    """Seen with its case, and by the reader for whom somebody else asked."""

    model, view, change, parent = UseRequest, "approvals.view", "lending.ask", "case"

    def scope(self, actor: Actor, code: str = "") -> Q:
        """See the class."""
        within = super().scope(actor, code)
        if actor.is_system or not has_action(actor, code or self.view):
            return within
        return any_of([within, Q(reader_id=actor.id, fonds_id=actor.fonds_id)])


@register
class UseWantedPolicy(Policy):
    model, view, change, parent = UseWanted, "approvals.view", "lending.keep", "request"


@register
class BasketLinePolicy(Policy):
    """One's own, and nobody else's."""

    model, view, change = BasketLine, "lending.ask", "lending.ask"
    paths = ScopePaths(fonds="person__fonds_id", owner="person_id")

    def scope(self, actor: Actor, code: str = "") -> Q:
        """See the class."""
        if actor.is_system:
            return Q()
        return Q(person_id=actor.id) if has_action(actor, code or self.view) else NOTHING

    def covers(self, grant: ActiveGrant, obj: models.Model) -> bool:
        """See :meth:`scope`."""
        return bool(getattr(obj, "person_id", None) == grant.person_id)


class _OwnToo(Policy):
    """Rows within one's scope and clearance, and always one's own."""

    own: str

    def scope(self, actor: Actor, code: str = "") -> Q:
        """See the class."""
        within = super().scope(actor, code)
        if actor.is_system or not has_action(actor, code or self.view):
            return within
        return any_of([within, Q(**{self.own: actor.id, "fonds_id": actor.fonds_id})])

    def covers(self, grant: ActiveGrant, obj: models.Model) -> bool:
        """See :meth:`scope`."""
        return super().covers(grant, obj) or getattr(obj, self.own) == grant.person_id

    def level_of(self, actor: Actor, obj: Any) -> int:
        """One's own is known to oneself."""
        return 0 if getattr(obj, self.own) == actor.id else super().level_of(actor, obj)


@register
class UseFeedbackPolicy(_OwnToo):
    model, view, change, own = UseFeedback, "lending.view", "lending.ask", "person_id"
    paths = ScopePaths(owner="person_id", department="department_id", secrecy="secrecy_level")


@register
class UpdateTaskPolicy(_OwnToo):
    model, view, change, own = UpdateTask, "lending.view", "lending.ask", "maintainer_id"
    paths = ScopePaths(owner="maintainer_id", department="department_id", secrecy="secrecy_level")


@register
class RecordSharePolicy(Policy):
    """Sharings are seen within one's scope by who sees what is lent; those with whom something is shared have theirs opened with it."""

    model, view, change = RecordShare, "lending.shares", "lending.share"
    paths = ScopePaths(owner="given_by_id", department="department_id")


@register
class ShareRecipientPolicy(Policy):
    model, view, change, parent = ShareRecipient, "lending.shares", "lending.share", "share"
