"""New item by hand (paper, mostly) and edit: pickers for what there is very much of, a reason once it is filed."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import Carrier, ItemState
from kedang.business.holdings.models import DocumentType
from kedang.business.holdings.views.pickers import CustomerField, ProjectField
from kedang.business.holdings.views.volumes.columns import department_choices
from kedang.foundation.access.models import Department, Person
from kedang.foundation.access.policies import require
from kedang.foundation.web.records import RecordForm, style
from kedang.foundation.web.records.form_fields import RecordFormBase, form_class, initial_of


class ItemForm(RecordForm):
    """登记一件, or its entry corrected."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Who brought it may mend it until it is identified; afterwards it is the archivist's."""
        if "pk" not in kwargs:
            return super().dispatch(request, *args, **kwargs)
        self.obj = self.pages.get(self.actor, kwargs["pk"])
        require(self.actor, self.needed_action(), self.obj)
        return super(RecordForm, self).dispatch(request, *args, **kwargs)

    def needed_action(self) -> str:
        """What the state asks for."""
        return "holdings.deliver" if self.obj.state == ItemState.RECEIVED else "holdings.file"

    def page_title(self) -> Any:
        if self.obj is None:
            return _("登记一件")
        return _("更正著录") if self.obj.state == ItemState.FILED else _("修改著录")

    def make_form(self, data: Any = None, initial: dict[str, Any] | None = None) -> RecordFormBase:
        """The inputs, with pickers in place of endless lists."""
        made = form_class(self.pages, self.actor, self.obj)
        inputs = made.base_fields
        for name, field in self.pickers().items():
            if name in inputs:
                inputs[name] = style(field)
        if self.obj is None and "carrier" in inputs:
            inputs["carrier"].initial = Carrier.PAPER.value
        if self.obj is not None and self.obj.state == ItemState.FILED:
            inputs["reason"] = style(
                forms.CharField(
                    label=_("更正理由"), max_length=300, required=True, help_text=_("此件已归档，须写明，例如“题名漏字，依原件更正”。"),
                    error_messages={"required": _("此件已归档，更正著录须写明理由。")},
                )
            )  # fmt: skip
            made.sections[0][1].append("reason")
        values = initial_of(self.pages, self.obj, made) if self.obj is not None else self.defaults()
        if self.obj is None:
            values["carrier"] = self.request.GET.get("carrier", Carrier.PAPER.value)
        return made(data, initial={**values, **(initial or {})}, label_suffix="")

    def pickers(self) -> dict[str, forms.Field]:
        """Inputs that are not the model's own."""
        fonds = self.actor.fonds_id
        kinds = DocumentType.objects.filter(fonds_id=fonds, is_active=True)
        department = forms.ModelChoiceField(
            Department.objects.filter(fonds_id=fonds, is_active=True), required=False, label=_("归档部门")
        )
        department.choices = [("", _("请选择")), *department_choices(self.actor)]
        return {
            "customer": CustomerField(self.actor, label=_("客户"), required=False),
            "project": ProjectField(self.actor, label=_("项目"), required=False),
            "document_type": forms.ModelChoiceField(
                kinds, required=False, label=_("文件材料"), empty_label=_("按题名识别") if self.obj is None else _("请选择")
            ),
            "department": department,
            "responsible": forms.ModelChoiceField(
                Person.objects.filter(fonds_id=fonds, is_active=True).order_by("id"), required=False, label=_("经办人"), empty_label=_("请选择")
            ),
        }  # fmt: skip

    def save_changed(self, changed: dict[str, Any], reason: str) -> Any:
        """The service, with the reason whether it changed or not."""
        return self.pages.save_change(self.actor, self.obj, {**changed, "reason": reason}, self.asked_version())

    def save(self, form: RecordFormBase) -> Any:
        """Only what was changed, with the reason."""
        if self.obj is None:
            return super().save(form)
        from kedang.foundation.web.records.form_fields import changed_values

        changed = self.settled({name: value for name, value in changed_values(form).items() if name != "reason"})
        return self.save_changed(changed, form.cleaned_data.get("reason", "")) if changed else self.obj
