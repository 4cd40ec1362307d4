"""The company's settings of this room."""

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy


class ServiceRules(models.Model):
    """重大事项报告设置: one row a company; without a row the shipped settings hold."""

    secrecy = FieldSecrecy(default="internal")

    fonds = models.OneToOneField(Fonds, models.PROTECT, related_name="+", verbose_name=_("全宗"))
    accept_days = models.PositiveSmallIntegerField(
        _("几个工作日内受理"), default=3, validators=[MinValueValidator(1), MaxValueValidator(30)],
        help_text=_("周一至周五计为工作日。逾期未受理的早上提醒档案管理员，之后每周提醒一次。"),
    )  # fmt: skip

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("重大事项报告设置")
        verbose_name_plural = _("重大事项报告设置")
        default_permissions = ()

    def __str__(self) -> str:
        return str(_("重大事项报告设置"))
