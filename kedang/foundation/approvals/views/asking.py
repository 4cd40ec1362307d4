"""发起申请: which kinds of request somebody may hand in, and the form of the one that fits everything."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.policies import can
from kedang.foundation.approvals.choices import FlowState
from kedang.foundation.approvals.general import GENERAL, case_ask
from kedang.foundation.approvals.models import Flow
from kedang.foundation.approvals.registry import kinds
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.records.form_fields import style, told_in

USE = "approvals.use"


def startable(actor: Any) -> list[Any]:
    """Kinds that the actor may ask for and that have a flow in force."""
    running = set(Flow.objects.filter(fonds_id=actor.fonds_id, state=FlowState.IN_FORCE).values_list("kind", flat=True))
    return [kind for kind in kinds() if kind.code in running and (not kind.action or can(actor, kind.action))]


class CaseStart(Page):
    """The kinds of request as cards: each with what it is for and who will decide."""

    action, template_name, title = USE, "approvals/start.html", _("发起申请")

    def crumbs(self) -> list[Crumb]:
        return [(_("审批"), reverse("approvals:case-list")), (self.title, "")]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The cards."""
        flows = Flow.objects.filter(fonds_id=self.actor.fonds_id, state=FlowState.IN_FORCE).order_by("position", "line")
        steps: dict[str, list[str]] = {}
        for flow in flows.prefetch_related("steps"):
            steps.setdefault(flow.kind, [step.name for step in flow.steps.all()])
        cards = [
            {"kind": kind, "url": reverse(kind.start) if kind.start else "", "steps": steps.get(kind.code, [])}
            for kind in startable(self.actor)
        ]
        return self.draw(cards=cards)


class AskForm(forms.Form):
    """A request about anything."""

    title = forms.CharField(label=_("事项"), max_length=160)
    amount = forms.CharField(label=_("金额（元）"), required=False, max_length=30, help_text=_("不涉及金额的不填"))
    reason = forms.CharField(label=_("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": "4"}))
    urgent_reason = forms.CharField(
        label=_("紧急事由"), required=False, max_length=300, help_text=_("只在来不及按流程审批时填写：先由总经理紧急批准，其余各步事后补批")
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            style(field)


class CaseAsk(Page):
    """The form of a general request."""

    action, template_name, title = USE, "approvals/ask.html", _("一般事项申请")

    def crumbs(self) -> list[Crumb]:
        return [
            (_("审批"), reverse("approvals:case-list")),
            (_("发起申请"), reverse("approvals:case-start")),
            (self.title, ""),
        ]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The form."""
        return self.draw(form=AskForm(label_suffix=""), kind=GENERAL)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Hand it in."""
        form = AskForm(request.POST, label_suffix="")
        if form.is_valid():
            try:
                case = case_ask(actor=self.actor, **form.cleaned_data)
            except NotAllowed:
                raise
            except Refused as refusal:
                told_in(form, refusal)
            else:
                messages.success(request, _("已提交，单号 %(number)s。") % {"number": case.number})
                return HttpResponseRedirect(reverse("approvals:case-detail", args=[case.pk]))
        return self.draw(form=form, kind=GENERAL, status=422)
