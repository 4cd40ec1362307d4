"""登记借阅 without a request: at the desk for somebody, or by the reader; where the rules ask for one, the page says so."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.lending.choices import Place, Purpose
from kedang.business.lending.offering import electronic
from kedang.business.lending.services.preparing import READER, loan_open, loan_reserve
from kedang.business.lending.services.rules import rules_of
from kedang.business.lending.views.desk import KINDS
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import can, require
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.records import style


class NewLoan(forms.Form):
    """What the register asks."""

    borrower = forms.ModelChoiceField(
        Person.objects.none(), label=gettext_lazy("借阅人"), empty_label=gettext_lazy("请选择")
    )
    place = forms.ChoiceField(label=gettext_lazy("方式"), choices=Place.choices)
    days = forms.IntegerField(label=gettext_lazy("借期（天）"), required=False, min_value=1, max_value=365)
    copies = forms.IntegerField(label=gettext_lazy("份数"), initial=1, min_value=1, max_value=99)
    purpose = forms.ChoiceField(label=gettext_lazy("利用目的"), choices=Purpose.choices)
    reason = forms.CharField(label=gettext_lazy("用途说明"), max_length=300)
    reader_name = forms.CharField(label=gettext_lazy("外单位读者"), max_length=60, required=False)
    reader_unit = forms.CharField(label=gettext_lazy("读者单位"), max_length=120, required=False)
    reader_paper = forms.CharField(label=gettext_lazy("证件及号码"), max_length=60, required=False)
    reader_phone = forms.CharField(label=gettext_lazy("读者电话"), max_length=40, required=False)
    remarks = forms.CharField(label=gettext_lazy("备注"), max_length=300, required=False)

    def __init__(self, actor: Any, data: Any = None, *, keeps: bool) -> None:
        super().__init__(data, label_suffix="")
        rules = rules_of(actor.fonds_id)
        self.fields["days"].help_text = _("带出时填写，留空为 %(n)s 天；阅览室当日归还。") % {"n": rules.loan_days}
        people: Any = self.fields["borrower"]
        people.queryset = Person.objects.filter(fonds_id=actor.fonds_id, is_active=True).order_by("name")
        if not keeps:
            for name in ("borrower", *READER):
                del self.fields[name]
        else:
            people.help_text = _("外单位读者由接待的本单位人员负责。")
        for field in self.fields.values():
            style(field)


class RegisterPage(Page):
    """登记借阅."""

    action = "lending.reserve"
    template_name = "lending/register.html"
    title = gettext_lazy("登记借阅")
    thing: Any

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Load the thing."""
        require(self.actor, self.action)
        model = KINDS.get(kwargs["kind"])
        found = model.objects.visible_to(self.actor).filter(pk=kwargs["pk"]).first() if model else None
        if found is None:
            raise OutOfScope
        self.thing = found
        return super().dispatch(request, *args, **kwargs)

    @property
    def keeps(self) -> bool:
        """Whether this is the desk."""
        return can(self.actor, "lending.keep")

    def crumbs(self) -> list[Crumb]:
        return [(_("借阅登记"), reverse("lending:loan-list")), (self.page_title(), "")]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The form."""
        return self.show(NewLoan(self.actor, keeps=self.keeps))

    def show(self, form: forms.Form, *, problem: Refused | None = None, status: int = 200) -> HttpResponse:
        """Draw it."""
        kind = self.kwargs["kind"]
        return self.draw(
            form=form, thing=self.thing, problem=problem, offer=electronic(self.actor, self.thing), status=status,
            needs_request=rules_of(self.thing.fonds_id).needs_request, back_url=reverse(f"holdings:{kind}-detail", args=[self.thing.pk]),
            ask_url=reverse(f"holdings:{kind}-ask-use", args=[self.thing.pk]) if can(self.actor, "lending.ask") else "",
        )  # fmt: skip

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Run the service."""
        form = NewLoan(self.actor, request.POST, keeps=self.keeps)
        if not form.is_valid():
            return self.show(form, status=422)
        given = dict(form.cleaned_data)
        try:
            if self.keeps:
                loan = loan_open(actor=self.actor, thing=self.thing, borrower=given.pop("borrower"), values=given)
            else:
                loan = loan_reserve(actor=self.actor, thing=self.thing, values=given)
        except NotAllowed:
            raise
        except Refused as refusal:
            if refusal.field in form.fields:
                form.add_error(refusal.field, refusal.sentence)
                return self.show(form, status=422)
            return self.show(form, problem=refusal, status=422)
        messages.success(request, _("已登记，登记号 %(number)s。") % {"number": loan.number})
        return HttpResponseRedirect(reverse("lending:loan-detail", args=[loan.pk]))
