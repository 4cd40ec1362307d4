"""异常行为: an alert with its evidence; 管控设置."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kedang.business.governance.alerts.rules import RULES, figures_of
from kedang.business.governance.choices import AlertRule, AlertState, Finding
from kedang.business.governance.services.alerts import alert_close, alert_look
from kedang.business.governance.services.rules import rules_change, rules_of
from kedang.business.governance.views.shown import whole
from kedang.foundation.access.policies import can
from kedang.foundation.access.trail import veil_labels
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.vocabulary import event_type
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.records import RecordDetail, RecordPage


class AlertDetail(RecordDetail):
    """What happened, the entries that show it, and the box of findings."""

    template_name = "governance/alert.html"

    def extra(self) -> dict[str, Any]:
        row = self.obj
        events = Event.objects.filter(pk__in=row.evidence, fonds_id=row.fonds_id).order_by("id")
        shown = [
            {
                "event": event,
                "title": known.title if (known := event_type(event.code)) else event.code,
                "label": getattr(event, "shown_label", ""),
            }
            for event in veil_labels(self.actor, events)
        ]
        return {
            "row": row,
            "shown": shown,
            "findings": Finding.choices,
            "is_open": row.state != AlertState.CLOSED,
            "may_open": can(self.actor, "audit.view"),
            "note": next(rule.note for rule in RULES if rule.code == row.rule),
        }


class AlertAct(RecordPage):
    """Take it up, or close it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Run what the button names."""
        post = request.POST
        try:
            if kwargs["verb"] == "look":
                alert_look(actor=self.actor, alert=self.obj)
                messages.success(request, _now("已开始核查。"))
            elif kwargs["verb"] == "close":
                alert_close(
                    actor=self.actor, alert=self.obj, finding=post.get("finding", ""), reason=post.get("reason", "")
                )
                messages.success(request, _now("已记录核查结果。"))
            else:
                raise OutOfScope
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        return HttpResponseRedirect(self.pages.url("detail", self.obj.pk))


class GovernanceSettings(Page):
    """Thresholds of alerts, how approved rights are carried out, when people are reminded."""

    action: ClassVar[str] = "governance.review"
    template_name = "governance/settings.html"
    title = _("管控设置")

    def crumbs(self) -> list[Crumb]:
        return [(self.title, "")]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The figures."""
        return self.show()

    def show(self, *, problem: str = "", status: int = 200) -> HttpResponse:
        """Draw them."""
        row = rules_of(self.actor.fonds_id)
        rules = []
        for rule in RULES:
            values = figures_of(row.thresholds, rule.code)
            figures = [
                {"figure": one, "name": f"{rule.code}-{one.name}", "value": values[one.name]} for one in rule.figures
            ]
            rules.append({"rule": rule, "label": AlertRule(rule.code).label, "on": values["on"], "figures": figures})
        return self.draw(row=row, rules=rules, problem=problem, status=status)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Save them."""
        post = request.POST
        thresholds: dict[str, dict[str, Any]] = {}
        for rule in RULES:
            thresholds[rule.code] = {one.name: whole(post.get(f"{rule.code}-{one.name}")) for one in rule.figures}
            thresholds[rule.code]["on"] = int(f"{rule.code}-on" in post)
        try:
            rules_change(
                actor=self.actor,
                reason=post.get("reason", ""),
                thresholds=thresholds,
                carry_out_by_hand="by_hand" in post,
                remind_days=min(whole(post.get("remind_days")) or 0, 90),
            )
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.show(problem=refusal.sentence, status=422)
        messages.success(request, _now("已保存，立即生效。"))
        return HttpResponseRedirect(reverse("governance:settings"))
