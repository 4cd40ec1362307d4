"""A hold's page, and the request for one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from kedang.business.customers.models import Customer
from kedang.business.holdings.models import Item, Volume
from kedang.business.retention.services.holding import hold_ask, things_named
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.pages import Page
from kedang.foundation.web.records import RecordDetail
from kedang.foundation.web.records.form_fields import style

ADDRESSES = {
    "customer": "customers:customer-detail",
    "volume": "holdings:volume-detail",
    "item": "holdings:item-detail",
}
NOUNS = {"customer": gettext_lazy("客户"), "volume": gettext_lazy("案卷"), "item": gettext_lazy("件")}


class HoldDetail(RecordDetail):
    """The hold, and what it lies on as far as the reader sees it."""

    template_name = "retention/hold.html"

    def extra(self) -> dict[str, Any]:
        """Lines; what is out of the reader's scope is counted, not named."""
        rows = list(self.obj.lines.values_list("customer_id", "volume_id", "item_id"))
        shown: list[dict[str, Any]] = []
        for at, (noun, model) in enumerate((("customer", Customer), ("volume", Volume), ("item", Item))):
            keys = [row[at] for row in rows if row[at] is not None]
            rows_of: Any = model._default_manager
            seen: Any = rows_of.visible_to(self.actor).filter(pk__in=keys).order_by("pk") if keys else []
            shown += [
                {
                    "noun": NOUNS[noun], "code": getattr(one, "number" if noun == "customer" else "reference_code"),
                    "name": one.name if noun == "customer" else one.title, "url": reverse(ADDRESSES[noun], args=[one.pk]),
                }
                for one in seen
            ]  # fmt: skip
        return {"hold": self.obj, "held": shown, "unseen": len(rows) - len(shown)}


class HoldForm(forms.Form):
    """What is to be held, why, on what ground."""

    title = forms.CharField(
        label=gettext_lazy("冻结事项"), max_length=120, help_text=gettext_lazy("例如“与青山公司货款纠纷一案”。")
    )
    legal_basis = forms.CharField(
        label=gettext_lazy("依据"), max_length=200, help_text=gettext_lazy("裁定书、通知书的名称和文号。")
    )
    things = forms.CharField(
        label=gettext_lazy("冻结对象"), max_length=8000, widget=forms.Textarea,
        help_text=gettext_lazy("一行一个：客户编号、案卷或件的档号。"),
    )  # fmt: skip
    reason = forms.CharField(label=gettext_lazy("冻结原因"), max_length=500, widget=forms.Textarea)
    is_no_loan = forms.BooleanField(
        label=gettext_lazy("冻结期间不外借（客户的全部案卷和单件一并列入）"), required=False, initial=True
    )
    review_on = forms.DateField(
        label=gettext_lazy("复核日期"), required=False, help_text=gettext_lazy("到期提醒复核，不自动解除。")
    )
    urgent_reason = forms.CharField(
        label=gettext_lazy("紧急事由"), max_length=300, required=False,
        help_text=gettext_lazy("不能等审批的才填：总经理可先行批准，立即生效，事后补批。"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for field in self.fields.values():
            style(field)


class HoldAsk(Page):
    """申请冻结. ``of`` in the address fills in a number."""

    action, template_name = "retention.hold", "retention/ask.html"
    title = gettext_lazy("申请冻结")

    def crumbs(self) -> list[Any]:
        return [(pgettext("多条", "冻结"), reverse("retention:hold-list")), (self.title, "")]

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form."""
        return self.draw(form=HoldForm(initial={"things": request.GET.get("of", "")[:400]}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Hand it in."""
        form = HoldForm(request.POST)
        if not form.is_valid():
            return self.draw(form=form, status=422)
        values = dict(form.cleaned_data)
        try:
            row = hold_ask(actor=self.actor, things=things_named(self.actor, values.pop("things")), **values)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
            return self.draw(form=form, status=422)
        messages.success(request, _("冻结 %(number)s 已提交审批。") % {"number": row.number})
        return HttpResponseRedirect(reverse("retention:hold-detail", args=[row.pk]))
