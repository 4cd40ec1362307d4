"""交接单: everything that somebody who leaves or moves has in hand, to whom each thing goes, and who signed for it."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.business.governance.choices import OPEN_STATES, HandoverState, LeavingKind, LineState, PartState
from kedang.foundation.access.models import Department, Fonds, Person
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy


class Handover(models.Model):
    """交接单 (UP-04). From the moment it is opened its person only reads; three signatures close it."""

    secrecy = FieldSecrecy(default="internal", open="number")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    number = models.CharField(_("交接单号"), max_length=40, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, verbose_name=_("移交人"), related_name="handovers")
    kind = models.CharField(_("事由"), max_length=8, choices=LeavingKind.choices, default=LeavingKind.LEAVE)
    last_day = models.DateField(_("最后工作日"))
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, verbose_name=_("原部门"), related_name="+", editable=False
    )
    to_department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, verbose_name=_("调入部门"), related_name="+"
    )
    supervisor = models.ForeignKey(Person, models.PROTECT, verbose_name=_("监交人"), related_name="+")
    reason = models.CharField(_("说明"), max_length=300, blank=True, default="")
    state = models.CharField(
        _("状态"), max_length=10, choices=HandoverState.choices, default=HandoverState.OPEN, editable=False
    )
    opened_by = models.CharField(_("开单人"), max_length=80, editable=False)
    opened_at = models.DateTimeField(_("开单时间"), editable=False)
    signed_at = models.DateTimeField(_("移交人签字"), null=True, blank=True, editable=False)
    signed_by = models.CharField(_("签字"), max_length=80, blank=True, default="", editable=False)
    digest = models.CharField(_("清册摘要（SHA-256）"), max_length=64, blank=True, default="", editable=False)
    supervised_at = models.DateTimeField(_("监交人签字"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("交接单")
        verbose_name_plural = _("交接单")
        default_permissions = ()
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=["fonds", "number"], name="handover_number_once"),
            models.UniqueConstraint(
                fields=["person"], name="handover_one_open", condition=models.Q(state__in=[str(one) for one in OPEN_STATES])
            ),
            models.CheckConstraint(condition=~models.Q(person=models.F("supervisor")), name="handover_supervised_by_another"),
            models.CheckConstraint(
                condition=~models.Q(state=HandoverState.CLOSED)
                | models.Q(signed_at__isnull=False, supervised_at__isnull=False, closed_at__isnull=False),
                name="handover_closed_with_signatures",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number} {self.person.name}"

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in OPEN_STATES


class HandoverPart(models.Model):
    """接收: what one successor takes over, and their signature."""

    secrecy = FieldSecrecy(default="internal")

    handover = models.ForeignKey(Handover, models.PROTECT, verbose_name=_("交接单"), related_name="parts")
    successor = models.ForeignKey(Person, models.PROTECT, verbose_name=_("接收人"), related_name="+")
    state = models.CharField(_("状态"), max_length=10, choices=PartState.choices, default=PartState.WAITING)
    signed_at = models.DateTimeField(_("接收人签字"), null=True, blank=True)
    signed_by = models.CharField(_("签字"), max_length=80, blank=True, default="")
    remark = models.CharField(_("说明"), max_length=200, blank=True, default="")

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("接收")
        verbose_name_plural = _("接收")
        default_permissions = ()
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["handover", "successor"], name="handover_part_once")]
        indexes = [models.Index(fields=["successor", "state"], name="handover_part_by_successor")]

    def __str__(self) -> str:
        return f"{self.handover.number} → {self.successor.name}"

    @property
    def audit_parent(self) -> Handover:
        """Shown on the page of the hand-over."""
        return self.handover


class HandoverLine(models.Model):
    """交接明细: one thing, as it was when the folder was opened or gathered anew."""

    secrecy = FieldSecrecy(default="internal")

    handover = models.ForeignKey(Handover, models.PROTECT, verbose_name=_("交接单"), related_name="lines")
    kind = models.CharField(_("种类"), max_length=40)
    subject_id = models.BigIntegerField(_("对象"))
    label = models.CharField(_("名称"), max_length=240)
    code = models.CharField(_("编号"), max_length=80, blank=True, default="")
    group = models.CharField(_("分组"), max_length=80, blank=True, default="")
    level = models.PositiveSmallIntegerField(_("密级"), default=0)
    told = models.CharField(_("告知客户"), max_length=200, blank=True, default="")
    ends = models.BooleanField(_("办结时终止"), default=False)
    state = models.CharField(_("状态"), max_length=8, choices=LineState.choices, default=LineState.WAITING)
    part = models.ForeignKey(
        HandoverPart, models.PROTECT, null=True, blank=True, verbose_name=_("接收人"), related_name="lines"
    )
    passed_at = models.DateTimeField(_("交接时间"), null=True, blank=True)
    problem = models.CharField(_("未能交接的原因"), max_length=300, blank=True, default="")

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("交接明细")
        verbose_name_plural = _("交接明细")
        default_permissions = ()
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["handover", "kind", "subject_id"], name="handover_line_once")]
        indexes = [
            models.Index(fields=["handover", "state", "id"], name="handover_line_by_state"),
            models.Index(fields=["kind", "subject_id"], name="handover_line_by_subject"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def audit_parent(self) -> Handover:
        """Shown on the page of the hand-over."""
        return self.handover
