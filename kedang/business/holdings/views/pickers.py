"""Inputs that name one record out of very many: typed with suggestions, or scanned; without script the number or the whole name does."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.customers.models import Customer
from kedang.business.customers.searching import find_customers
from kedang.business.holdings.choices import LocationKind
from kedang.business.holdings.models import Item, Location, Project
from kedang.business.holdings.views.items.finding import find_items
from kedang.foundation.access.policies import can
from kedang.foundation.web.pages import Page

MOST = 12


class PickerWidget(forms.TextInput):
    """A text input with a list of suggestions below it."""

    template_name = "holdings/picker.html"

    def __init__(self, kind: str, placeholder: Any = "") -> None:
        super().__init__({"placeholder": placeholder, "autocomplete": "off", "class": "form-control"})
        self.kind = kind

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """With the address of the suggestions."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["kind_url"] = reverse("holdings:picker", args=[self.kind])
        return context


class PickerField(forms.Field):
    """One record, named by what people know it by. ``label_of`` and ``found`` say how."""

    kind = ""
    placeholder: Any = ""

    def __init__(self, actor: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", PickerWidget(self.kind, self.placeholder))
        super().__init__(**kwargs)
        self.actor = actor

    def rows(self) -> Any:
        """Records in reach."""
        raise NotImplementedError

    def named(self, text: str) -> Any:
        """The record that a text names, or None."""
        raise NotImplementedError

    def label_of(self, row: Any) -> str:
        """How a record is named in the input."""
        return str(row)

    def prepare_value(self, value: Any) -> Any:
        """Records and keys in words."""
        if value in (None, "") or (isinstance(value, str) and not value.isdecimal()):
            return value
        if isinstance(value, int) or (isinstance(value, str) and len(value) < 10):
            row = self.rows().filter(pk=int(value)).first()
            return self.label_of(row) if row is not None else value
        return value if isinstance(value, str) else self.label_of(value)

    def to_python(self, value: Any) -> Any:
        """The record named."""
        text = " ".join(str(value or "").split())
        if not text:
            return None
        found = self.named(text)
        if found is None:
            told = _("没有找到“%(text)s”，请从提示中选择，或填写完整的编号、名称。") % {"text": text[:40]}
            raise forms.ValidationError(told)
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compared as it is shown."""
        return str(self.prepare_value(initial) or "").strip() != str(data or "").strip()


class CustomerField(PickerField):
    """客户 by number or name."""

    kind, placeholder = "customer", gettext_lazy("客户编号或名称")

    def rows(self) -> Any:
        return Customer.objects.visible_to(self.actor)

    def label_of(self, row: Any) -> str:
        return f"{row.name}（{row.number}）"

    def named(self, text: str) -> Any:
        rows = self.rows().current()
        number = text.rpartition("（")[2].removesuffix("）")
        found = rows.filter(number=number).first()
        if found is not None:
            return found
        some = list(rows.filter(name=text)[:2])
        return some[0] if len(some) == 1 else None


class ProjectField(PickerField):
    """项目 by number or name."""

    kind, placeholder = "project", gettext_lazy("项目编号或名称")

    def rows(self) -> Any:
        return Project.objects.visible_to(self.actor)

    def label_of(self, row: Any) -> str:
        return f"{row.name}（{row.number}）"

    def named(self, text: str) -> Any:
        found = self.rows().filter(number=text.rpartition("（")[2].removesuffix("）")).first()
        if found is not None:
            return found
        some = list(self.rows().filter(name=text)[:2])
        return some[0] if len(some) == 1 else None


class ItemField(PickerField):
    """件 by 档号, or by the number behind its title."""

    kind, placeholder = "item", gettext_lazy("档号、题名或文号")

    def rows(self) -> Any:
        return Item.objects.visible_to(self.actor)

    def label_of(self, row: Any) -> str:
        return f"{row.title}（{row.reference_code or f'#{row.pk}'}）"

    def named(self, text: str) -> Any:
        key = text.rpartition("（")[2].removesuffix("）")
        if key.startswith("#") and key[1:].isdecimal():
            return self.rows().filter(pk=int(key[1:])).first()
        return self.rows().filter(reference_code=key).exclude(reference_code="").first()


class LocationField(PickerField):
    """档案盒 or 架位 by what stands on it."""

    kind, placeholder = "location", gettext_lazy("扫描或填写盒号、架位号")

    def rows(self) -> Any:
        return Location.objects.visible_to(self.actor).filter(kind__in=(LocationKind.SHELF, LocationKind.BOX))

    def label_of(self, row: Any) -> str:
        return str(row.label)

    def named(self, text: str) -> Any:
        return self.rows().filter(label=text).first()


FIELDS: dict[str, type[PickerField]] = {
    field.kind: field for field in (CustomerField, ProjectField, ItemField, LocationField)
}
ACTIONS = {
    "customer": "customers.view",
    "project": "holdings.view",
    "item": "holdings.view",
    "location": "custody.view",
}


class Picker(Page):
    """GET: the suggestions for what is being typed; names only, of what the reader may see."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """A few options."""
        if kind not in FIELDS or not can(self.actor, ACTIONS[kind]):
            return HttpResponse("")
        text = str(next((value for key, value in request.GET.items() if not key.startswith("_")), "")).strip()[:80]
        labels = self.labels(kind, text) if text else []
        return HttpResponse(format_html_join("", '<option value="{}"></option>', ((label,) for label in labels)))

    def labels(self, kind: str, text: str) -> list[str]:
        """Names of what fits."""
        field = FIELDS[kind](self.actor)
        rows = field.rows()
        if kind == "customer":
            rows = rows.filter(
                pk__in=[hit.id for hit in find_customers(self.actor, text, page_size=MOST, cap=MOST).hits]
            )
        elif kind == "item":
            rows = rows.filter(pk__in=[hit.id for hit in find_items(self.actor, text, page_size=MOST, cap=MOST).hits])
        elif kind == "project":
            rows = rows.filter(name__contains=text) | rows.filter(number__startswith=text)
        else:
            rows = rows.filter(label__contains=text)
        return [field.label_of(row) for row in rows[:MOST]]
