"""Who sees reports: everybody who may see the customer, at the level of both; not the reporter alone."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kedang.business.customers.models import Customer
from kedang.business.service.choices import ReportState
from kedang.business.service.models import ContactReport, ReportNote, ServiceRules
from kedang.foundation.access.actions import Action
from kedang.foundation.access.policies import Policy, ScopePaths, policy_for, prefixed, register
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

_GROUP = _("客户往来")

VIEW = Action("service.view", _("查看重大事项报告"), _GROUP, is_reading=True)
REPORT = Action("service.report", _("报告重大事项、补充与办结后续"), _GROUP)
ACCEPT = Action("service.accept", _("受理与退回重大事项报告"), _GROUP)
EXPORT = Action("service.export", _("导出重大事项报告"), _GROUP, is_reading=True, is_taking=True)


@register
class ContactReportPolicy(Policy):
    """Scopes run along the customer; a report may be more secret than its customer, never less."""

    model, view, change = ContactReport, "service.view", "service.report"
    paths = ScopePaths(
        owner="customer__responsible_id", department="customer__department_id", region="customer__region_code",
        secrecy="secrecy_level",
    )  # fmt: skip

    def limits(self, actor: Actor) -> Q:
        """Company, level of the report, and level of the customer as it is now."""
        return super().limits(actor) & prefixed(policy_for(Customer).limits(actor), "customer")

    def level_of(self, actor: Actor, obj: Any) -> int:
        """The same of one."""
        return max(super().level_of(actor, obj), policy_for(Customer).level_of(actor, obj.customer))

    def class_q(self, value: str) -> Q:
        """Reports of customers of one class."""
        return prefixed(policy_for(Customer).class_q(value), "customer")

    def covers_class(self, value: str, obj: models.Model) -> bool:
        """The same of one."""
        return isinstance(obj, ContactReport) and policy_for(Customer).covers_class(value, obj.customer)

    def refuse(self, actor: Actor, code: str, obj: models.Model) -> Refused | None:
        """Whoever answers for a report amends it until it is accepted; from then on it is only supplemented."""
        if code != REPORT.code or not isinstance(obj, ContactReport):
            return None
        if obj.state == ReportState.ACCEPTED:
            return Refused("report_accepted", str(_("此报告已受理归入档案，不能再改；有新的情况请“补充”。")))
        if obj.keeper_id != actor.id:
            told = _("此报告由%(who)s经办，由其修改；您有要补充的，请告知经办人。")
            return Refused("not_keeper", str(told) % {"who": obj.keeper.name})
        return None


@register
class ReportNotePolicy(Policy):
    model, view, change, parent = ReportNote, "service.view", "service.report", "report"


@register
class ServiceRulesPolicy(Policy):
    model, view, change, ignores_scope = ServiceRules, "service.accept", "service.accept", True
