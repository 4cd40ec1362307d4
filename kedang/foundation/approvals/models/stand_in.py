"""Who decides for whom while somebody is away."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.models import Person
from kedang.foundation.access.querysets import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy


class StandIn(models.Model):
    """审批代理: from one day to another a person's tasks may be decided by somebody else, in their name."""

    secrecy = FieldSecrecy(default="open")

    person = models.ForeignKey(Person, models.PROTECT, verbose_name=_("被代理人"), related_name="stood_in_for")
    stand_in = models.ForeignKey(Person, models.PROTECT, verbose_name=_("代理人"), related_name="stands_in_for")
    since = models.DateTimeField(_("开始时间"))
    until = models.DateTimeField(_("结束时间"))
    reason = models.CharField(_("事由"), max_length=200, blank=True, default="")
    made_at = models.DateTimeField(_("登记时间"))
    ended_at = models.DateTimeField(_("提前结束"), null=True, blank=True)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("审批代理")
        verbose_name_plural = _("审批代理")
        default_permissions = ()
        ordering = ("-since", "-id")
        constraints = [
            models.CheckConstraint(condition=~models.Q(person=models.F("stand_in")), name="stand_in_somebody_else"),
            models.CheckConstraint(condition=models.Q(until__gt=models.F("since")), name="stand_in_has_time"),
        ]

    def __str__(self) -> str:
        return f"{self.person} → {self.stand_in}"

    @property
    def audit_parent(self) -> Person:
        """Stand-ins show on the page of the person."""
        return self.person
