"""The company's settings of this room."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy


class GovernanceRules(models.Model):
    """管控设置: one row a company; without a row the shipped settings hold.

    ``thresholds`` maps a rule of alerts to its figures (see ``alerts.rules.SHIPPED``).
    """

    secrecy = FieldSecrecy(default="internal")

    fonds = models.OneToOneField(Fonds, models.PROTECT, related_name="+", verbose_name=_("全宗"))
    carry_out_by_hand = models.BooleanField(_("获批的权限由安全保密员手工执行"), default=False)
    remind_days = models.PositiveSmallIntegerField(_("保密协议到期前多少天提醒"), default=30)
    thresholds: Any = models.JSONField(_("异常行为阈值"), default=dict, blank=True)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("管控设置")
        verbose_name_plural = _("管控设置")
        default_permissions = ()

    def __str__(self) -> str:
        return str(_("管控设置"))
