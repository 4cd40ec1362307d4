"""Inputs of the import bench."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kedang.business.intake.models import ImportTemplate


class UploadForm(forms.Form):
    """The file, and a template for its columns where there is one."""

    file = forms.FileField(
        label=_("文件"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xls,.gz,.xlsb,.ods", "class": "form-control"}),
        error_messages={"required": _("请选择要导入的文件。")},
        max_length=255,
    )
    template = forms.ChoiceField(
        label=_("列对应模板"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )

    def __init__(self, *args: Any, fonds_id: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        own = ImportTemplate.objects.filter(fonds_id=fonds_id) if fonds_id else ImportTemplate.objects.none()
        names = own.order_by("name").values_list("name", flat=True)
        field: Any = self.fields["template"]
        field.choices = [("", _("自动识别")), *((name, name) for name in names)]
