"""Inputs that are not the model's own: places and industries step by step, people and departments, reasons."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kedang.business.customers.reference import (
    industry_children,
    industry_path,
    provinces,
    region_children,
    region_path,
)
from kedang.foundation.access.grants import active_grants
from kedang.foundation.access.models import Department, Person, Scope
from kedang.foundation.web.departments import DepartmentChoice, departments_in_order

Step = Callable[[str], Sequence[Any]]


class CascadeWidget(forms.Widget):
    """Selects from the widest to the narrowest; choosing one fetches the next. Without script each save goes one step deeper."""

    template_name = "customers/cascade.html"

    def __init__(
        self, kind: str, roots: Callable[[], Sequence[Any]], children: Step, path: Step, attrs: Any = None
    ) -> None:
        super().__init__(attrs)
        self.kind, self.roots, self.children, self.path = kind, roots, children, path

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Levels with their options."""
        context = super().get_context(name, value, attrs)
        context["levels"] = self.levels(str(value or ""))
        context["kind"] = self.kind
        return context

    def levels(self, value: str) -> list[dict[str, Any]]:
        """One select per step chosen, and one for the next."""
        chosen = [row.code for row in self.path(value)] if value else []
        levels = []
        options = list(self.roots())
        for code in [*chosen, ""]:
            if not options:
                break
            levels.append({"options": [(row.code, row.name) for row in options], "value": code})
            options = list(self.children(code)) if code else []
        return levels

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        """The narrowest step that was chosen; steps below one that changed are void."""
        values = data.getlist(name) if hasattr(data, "getlist") else [data.get(name, "")]
        kept = ""
        for value in values:
            if not value or (kept and value not in {row.code for row in self.children(kept)}):
                break
            kept = value
        return kept

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0"


def region_widget() -> CascadeWidget:
    """省、市、区县."""
    return CascadeWidget("region", provinces, region_children, region_path)


def industry_widget() -> CascadeWidget:
    """门类、大类、中类."""
    return CascadeWidget("industry", industry_children, industry_children, industry_path)


CASCADES = {"region": region_widget, "industry": industry_widget}


def responsible_field(actor: Any) -> forms.Field:
    """Whom the actor may make responsible: everybody, or only themselves where they reach only their own."""
    scopes = {grant.scope for grant in active_grants(actor) if "customers.change" in grant.actions}
    people = Person.objects.filter(fonds_id=actor.fonds_id, is_active=True).order_by("id")
    if scopes <= {Scope.OWN}:
        people = people.filter(pk=actor.pk)
    return forms.ModelChoiceField(people, required=False, label=_("负责人"), empty_label=_("请选择"))


def department_field(actor: Any) -> forms.Field:
    """Departments in use."""
    found = DepartmentChoice(
        Department.objects.filter(fonds_id=actor.fonds_id, is_active=True), required=False, label=_("归属部门")
    )
    found.choices = [
        ("", _("请选择")),
        *((row.pk, found.label_from_instance(row)) for row in departments_in_order(actor.fonds_id)),
    ]
    return found


def reason_field(*, label: Any = "", required: bool = False, hint: Any = "") -> forms.CharField:
    """Why."""
    return forms.CharField(
        label=label or _("修改原因"), required=required, max_length=300, help_text=hint, widget=forms.TextInput(),
        error_messages={"required": _("请写明原因。")},
    )  # fmt: skip


def text_input(label: Any, length: int, *, required: bool = True) -> forms.CharField:
    """One line."""
    return forms.CharField(label=label, max_length=length, required=required)


def choice_input(label: Any, choices: Sequence[tuple[str, Any]], *, required: bool = True) -> forms.ChoiceField:
    """One of several."""
    return forms.ChoiceField(label=label, required=required, choices=[("", _("请选择")), *choices])


def date_input(label: Any) -> forms.DateField:
    """A day; left empty it means today."""
    return forms.DateField(label=label, required=False, help_text=_("不填即今天。"))
