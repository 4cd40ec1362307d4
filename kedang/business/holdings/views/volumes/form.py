"""New volume and its description: customers and projects are picked by number or name, choices stay short."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import Arrangement, SchemeState
from kedang.business.holdings.codes.reserved import free_codes, meant_by
from kedang.business.holdings.models import CodeTemplate, RetentionPeriod, Series
from kedang.business.holdings.services.volumes.checking import FIXED
from kedang.business.holdings.views.pickers import CustomerField, ProjectField
from kedang.foundation.access.models import Department, Person
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.sure import sure
from kedang.foundation.web.records import Panel, RecordForm, RecordFormBase

MOST_OF_REASON = 12
PICKED = {"picked_customer": "customer", "picked_project": "project"}
"""Inputs that name a record → field of the volume."""


class VolumeForm(RecordForm):
    """The form; what the items went in by is fixed once there are some."""

    def make_form(self, data: Any = None, initial: dict[str, Any] | None = None) -> RecordFormBase:
        """Short choices, the pickers beside the class, and the fixed ones closed."""
        form = super().make_form(data, {**self.picked(), **(initial or {})})
        for name, rows in _choices(sure(self.actor.fonds_id)).items():
            field: Any = form.fields.get(name)
            present = getattr(self.obj, f"{name}_id", None)
            if field is not None:
                field.queryset = rows
                if present is not None:  # what is chosen stays a choice, also when it is out of use by now
                    field.queryset = rows.model._default_manager.filter(Q(pk__in=rows.values("pk")) | Q(pk=present))
        if self.obj is None:
            _be_easy(form)
        elif self.obj.item_count:
            for name in (*FIXED, *PICKED):
                if name in form.fields:
                    form.fields[name].disabled = True
        form.sections = [
            form.sections[0],
            (Panel(_("归属"), tuple(form.sections[-1][1]), columns=3), form.sections[-1][1]),
            *form.sections[1:-1],
        ]
        return form

    def defaults(self) -> dict[str, Any]:
        """Whoever makes it arranges it, in this year, for their department."""
        mine = {"responsible": self.actor.pk, "department": self.actor.department_id, "year": clock.today().year}
        given = {key: value for key, value in self.request.GET.items() if value}
        meant = (
            meant_by(sure(self.actor.fonds_id), str(given["reserved_code"])[:120]) if "reserved_code" in given else {}
        )
        return {**super().defaults(), **mine, **meant, **given}

    def picked(self) -> dict[str, Any]:
        """Customer and project of the volume, or of the address."""
        if self.obj is None:
            return {name: self.request.GET.get(field) for name, field in PICKED.items() if self.request.GET.get(field)}
        return {name: getattr(self.obj, field) for name, field in PICKED.items()}

    def save(self, form: RecordFormBase) -> Any:
        """Values by the names of the volume."""
        given = {PICKED.get(name, name): value for name, value in form.cleaned_data.items()}
        if self.obj is None:
            return self.pages.save_new(self.actor, given)
        changed = self.settled({name: given[name] for name in (PICKED.get(one, one) for one in form.changed_data)})
        return self.pages.save_change(self.actor, self.obj, changed, self.asked_version()) if changed else self.obj


def _be_easy(form: RecordFormBase) -> None:
    """What the rules can fill in need not be."""
    told = {
        "title": _("不填则由客户或项目、年度和类别拟成。"), "retention": _("不填则按类别规定。"), "template": _("不填则用默认模板。"),
    }  # fmt: skip
    for name, words in told.items():
        form.fields[name].required = False
        form.fields[name].help_text = words


def _choices(fonds_id: int) -> dict[str, Any]:
    return {
        "series": Series.objects.filter(
            scheme__fonds_id=fonds_id,
            scheme__state=SchemeState.IN_FORCE,
            is_active=True,
            arrangement=Arrangement.VOLUME,
        ).order_by("code"),
        "retention": RetentionPeriod.objects.filter(fonds_id=fonds_id, is_active=True),
        "template": CodeTemplate.objects.filter(fonds_id=fonds_id, is_active=True, arrangement=Arrangement.VOLUME),
        "department": Department.objects.filter(fonds_id=fonds_id, is_active=True),
        "responsible": Person.objects.filter(fonds_id=fonds_id, is_active=True),
    }


def named_fields(actor: Any, obj: Any) -> dict[str, forms.Field]:
    """Pickers of customer and project and, for a new volume, the 目录号 of old templates."""
    made: dict[str, forms.Field] = {
        "picked_customer": CustomerField(actor, label=_("客户"), required=False, help_text=_("不填表示不限客户。")),
        "picked_project": ProjectField(actor, label=_("项目"), required=False),
    }
    free = free_codes(actor.fonds_id) if obj is None else []
    if free:
        made["reserved_code"] = forms.ChoiceField(
            label=_("预留号"), required=False, help_text=_("补立预留的案卷时选择，须与类别、年度、期限相符。"),
            choices=[("", _("不用，取下一号")), *((one.code, f"{one.code} {one.reason[:MOST_OF_REASON]}") for one in free)],
        )  # fmt: skip
    old = CodeTemplate.objects.filter(fonds_id=actor.fonds_id, is_active=True, volume_template__contains="{catalogue")
    if obj is None and old.exists():
        made["catalogue"] = forms.CharField(
            label=_("目录号"), required=False, max_length=20, help_text=_("档号模板用到目录号时填写。")
        )
    return made
