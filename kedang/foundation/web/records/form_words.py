"""What inputs say when something is wrong with them: which one, what is wrong, what to do; instead of the framework's general words."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

PICKED = (forms.ChoiceField, forms.ModelChoiceField)
WITH_VALUES = ("invalid_choice", "max_length", "min_value", "max_value")
"""Sentences that the framework fills with what was typed: a sign of per cent in the label must not be taken for a place."""
NUMBERS = (forms.DecimalField, forms.FloatField)


def speak_plainly(field: forms.Field) -> None:
    """Give an input with a label its own sentences, where it has only the general ones yet."""
    if not field.label:
        return
    shipped: dict[str, Any] = {}
    for known in reversed(type(field).__mro__):
        shipped |= getattr(known, "default_error_messages", {})
    label = str(field.label).rstrip("：: ")
    for code, sentence in _sentences(field, label).items():
        if code not in shipped or field.error_messages.get(code) is shipped[code]:
            field.error_messages[code] = sentence.replace("%", "%%") if code in WITH_VALUES else sentence


def _sentences(field: forms.Field, label: str) -> dict[str, str]:
    name = {"label": label}
    if isinstance(field, PICKED):
        odd = _("“%(label)s”没有这个选项，请重新选择。") % name
        return {"required": _("请选择“%(label)s”。") % name, "invalid_choice": odd, "invalid_list": odd}
    if isinstance(field, forms.FileField):
        chosen = _("请选择“%(label)s”的文件。") % name
        return {
            "required": chosen,
            "missing": chosen,
            "invalid": chosen,
            "empty": _("“%(label)s”选中的文件是空的，请换一个。") % name,
        }
    if isinstance(field, forms.BooleanField):
        return {"required": _("请勾选“%(label)s”。") % name}
    made = {"required": _("请填写“%(label)s”。") % name}
    if isinstance(field, forms.DateTimeField):
        made["invalid"] = _("“%(label)s”不是有效的时间，请写成 2026-11-22 18:00 这样。") % name
    elif isinstance(field, forms.DateField):
        made["invalid"] = _("“%(label)s”不是有效的日期，请写成 2026-11-22 这样。") % name
    elif isinstance(field, NUMBERS):
        made["invalid"] = _("“%(label)s”须是数字。") % name
    elif isinstance(field, forms.IntegerField):
        made["invalid"] = _("“%(label)s”须是整数。") % name
    elif isinstance(field, forms.EmailField):
        made["invalid"] = _("“%(label)s”不是有效的邮箱，请写成 name@example.com 这样。") % name
    return {**made, **_limits(field, name)}


def _limits(field: Any, name: dict[str, str]) -> dict[str, str]:
    """What is too long, too small or too large."""
    made = {}
    if (most := getattr(field, "max_length", None)) is not None:
        made["max_length"] = _("“%(label)s”最多 %(most)s 个字，请写短一些。") % {**name, "most": most}
    if (low := getattr(field, "min_value", None)) is not None and not callable(low):
        made["min_value"] = _("“%(label)s”不能小于 %(low)s。") % {**name, "low": low}
    if (high := getattr(field, "max_value", None)) is not None and not callable(high):
        made["max_value"] = _("“%(label)s”不能大于 %(high)s。") % {**name, "high": high}
    return made
