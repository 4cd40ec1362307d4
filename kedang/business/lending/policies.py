"""Who sees which loan and who keeps the desk."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kedang.business.lending import policies_use as policies_use  # requests and what follows them
from kedang.business.lending.models import LendingRules, Loan, LoanFault, LoanPhoto
from kedang.foundation.access.actions import Action
from kedang.foundation.access.grants import ActiveGrant, has_action
from kedang.foundation.access.policies import Policy, ScopePaths, any_of, register
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import NotAllowed, Refused

_GROUP = _("档案利用")

VIEW = Action("lending.view", _("查看借阅登记"), _GROUP, is_reading=True, includes=("lending.shares",))
RESERVE = Action("lending.reserve", _("预约借阅、签收与申请续借"), _GROUP)
ASK = Action("lending.ask", _("申请利用档案"), _GROUP)
KEEP = Action("lending.keep", _("办理借阅、归还与催还"), _GROUP)
OVERSEE = Action("lending.oversee", _("督促本部门借阅归还"), _GROUP, is_reading=True)
EXPORT = Action("lending.export", _("导出与打印借阅登记簿"), _GROUP, is_reading=True)
RULES = Action("lending.rules", _("设置借阅规则"), _GROUP)


@register
class LoanPolicy(Policy):
    """One sees the loans of one's scope, and always one's own: who holds the paper knows that it is there, whatever its level."""

    model, view, change = Loan, "lending.view", "lending.keep"
    paths = ScopePaths(owner="borrower_id", department="department_id", secrecy="secrecy_level")

    def scope(self, actor: Actor, code: str = "") -> Q:
        """See the class."""
        within = super().scope(actor, code)
        if actor.is_system or not has_action(actor, code or self.view):
            return within
        return any_of([within, Q(borrower_id=actor.id, fonds_id=actor.fonds_id)])

    def covers(self, grant: ActiveGrant, obj: models.Model) -> bool:
        """See :meth:`scope`."""
        return super().covers(grant, obj) or (isinstance(obj, Loan) and obj.borrower_id == grant.person_id)

    def refuse(self, actor: Actor, code: str, obj: models.Model) -> Refused | None:
        """What readers do themselves they do with their own loans; the desk with all."""
        if code != "lending.reserve" or actor.is_system or not isinstance(obj, Loan):
            return None
        if obj.borrower_id == actor.id or has_action(actor, "lending.keep"):
            return None
        return NotAllowed(str(_("这是他人的借阅，只有借阅人本人和档案管理员可以办理。")), action=code)

    def level_of(self, actor: Actor, obj: Any) -> int:
        """One's own loan is known to oneself."""
        return 0 if obj.borrower_id == actor.id else super().level_of(actor, obj)


class _OfLoan(Policy):
    """What belongs to a loan follows it."""

    view, change, parent = "lending.view", "lending.keep", "loan"


@register
class LoanFaultPolicy(_OfLoan):
    model = LoanFault


@register
class LoanPhotoPolicy(_OfLoan):
    model = LoanPhoto


@register
class LendingRulesPolicy(Policy):
    model, view, change, ignores_scope = LendingRules, "lending.view", "lending.rules", True
