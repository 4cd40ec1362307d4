"""Secrecy classes of fields, declared beside the fields, and secrecy levels of records."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

FIELD_CLASSES: dict[str, Any] = {
    "open": _("公开信息"),
    "internal": _("内部信息"),
    "contact": _("联系方式"),
    "identity": _("证件号码"),
    "account": _("银行账号"),
    "personal": _("个人情况"),
    "assessment": _("评价与信用"),
}
ALWAYS_SHOWN = frozenset({"open", "internal"})


class FieldRight(models.TextChoices):
    """What a role sees of a class of fields."""

    SHOW = "show", _("显示")
    MASK = "mask", _("部分隐藏")
    HIDE = "hide", _("不显示")


RIGHT_ORDER = {FieldRight.HIDE: 0, FieldRight.MASK: 1, FieldRight.SHOW: 2}


class SecrecyLevel(models.IntegerChoices):
    """密级 of a record, and 知悉等级 of a person: who has the same or a higher level may know it."""

    PUBLIC = 0, _("公开")
    INTERNAL = 1, _("内部")
    SECRET = 2, _("秘密")
    CONFIDENTIAL = 3, _("机密")
    TOP_SECRET = 4, _("绝密")


class FieldSecrecy:
    """Secrecy class of every field of one model.

    ``FieldSecrecy(open="name number", contact="phone fax", default="internal")``: fields are listed under their class;
    ``default`` names the class of the rest. Without a default every field must be listed (a system check fails else).
    """

    def __init__(self, default: str | None = None, **classes: str) -> None:
        for name in (*classes, *([default] if default else [])):
            if name not in FIELD_CLASSES:
                raise ValueError(f"unknown secrecy class {name!r}")
        self.default = default
        self.by_field = {field: name for name, fields in classes.items() for field in fields.split()}

    def of(self, field: str) -> str:
        """Class of a field; an unlisted one raises (fail closed)."""
        found = self.by_field.get(field) or self.by_field.get(field.removesuffix("_id")) or self.default
        if found is None:
            raise LookupError(f"field {field!r} has no secrecy class")
        return found

    def lists(self, field: str) -> bool:
        """Whether a field is covered."""
        return field in self.by_field or self.default is not None

    def sensitive_fields(self) -> list[str]:
        """Fields whose class is not always shown."""
        return [field for field, name in self.by_field.items() if name not in ALWAYS_SHOWN]
