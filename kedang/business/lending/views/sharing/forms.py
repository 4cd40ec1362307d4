"""The form of a new sharing: whose dossiers, what of them, with whom, until when."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kedang.business.customers.models import Customer
from kedang.business.holdings.models import DocumentType
from kedang.business.lending.services.sharing import MOST_RECORDS, Recipients, Wanted
from kedang.foundation.access.models import Department, Person, Role
from kedang.foundation.access.scopes import scope_values
from kedang.foundation.access.secrecy import ALWAYS_SHOWN, FIELD_CLASSES, FieldRight, SecrecyLevel
from kedang.foundation.access.shared.models import ShareReach
from kedang.foundation.access.shared.parts import shared_parts
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.web.records import style

MOST_PEOPLE = 1000
CLASSES = tuple(name for name in FIELD_CLASSES if name not in ALWAYS_SHOWN)
SECTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("用途"), ("title", "purpose")),
    (_("共享哪些客户"), ("reach", "reach_value", "customers", "secrecy_level")),
    (_("共享什么"), ("parts", "kinds", *(f"class_{name}" for name in CLASSES))),
    (_("给谁，到何时"), ("departments", "roles", "people", "since", "until")),
)
BOXES = ("parts", "kinds", "departments", "roles", "people")


class PersonBoxes(forms.ModelMultipleChoiceField):
    """Colleagues with their department, so that two of one name are told apart."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.department.name}）" if obj.department else obj.name


class ShareForm(forms.Form):
    """See the module."""

    title = forms.CharField(label=_("名称"), max_length=60, help_text=_("例如“财务核对货款”。"))
    purpose = forms.CharField(
        label=_("用途"), max_length=300, widget=forms.Textarea(attrs={"rows": "2"}), help_text=_("谁要用来办什么事，为什么不必逐次申请。")
    )  # fmt: skip
    reach = forms.ChoiceField(label=_("范围"), choices=ShareReach.choices)
    reach_value = forms.ChoiceField(
        label=_("部门、地区或类别"), required=False, help_text=_("按部门、地区、类别共享时选择。")
    )
    customers = forms.CharField(
        label=_("选定的客户"), required=False, max_length=6000, widget=forms.Textarea(attrs={"rows": "3"}),
        help_text=_("选定客户时填写，每行一个客户编号，最多 200 个。"),
    )  # fmt: skip
    secrecy_level = forms.TypedChoiceField(
        label=_("密级上限"), coerce=int, help_text=_("更高密级的客户和文件不共享；读者自己的知悉等级低的，仍按读者的。")
    )
    parts = forms.MultipleChoiceField(
        label=_("内容"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("基本信息总在其中：名称、编号、登记、地址、分类等公开和内部信息。"),
    )  # fmt: skip
    kinds: Any = forms.ModelMultipleChoiceField(
        None, label=_("只共享这几种文件"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("共享文件目录时选择；一种都不选为全部。"),
    )  # fmt: skip
    departments: Any = forms.ModelMultipleChoiceField(
        None, label=_("部门（含下级）"), required=False, widget=forms.CheckboxSelectMultiple
    )
    roles: Any = forms.ModelMultipleChoiceField(
        None, label=_("角色"), required=False, widget=forms.CheckboxSelectMultiple
    )
    people: Any = PersonBoxes(None, label=_("人员"), required=False, widget=forms.CheckboxSelectMultiple)
    since = forms.DateField(label=_("开始"), help_text=_("今天开始的立即生效。"))
    until = forms.DateField(label=_("到"), help_text=_("到这一天结束时自己停止，最长三年；每年须复核一次。"))

    def __init__(self, actor: Any, data: Any = None, *, of: str = "") -> None:
        today = clock.today()
        initial: dict[str, Any] = {
            "since": today,
            "until": today + timedelta(days=364),
            "reach": ShareReach.BELOW,
            "secrecy_level": 1,
        }
        if of:
            initial |= {"reach": ShareReach.OPENED, "customers": of}
        super().__init__(data, label_suffix="", initial=initial)
        fields: Any = self.fields
        for name in CLASSES:
            fields[f"class_{name}"] = forms.ChoiceField(
                label=FIELD_CLASSES[name], choices=[(one.value, one.label) for one in reversed(FieldRight)], initial=FieldRight.HIDE,
                required=False,
            )  # fmt: skip
        groups = [
            (label, list(scope_values(value, actor.fonds_id)))
            for value, label in ShareReach.choices
            if value not in (ShareReach.OPENED, ShareReach.ALL)
        ]
        fields["reach_value"].choices = [("", _now("请选择")), *[(label, rows) for label, rows in groups if rows]]
        fields["secrecy_level"].choices = [choice for choice in SecrecyLevel.choices if choice[0] <= actor.clearance]
        fields["parts"].choices = [(one.code, one.title) for one in shared_parts() if not one.is_always]
        fields["kinds"].queryset = DocumentType.objects.filter(fonds_id=actor.fonds_id, is_active=True)
        fields["departments"].queryset = Department.objects.filter(fonds_id=actor.fonds_id, is_active=True).order_by(
            "path"
        )
        fields["roles"].queryset = (
            Role.objects.filter(fonds__isnull=True) | Role.objects.filter(fonds_id=actor.fonds_id)
        ).order_by("position")
        people = (
            Person.objects.filter(fonds_id=actor.fonds_id, is_active=True)
            .select_related("department")
            .order_by("department__path", "id")
        )
        fields["people"].queryset = people
        for field in fields.values():
            style(field)

    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Inputs by section."""
        return [(title, [self[name] for name in names]) for title, names in SECTIONS]

    def given(self, actor: Any) -> dict[str, Any]:
        """What the service takes.

        Raises:
            Refused: ``numbers_unknown``.
        """
        data = self.cleaned_data
        start = clock.now() if data["since"] <= clock.today() else clock.end_of_day(data["since"] - timedelta(days=1))
        wanted = Wanted(
            reach=data["reach"], reach_value=data["reach_value"], parts=data["parts"], kinds=list(data["kinds"]),
            customers=self._customers(actor) if data["reach"] == ShareReach.OPENED else (), secrecy_level=data["secrecy_level"],
            field_rights={name: data[f"class_{name}"] for name in CLASSES},
        )  # fmt: skip
        to = Recipients(departments=list(data["departments"]), roles=list(data["roles"]), people=list(data["people"]))
        return {
            "title": data["title"], "purpose": data["purpose"], "wanted": wanted, "recipients": to, "since": start,
            "until": clock.end_of_day(data["until"]),
        }  # fmt: skip

    def _customers(self, actor: Any) -> list[Customer]:
        numbers = list(dict.fromkeys(self.cleaned_data["customers"].replace("，", "\n").replace(",", "\n").split()))[
            : MOST_RECORDS + 1
        ]
        found = {row.number: row for row in Customer.objects.visible_to(actor).filter(number__in=numbers)}
        missing = [number for number in numbers if number not in found]
        if missing:
            told = _now("没有找到编号为“%(numbers)s”的客户，请核对。") % {"numbers": "、".join(missing[:5])}
            raise Refused("numbers_unknown", told, "customers")
        return list(found.values())
