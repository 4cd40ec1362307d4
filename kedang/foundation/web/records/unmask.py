"""The eye: one masked value in clear, after a reason; an act with an event."""

from typing import Any

from django import forms
from django.core.exceptions import FieldDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from kedang.foundation.access.policies import require
from kedang.foundation.access.veil import field_unmask, reveal
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.records.detail import RecordPage
from kedang.foundation.web.records.form_fields import style
from kedang.foundation.web.records.naming import label_of


class ReasonForm(forms.Form):
    """Why the value is needed."""

    reason = forms.CharField(
        label=_("原因"), max_length=200, error_messages={"required": _("请写明查看完整内容的原因。")}
    )


class RecordUnmask(RecordPage):
    """Asks for a reason, then shows the value in place (or on its own page without script)."""

    template_name = "web/records/unmask.html"
    field: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Only fields that the pages show."""
        self.field = kwargs["field"]
        declared = {name for panel in self.pages.panels for name in panel.fields} | {
            *self.pages.head_keys,
            self.pages.head_code,
        }
        if self.field not in declared:
            raise OutOfScope
        return super().dispatch(request, *args, **kwargs)

    def page_title(self) -> Any:
        return _("查看完整内容")

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The question."""
        require(self.actor, self.pages.action_of("unmask"), self.obj)
        return self.show(self._form())

    def _form(self, data: Any = None) -> forms.Form:
        form = ReasonForm(data, label_suffix="")
        style(form.fields["reason"])
        form.fields["reason"].widget.attrs["placeholder"] = _("例如：电话回访核对")
        return form

    def show(self, form: forms.Form, *, value: str = "", status: int = 200) -> HttpResponse:
        """Draw the question or the answer."""
        context: dict[str, Any] = {
            "form": form, "value": value, "label": self._label(), "masked": reveal(self.actor, self.obj, self.field).text,
            "name": self.pages.name_of(self.actor, self.obj), "form_url": self.request.path, "field": self.field,
            "back_url": self.pages.url("detail", self.obj.pk), "title": self.page_title(),
        }  # fmt: skip
        if self.is_fragment:
            return self.draw_part("web/records/unmask_dialog.html", **context)
        return self.draw(status=status, **context)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The value, once the reason is written down."""
        require(self.actor, self.pages.action_of("unmask"), self.obj)
        form = self._form(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            value = field_unmask(actor=self.actor, obj=self.obj, field=self.field, reason=form.cleaned_data["reason"])
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error("reason", refusal.sentence)
            return self.show(form, status=422)
        if self.is_fragment:
            place = f"#value-{self.obj.pk}-{self.field}"
            headers = {"HX-Retarget": place, "HX-Reswap": "innerHTML", "HX-Trigger": "kedang:unmasked"}
            response = self.draw_part("web/records/unmasked.html", value=value, label=self._label())
            for name, content in headers.items():
                response[name] = content
            return response
        return self.show(form, value=value)

    def _label(self) -> Any:
        try:
            return label_of(self.pages.model, self.field)
        except FieldDoesNotExist:
            return self.field
