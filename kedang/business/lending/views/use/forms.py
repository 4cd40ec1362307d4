"""The form of a request to use the archive: what it asks depends on what is wanted."""

import copy
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.lending.choices import Place, Purpose
from kedang.business.lending.choices_use import UseSort
from kedang.business.lending.services.requesting import SENSITIVE
from kedang.foundation.access.models import Person
from kedang.foundation.access.secrecy import FIELD_CLASSES
from kedang.foundation.kernel import clock
from kedang.foundation.web.records import style

USUAL_DAYS = 7
MOST_PEOPLE = 1000
OUTSIDE = ("outside_name", "outside_unit", "outside_paper", "outside_phone")
PARTS: dict[str, tuple[str, ...]] = {
    UseSort.READ: ("pages",), UseSort.LOAN: ("place", "copies", "is_scan_enough"), UseSort.COPY: ("copies", "pages"),
    UseSort.PRINT: ("copies", "pages"), UseSort.EXPORT: ("copies",), UseSort.UNMASK: ("field_classes",),
}  # fmt: skip
"""What each kind asks besides."""


class UseForm(forms.Form):
    """Purpose, time, reader; what the kind needs; why it cannot wait."""

    typed = forms.CharField(
        label=gettext_lazy("按编号申请"), required=False, max_length=3000, widget=forms.Textarea(attrs={"rows": "2"}),
        help_text=gettext_lazy("在目录中看不到的，每行填一个档号、客户编号或名称，由档案管理员核对。"),
    )  # fmt: skip
    purpose = forms.ChoiceField(label=gettext_lazy("利用目的"), choices=Purpose.choices)
    reason = forms.CharField(
        label=gettext_lazy("申请理由"), max_length=500, widget=forms.Textarea(attrs={"rows": "2"}),
        help_text=gettext_lazy("写明办什么事、为什么要用，例如“核对 2025 年供货合同付款条件”。"),
    )  # fmt: skip
    wanted_from = forms.DateField(label=gettext_lazy("利用时间自"))
    wanted_until = forms.DateField(
        label=gettext_lazy("至"), help_text=gettext_lazy("到这一天结束时自动收回，最长 90 天。")
    )
    place = forms.ChoiceField(label=gettext_lazy("借阅方式"), choices=Place.choices)
    copies = forms.IntegerField(label=gettext_lazy("份数"), min_value=1, max_value=99, initial=1)
    pages = forms.CharField(
        label=gettext_lazy("页码范围"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("只用其中几页的填写，例如“1-3，5”；不填为全部。"),
    )
    field_classes = forms.MultipleChoiceField(
        label=gettext_lazy("需要查看的敏感内容"), choices=[(name, FIELD_CLASSES[name]) for name in SENSITIVE],
        widget=forms.CheckboxSelectMultiple, required=False,
    )  # fmt: skip
    is_scan_enough = forms.BooleanField(label=gettext_lazy("有电子件的，看电子件即可"), required=False, initial=True)
    reader = forms.ChoiceField(
        label=gettext_lazy("利用人"), help_text=gettext_lazy("替同事申请的，选同事；外单位读者由您接待，选本人。")
    )
    outside_name = forms.CharField(label=gettext_lazy("外单位读者姓名"), required=False, max_length=60)
    outside_unit = forms.CharField(label=gettext_lazy("读者单位"), required=False, max_length=120)
    outside_paper = forms.CharField(label=gettext_lazy("证件及号码"), required=False, max_length=80)
    outside_phone = forms.CharField(label=gettext_lazy("联系电话"), required=False, max_length=40)
    urgent_reason = forms.CharField(
        label=gettext_lazy("紧急事由"), required=False, max_length=300,
        help_text=gettext_lazy("只在来不及按流程审批时填写：先由总经理紧急批准，其余各步事后补批；补批不同意的立即收回。"),
    )  # fmt: skip

    def __init__(self, actor: Any, sort: str, data: Any = None) -> None:
        today = clock.today()
        initial = {
            "wanted_from": today,
            "wanted_until": today + timedelta(days=USUAL_DAYS),
            "reader": actor.pk,
            "copies": 1,
        }
        super().__init__(data, label_suffix="", initial=initial)
        for name in {name for names in PARTS.values() for name in names} - set(PARTS[sort]):
            del self.fields[name]
        people = Person.objects.filter(fonds_id=actor.fonds_id, is_active=True).exclude(pk=actor.pk).order_by("id")
        reader: Any = self.fields["reader"]
        reader.choices = [
            (actor.pk, _("%(name)s（本人）") % {"name": actor.name}),
            *(
                (key, f"{name}　{title}".strip())
                for key, name, title in people.values_list("pk", "name", "title")[:MOST_PEOPLE]
            ),
        ]
        for field in self.fields.values():
            style(field)

    @property
    def what(self) -> list[Any]:
        """Purpose, reason, time and what the kind asks."""
        names = (
            "purpose",
            "reader",
            "reason",
            "wanted_from",
            "wanted_until",
            "place",
            "copies",
            "pages",
            "field_classes",
            "is_scan_enough",
        )
        return [self[name] for name in names if name in self.fields]

    @property
    def outside(self) -> list[Any]:
        """Particulars of a reader from outside."""
        return [self[name] for name in OUTSIDE]

    @property
    def has_outside(self) -> bool:
        """Whether any was given."""
        return any(self.data.get(name) or name in self.errors for name in OUTSIDE) if self.is_bound else False

    def given(self) -> dict[str, Any]:
        """Arguments of the service."""
        given = dict(self.cleaned_data)
        key = int(given.pop("reader"))
        given["reader"] = Person.objects.filter(pk=key).first()
        given["typed"] = [line.strip() for line in given["typed"].splitlines() if line.strip()]
        return given


class ChangeForm(forms.Form):
    """What may still be changed of a request that was sent back."""

    def __init__(self, row: Any, data: Any = None) -> None:
        names = (
            "purpose",
            "wanted_from",
            "wanted_until",
            *(name for name in PARTS[row.sort] if name in ("copies", "pages")),
        )
        super().__init__(data, label_suffix="", initial={name: getattr(row, name) for name in names})
        for name in names:
            self.fields[name] = style(copy.deepcopy(UseForm.base_fields[name]))
