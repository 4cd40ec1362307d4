"""档案统计报表 as they were made: monthly and yearly figures, kept (CS-07)."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy


class StatisticsReport(models.Model):
    """统计报表 of a month (``month`` 1–12) or a year (``month`` 0). Its figures are those of the day it was made."""

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"), db_index=False)
    year = models.PositiveSmallIntegerField(_("年度"))
    month = models.PositiveSmallIntegerField(_("月份"), default=0)
    figures = models.JSONField(_("数字"), default=dict, editable=False)
    made_by = models.CharField(_("编制人"), max_length=80, editable=False)
    made_at = models.DateTimeField(_("编制时间"), editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("统计报表")
        verbose_name_plural = _("统计报表")
        default_permissions = ()
        ordering = ("-year", "-month")
        constraints = [models.UniqueConstraint(fields=["fonds", "year", "month"], name="statistics_report_once")]

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d}" if self.month else str(self.year)
