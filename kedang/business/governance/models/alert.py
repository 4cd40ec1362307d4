"""异常行为: what the rules found in the trail, and what looking into it came to."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.business.governance.choices import AlertRule, AlertState, Finding
from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy


class Alert(models.Model):
    """异常行为警示: what one person did on one day that a rule finds unusual. ``evidence`` holds keys of entries of the trail.

    One alert for one rule, person and day; what is found later on that day joins it until it is closed, then a next ``part`` begins.
    """

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    rule = models.CharField(_("情形"), max_length=10, choices=AlertRule.choices)
    person = models.ForeignKey(Person, models.PROTECT, verbose_name=_("人员"), related_name="+")
    day = models.DateField(_("日期"))
    part = models.PositiveSmallIntegerField(_("次"), default=1)
    told = models.CharField(_("说明"), max_length=300)
    count = models.PositiveIntegerField(_("次数"), default=0)
    first_at = models.DateTimeField(_("开始时间"))
    last_at = models.DateTimeField(_("结束时间"))
    evidence: Any = models.JSONField(_("证据"), default=list, blank=True)
    for_manager = models.BooleanField(_("送总经理"), default=False)
    state = models.CharField(_("状态"), max_length=8, choices=AlertState.choices, default=AlertState.OPEN)
    raised_at = models.DateTimeField(_("警示时间"))
    looked_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name=_("核查人"), related_name="+"
    )
    finding = models.CharField(_("核查结果"), max_length=10, choices=Finding.choices, blank=True, default="")
    conclusion = models.CharField(_("核查说明"), max_length=500, blank=True, default="")
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("异常行为警示")
        verbose_name_plural = _("异常行为警示")
        default_permissions = ()
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=["rule", "person", "day", "part"], name="alert_once"),
            models.UniqueConstraint(
                fields=["rule", "person", "day"], name="alert_one_open", condition=models.Q(closed_at__isnull=True)
            ),
            models.CheckConstraint(condition=~models.Q(person=models.F("looked_by")), name="alert_not_by_oneself"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["fonds", "state", "-id"], name="alert_by_state")]

    def __str__(self) -> str:
        return f"{self.person.name} {self.get_rule_display()} {self.day}"


class AlertMark(models.Model):
    """How far into the trail the rules have looked."""

    is_technical = True  # a bookmark of the clockwork; alerts have events of their own

    name = models.CharField(_("名称"), max_length=20, unique=True)
    last_event_id = models.BigIntegerField(_("已看到记录号"), default=0)
    at = models.DateTimeField(_("时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("异常行为进度")
        verbose_name_plural = _("异常行为进度")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name} {self.last_event_id}"
