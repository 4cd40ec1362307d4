"""借阅规则: terms, reminders, what stays in the reading room."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.lending.models import LendingRules
from kedang.business.lending.services.rules import rules_change, rules_of
from kedang.foundation.access.models import Role
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.pages import Page
from kedang.foundation.web.records import style

SECTIONS = (
    (gettext_lazy("外借"), ("needs_request", "take_away", "take_away_level", "keeps_permanent", "take_away_roles")),
    (gettext_lazy("期限与数量"), ("loan_days", "most_days", "renew_times", "renew_days", "most_loans", "blocks_overdue", "hold_days", "seats")),
    (gettext_lazy("到期提醒与逾期上报"), ("remind_days", "overdue_days", "overdue_head_days", "overdue_superior_days")),
)  # fmt: skip
HELP = {
    "needs_request": gettext_lazy("关闭后，借阅台可以直接登记，员工也可以自己预约。"),
    "take_away_roles": gettext_lazy("一个都不选，表示不限角色。"), "hold_days": gettext_lazy("从架上取到借阅台后等人来领的天数，逾期轮到下一位。"),
    "blocks_overdue": gettext_lazy("有一份逾期，就不能再领新的。"),
}  # fmt: skip


class RulesForm(forms.ModelForm):
    """Inputs from the model."""

    class Meta:
        model = LendingRules
        fields = [name for _title, names in SECTIONS for name in names]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        roles = Role.objects.filter(fonds__isnull=True).order_by("position") | Role.objects.filter(
            fonds_id=self.instance.fonds_id
        )
        self.fields["take_away_roles"] = forms.MultipleChoiceField(
            label=gettext_lazy("可以带出的角色"), required=False, choices=[(role.code, role.name) for role in roles],
            widget=forms.CheckboxSelectMultiple, initial=self.instance.take_away_roles,
        )  # fmt: skip
        for name, field in self.fields.items():
            field.help_text = HELP.get(name, "")
            style(field)

    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Inputs by section."""
        return [(title, [self[name] for name in names]) for title, names in SECTIONS]

    def _post_clean(self) -> None:
        """The service checks; nothing is written into the instance here."""


class RulesPage(Page):
    """The rules, changed by who has the right to."""

    action = "lending.rules"
    template_name = "lending/rules.html"
    title = gettext_lazy("借阅规则")

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form."""
        return self.show(RulesForm(instance=rules_of(self.actor.fonds_id or 0)))

    def show(self, form: RulesForm, *, problem: Refused | None = None, status: int = 200) -> HttpResponse:
        """Draw it."""
        return self.draw(form=form, problem=problem, version=form.instance.version, status=status)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Run the service."""
        form = RulesForm(request.POST, instance=rules_of(self.actor.fonds_id or 0))
        if not form.is_valid():
            return self.show(form, status=422)
        version = request.POST.get("version", "")
        try:
            rules_change(
                actor=self.actor, values=form.cleaned_data, version=int(version) if version.isdecimal() else None
            )
        except NotAllowed:
            raise
        except Refused as refusal:
            problems = refusal.details.get("problems", {})
            for name, sentence in problems.items():
                form.add_error(name if name in form.fields else None, sentence)
            return self.show(form, problem=None if problems else refusal, status=422)
        messages.success(request, _("借阅规则已保存，从现在起的借阅按新规则办理。"))
        return HttpResponseRedirect(reverse("lending:rules"))
