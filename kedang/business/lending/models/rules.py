"""借阅规则 of a company."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.business.lending.choices import TakeAway
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy, SecrecyLevel


def days(label: Any, default: int, least: int = 1, most: int = 365) -> models.PositiveSmallIntegerField:
    """A number of days."""
    limits = [MinValueValidator(least), MaxValueValidator(most)]
    return models.PositiveSmallIntegerField(label, default=default, validators=limits)


class LendingRules(models.Model):
    """借阅规则 (US-06, US-07): terms, renewals, the ladder of reminders, what may leave the reading room and with whom.

    Where a company has none, those of this model's defaults hold.
    """

    secrecy = FieldSecrecy(default="open")

    fonds = models.OneToOneField(
        Fonds, models.PROTECT, verbose_name=_("全宗"), related_name="lending_rules", editable=False
    )
    needs_request = models.BooleanField(_("须有批准的申请才能借阅"), default=True)
    take_away = models.CharField(_("外借"), max_length=8, choices=TakeAway.choices, default=TakeAway.REQUEST)
    take_away_level = models.PositiveSmallIntegerField(
        _("可外借的最高密级"), choices=SecrecyLevel.choices, default=SecrecyLevel.INTERNAL
    )
    keeps_permanent = models.BooleanField(_("永久保管的只在阅览室查阅"), default=True)
    take_away_roles: Any = models.JSONField(_("可外借的角色"), default=list, blank=True)
    loan_days = days(_("借期（天）"), 14)
    most_days = days(_("最长借期（天）"), 30)
    renew_times = models.PositiveSmallIntegerField(_("可续借次数"), default=1, validators=[MaxValueValidator(12)])
    renew_days = days(_("每次续借（天）"), 14)
    most_loans = models.PositiveSmallIntegerField(
        _("每人同时在借的上限"), default=10, validators=[MinValueValidator(1), MaxValueValidator(500)]
    )
    blocks_overdue = models.BooleanField(_("有逾期未还的不再借给"), default=True)
    hold_days = days(_("提取后保留（天）"), 3, most=60)
    remind_days = days(_("到期前提醒（天）"), 3, least=0, most=60)
    overdue_days = days(_("逾期提醒借阅人（逾期第几天）"), 1)
    overdue_head_days = days(_("逾期上报部门负责人（逾期第几天）"), 3)
    overdue_superior_days = days(_("逾期上报上一级（逾期第几天）"), 7)
    seats = models.PositiveSmallIntegerField(_("阅览室座位数"), default=6, validators=[MaxValueValidator(500)])
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("借阅规则")
        verbose_name_plural = _("借阅规则")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(most_days__gte=models.F("loan_days")), name="lending_term_within_longest"
            ),
            models.CheckConstraint(
                condition=models.Q(overdue_head_days__gte=models.F("overdue_days"))
                & models.Q(overdue_superior_days__gte=models.F("overdue_head_days")),
                name="lending_ladder_upwards",
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
