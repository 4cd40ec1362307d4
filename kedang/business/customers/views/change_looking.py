"""The eye on the page of a waiting change: asks for a reason, then shows old and new value in place."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kedang.business.customers.fields import label
from kedang.business.customers.models import ChangeLine
from kedang.business.customers.services.change_looking import change_line, change_unmask
from kedang.business.customers.services.change_words import arrow, shown_line
from kedang.foundation.access.policies import require
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.records.form_fields import style
from kedang.foundation.web.records.unmask import ReasonForm


class ChangeUnmask(Page):
    """A dialog, or a page of its own without script."""

    template_name = "web/records/unmask.html"
    line: ChangeLine

    def page_title(self) -> Any:
        return _("核对变更原文")

    def crumbs(self) -> list[Crumb]:
        return [(_("审批"), reverse("approvals:case-list")), (str(self.page_title()), "")]

    def get(self, request: HttpRequest, pk: int, field: str) -> HttpResponse:
        """The question."""
        self.line = change_line(self.actor, pk, field)
        require(self.actor, "customers.unmask", self.line.request.customer)
        return self.show(self._form())

    def post(self, request: HttpRequest, pk: int, field: str) -> HttpResponse:
        """The values, once the reason is written down."""
        self.line = change_line(self.actor, pk, field)
        require(self.actor, "customers.unmask", self.line.request.customer)
        form = self._form(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            value = change_unmask(actor=self.actor, request=pk, field=field, reason=form.cleaned_data["reason"])
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error("reason", refusal.sentence)
            return self.show(form, status=422)
        if not self.is_fragment:
            return self.show(form, value=value)
        response = self.draw_part("web/records/unmasked.html", value=value, label=label(field))
        response["HX-Retarget"], response["HX-Reswap"] = f"#value-{pk}-{field}", "innerHTML"
        response["HX-Trigger"] = "kedang:unmasked"
        return response

    def show(self, form: ReasonForm, *, value: str = "", status: int = 200) -> HttpResponse:
        """Draw the question or the answer."""
        row, customer = self.line.request, self.line.request.customer
        context: dict[str, Any] = {
            "form": form, "value": value, "label": label(self.line.field), "masked": arrow(*shown_line(self.actor, customer, self.line)),
            "name": customer.audit_label, "form_url": self.request.path, "field": self.line.field,
            "back_url": reverse("approvals:case-detail", args=[row.case_id]), "title": self.page_title(),
        }  # fmt: skip
        if self.is_fragment:
            return self.draw_part("web/records/unmask_dialog.html", status=status, **context)
        return self.draw(status=status, **context)

    def _form(self, data: Any = None) -> ReasonForm:
        form = ReasonForm(data, label_suffix="")
        style(form.fields["reason"])
        form.fields["reason"].widget.attrs["placeholder"] = _("例如：与来函核对账号")
        return form
