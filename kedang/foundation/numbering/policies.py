"""Who may see and edit numbering."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.actions import Action
from kedang.foundation.access.policies import Policy, ScopePaths, register
from kedang.foundation.numbering.models import NumberEntry, NumberRule, NumberSeries

MANAGE_NUMBERING = Action("numbering.manage", _("管理编号规则"), _("档案设置"))


@register
class NumberRulePolicy(Policy):
    model, view, change, ignores_scope = NumberRule, "numbering.manage", "numbering.manage", True


@register
class NumberSeriesPolicy(Policy):
    model, view, change, ignores_scope = NumberSeries, "numbering.manage", "numbering.manage", True


@register
class NumberEntryPolicy(Policy):
    model, view, ignores_scope = NumberEntry, "numbering.manage", True
    paths = ScopePaths(fonds="series__fonds_id")
