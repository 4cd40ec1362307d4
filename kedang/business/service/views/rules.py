"""重大事项报告设置: within how many working days a report is accepted."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.service.models import ServiceRules
from kedang.business.service.policies import ACCEPT
from kedang.business.service.services.rules import rules_change, rules_of
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.records import style
from kedang.foundation.web.records.form_fields import told_in


class RulesForm(forms.Form):
    """The one figure."""

    accept_days = forms.IntegerField(
        label=gettext_lazy("几个工作日内受理"), min_value=1, max_value=30,
        help_text=ServiceRules._meta.get_field("accept_days").help_text,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for field in self.fields.values():
            style(field)


class RulesPage(Page):
    """The settings, changed by the information department."""

    action = ACCEPT.code
    template_name = "service/rules.html"
    title = gettext_lazy("重大事项报告设置")

    def crumbs(self) -> list[Crumb]:
        return [(_("重大事项报告"), reverse("service:report-list")), (_("设置"), "")]

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form."""
        return self.draw(form=RulesForm(initial={"accept_days": rules_of(self.actor.fonds_id or 0).accept_days}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Run the service."""
        form = RulesForm(request.POST)
        if form.is_valid():
            try:
                rules_change(actor=self.actor, accept_days=form.cleaned_data["accept_days"])
            except NotAllowed:
                raise
            except Refused as refusal:
                told_in(form, refusal)
            else:
                messages.success(request, _("设置已保存。"))
                return HttpResponseRedirect(reverse("service:report-list"))
        return self.draw(form=form, status=422)
