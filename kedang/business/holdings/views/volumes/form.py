"""New volume and its description: customers and projects are written by number or name, choices stay short."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _

from kedang.business.customers.models import Customer
from kedang.business.holdings.choices import Arrangement, SchemeState
from kedang.business.holdings.models import CodeTemplate, Project, RetentionPeriod, Series
from kedang.business.holdings.services.volumes.checking import FIXED
from kedang.foundation.access.models import Department, Person
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.web.records import RecordForm, RecordFormBase

NAMED: dict[str, Any] = {"customer_named": Customer, "project_named": Project}


class VolumeForm(RecordForm):
    """The form; what the items went in by is fixed once there are some."""

    def make_form(self, data: Any = None, initial: dict[str, Any] | None = None) -> RecordFormBase:
        """Short choices, and the fixed ones closed."""
        form = super().make_form(data, {**self.named(), **(initial or {})})
        fonds_id = self.actor.fonds_id
        narrowed = {
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
        for name, rows in narrowed.items():
            field: Any = form.fields.get(name)
            if field is not None:
                present = getattr(self.obj, f"{name}_id", None)
                field.queryset = rows
                if present is not None:  # what is chosen stays a choice, also when it is out of use by now
                    field.queryset = rows.model._default_manager.filter(Q(pk__in=rows.values("pk")) | Q(pk=present))
        for name in ("template", "title"):
            if name in form.fields and self.obj is None:
                form.fields[name].required = False
        if self.obj is not None and self.obj.item_count:
            for name in (*FIXED, *NAMED):
                if name in form.fields:
                    form.fields[name].disabled = True
        return form

    def defaults(self) -> dict[str, Any]:
        """Whoever makes it arranges it, in this year, for their department."""
        mine = {"responsible": self.actor.pk, "department": self.actor.department_id, "year": clock.today().year}
        return {**super().defaults(), **mine, **{key: value for key, value in self.request.GET.items() if value}}

    def named(self) -> dict[str, str]:
        """Customer and project of the volume in words."""
        if self.obj is None:
            return {"customer_named": self.request.GET.get("customer", "")}
        customer, project = self.obj.customer, self.obj.project
        return {"customer_named": customer.name if customer else "", "project_named": project.name if project else ""}

    def save(self, form: RecordFormBase) -> Any:
        """Turn the written names into records, then as usual."""
        values = dict(form.cleaned_data)
        found = {name: self.found(name, str(values.get(name) or "").strip()) for name in NAMED if name in values}
        for name in found:
            values.pop(name)
        if self.obj is None:
            return self.pages.save_new(
                self.actor, {**values, **{name.partition("_")[0]: row for name, row in found.items()}}
            )
        changed = {name: values[name] for name in form.changed_data if name in values}
        changed |= {name.partition("_")[0]: row for name, row in found.items() if name in form.changed_data}
        changed = self.settled(changed)
        return self.pages.save_change(self.actor, self.obj, changed, self.asked_version()) if changed else self.obj

    def found(self, name: str, text: str) -> Any:
        """The customer or project of that number or name.

        Raises:
            Refused: ``named_unknown``, ``named_twice``.
        """
        if not text:
            return None
        model = NAMED[name]
        rows = model.objects.visible_to(self.actor)
        hits = list(rows.filter(number=text)[:2]) or list(rows.filter(name=text)[:2])
        if not hits:
            told = _("没有找到%(what)s“%(text)s”，请填写编号或全称。")
            raise Refused("named_unknown", told % {"what": model._meta.verbose_name, "text": text}, name)
        if len(hits) > 1:
            told = _("有多个%(what)s叫“%(text)s”，请改填编号。")
            raise Refused("named_twice", told % {"what": model._meta.verbose_name, "text": text}, name)
        return hits[0]


def named_fields(obj: Any) -> dict[str, forms.Field]:
    """Inputs for customer, project and, for a new volume, the 目录号 of old templates."""
    made: dict[str, forms.Field] = {
        "customer_named": forms.CharField(
            label=_("客户"), required=False, max_length=200, help_text=_("编号或全称；不填表示不限客户")
        ),
        "project_named": forms.CharField(
            label=_("项目"), required=False, max_length=200, help_text=_("项目编号或名称")
        ),
    }
    if obj is None and CodeTemplate.objects.filter(is_active=True, volume_template__contains="{catalogue").exists():
        made["catalogue"] = forms.CharField(
            label=_("目录号"), required=False, max_length=20, help_text=_("档号模板用到目录号时填写")
        )
    return made
