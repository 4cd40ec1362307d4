"""Who sees holds and who may ask for them."""

from django.utils.translation import gettext_lazy as _

from kedang.business.retention.models import Hold, HoldLine
from kedang.foundation.access.actions import Action
from kedang.foundation.access.policies import Policy, ScopePaths, register

_GROUP = _("保管期限与处置")

VIEW = Action("retention.view", _("查看冻结"), _GROUP, is_reading=True)
HOLD = Action("retention.hold", _("申请冻结与解除冻结"), _GROUP)


@register
class HoldPolicy(Policy):
    model, view, change = Hold, "retention.view", "retention.hold"
    paths = ScopePaths(owner="made_by_id", department="department_id", secrecy="secrecy_level")


@register
class HoldLinePolicy(Policy):
    model, view, change, parent = HoldLine, "retention.view", "retention.hold", "hold"
