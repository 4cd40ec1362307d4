"""Flows as data: what an administrator draws, version by version."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.models import Fonds, Person, Role
from kedang.foundation.access.querysets import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy
from kedang.foundation.approvals.choices import (
    AfterReturn,
    ApproverKind,
    EmptyRule,
    FlowState,
    Mode,
    OwnRule,
    RepeatRule,
)


class Flow(models.Model):
    """审批流程: one version of how one kind of request is approved (US-03).

    Several flows may be in force for a kind; ``conditions`` say for which requests, and the first by ``position`` that fits is taken. A
    version that is or was in force is never changed: a change is the next version, and cases under way keep theirs.
    """

    secrecy = FieldSecrecy(default="open")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    kind = models.CharField(_("申请种类"), max_length=40)
    name = models.CharField(_("流程名称"), max_length=60)
    line = models.PositiveIntegerField(_("流程编号"), help_text=_("同一流程各版本共用的编号"))
    version = models.PositiveIntegerField(_("版本"), default=1)
    state = models.CharField(_("状态"), max_length=10, choices=FlowState.choices, default=FlowState.DRAFT)
    position = models.PositiveIntegerField(_("优先顺序"), default=100)
    conditions: Any = models.JSONField(_("适用条件"), default=list, blank=True)
    after_return = models.CharField(_("补充后"), max_length=10, choices=AfterReturn.choices, default=AfterReturn.START)
    urgent_role = models.ForeignKey(
        Role, models.PROTECT, null=True, blank=True, verbose_name=_("紧急批准人"),
        help_text=_("紧急时可由此角色先行批准，其余各步事后补批；不填则不设紧急通道"),
    )  # fmt: skip
    copies: Any = models.JSONField(_("抄送"), default=list, blank=True)
    made_by = models.CharField(_("制定人"), max_length=80, blank=True, default="")
    made_at = models.DateTimeField(_("制定时间"))
    in_force_at = models.DateTimeField(_("启用时间"), null=True, blank=True)
    retired_at = models.DateTimeField(_("停用时间"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")
    row_version = models.PositiveIntegerField(_("修改次数"), default=1, editable=False)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("审批流程")
        verbose_name_plural = _("审批流程")
        default_permissions = ()
        ordering = ("kind", "position", "line", "-version")
        constraints = [
            models.UniqueConstraint(fields=["fonds", "line", "version"], name="flow_version_once"),
            models.UniqueConstraint(
                fields=["fonds", "line"], name="flow_one_in_force", condition=models.Q(state=FlowState.IN_FORCE)
            ),
            models.UniqueConstraint(
                fields=["fonds", "line"], name="flow_one_draft", condition=models.Q(state=FlowState.DRAFT)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {_('第 %(n)s 版') % {'n': self.version}}"

    @property
    def audit_label(self) -> str:
        return str(self)


class FlowStep(models.Model):
    """审批步骤: who decides, how many of them, by when, and what happens where nobody is there."""

    secrecy = FieldSecrecy(default="open")

    flow = models.ForeignKey(Flow, models.CASCADE, verbose_name=_("审批流程"), related_name="steps")
    position = models.PositiveIntegerField(_("步骤"))
    name = models.CharField(_("步骤名称"), max_length=40)
    mode = models.CharField(_("签批方式"), max_length=6, choices=Mode.choices, default=Mode.ANY)
    approver = models.CharField(_("审批人"), max_length=10, choices=ApproverKind.choices)
    level = models.PositiveSmallIntegerField(_("上级层级"), default=1)
    role = models.ForeignKey(Role, models.PROTECT, null=True, blank=True, verbose_name=_("角色"), related_name="+")
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name=_("指定人员"), related_name="+"
    )
    conditions: Any = models.JSONField(_("进入条件"), default=list, blank=True)
    on_empty = models.CharField(_("无人审批时"), max_length=10, choices=EmptyRule.choices, default=EmptyRule.FALLBACK)
    on_repeat = models.CharField(_("前已同意时"), max_length=10, choices=RepeatRule.choices, default=RepeatRule.COUNT)
    on_own = models.CharField(_("本人申请时"), max_length=10, choices=OwnRule.choices, default=OwnRule.SUPERIOR)
    hours = models.PositiveIntegerField(_("时限（小时）"), default=48, help_text=_("0 表示不限"))
    may_delegate = models.BooleanField(_("可转交"), default=True)
    may_add = models.BooleanField(_("可加签"), default=True)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("审批步骤")
        verbose_name_plural = _("审批步骤")
        default_permissions = ()
        ordering = ("position", "id")
        constraints = [
            models.UniqueConstraint(fields=["flow", "position"], name="flow_step_position_once"),
            models.CheckConstraint(
                condition=~models.Q(approver=ApproverKind.ROLE) | models.Q(role__isnull=False),
                name="flow_step_has_role",
            ),
            models.CheckConstraint(
                condition=~models.Q(approver=ApproverKind.PERSON) | models.Q(person__isnull=False),
                name="flow_step_has_person",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_parent(self) -> Flow:
        """Steps show on the page of the flow."""
        return self.flow
