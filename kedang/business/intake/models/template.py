"""A mapping kept for the next file of the same make."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.business.intake.models.batch import OnDuplicate
from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy


class ImportTemplate(models.Model):
    """导入模板: which heading feeds which field, which rules are off, what to do with duplicates."""

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    target = models.CharField(_("导入对象"), max_length=40, default="customers")
    name = models.CharField(_("模板名称"), max_length=60)
    content: Any = models.JSONField(_("列对应"), default=dict, blank=True)
    rules_off: Any = models.JSONField(_("停用的整理规则"), default=list, blank=True)
    options: Any = models.JSONField(_("读取选项"), default=dict, blank=True)
    on_duplicate = models.CharField(
        _("遇到重复时"), max_length=6, choices=OnDuplicate.choices, default=OnDuplicate.SKIP
    )
    created_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name=_("建立人"), related_name="+"
    )
    created_at = models.DateTimeField(_("建立时间"), editable=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("导入模板")
        verbose_name_plural = _("导入模板")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["fonds", "target", "name"], name="import_template_once")]

    def __str__(self) -> str:
        return self.name
