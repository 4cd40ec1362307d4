"""Cases: one request on its way, each person's part in it, and what was decided."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kedang.foundation.access.models import Department, Fonds, Person
from kedang.foundation.access.querysets import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy, SecrecyLevel
from kedang.foundation.approvals.choices import OPEN_STATES, CaseState, DecisionKind, TaskState
from kedang.foundation.approvals.models.flow import Flow, FlowStep


class Case(models.Model):
    """审批单: a request with what it is about, by the flow version that was in force when it was made.

    ``subject_version`` is the subject's version that the approvers judge; ``facts`` are the values that conditions ask, frozen with it.
    """

    secrecy = FieldSecrecy(default="internal", open="number")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    number = models.CharField(_("申请单号"), max_length=40)
    kind = models.CharField(_("申请种类"), max_length=40)
    title = models.CharField(_("事项"), max_length=160)
    flow = models.ForeignKey(Flow, models.PROTECT, verbose_name=_("审批流程"))
    step = models.ForeignKey(
        FlowStep, models.PROTECT, null=True, blank=True, verbose_name=_("当前步骤"), related_name="+"
    )
    returned_from = models.PositiveIntegerField(_("退回自步骤"), null=True, blank=True, editable=False)
    state = models.CharField(_("状态"), max_length=10, choices=CaseState.choices, default=CaseState.RUNNING)
    requester = models.ForeignKey(Person, models.PROTECT, verbose_name=_("申请人"), related_name="cases")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, verbose_name=_("申请部门"))
    secrecy_level = models.PositiveSmallIntegerField(
        _("密级"), choices=SecrecyLevel.choices, default=SecrecyLevel.INTERNAL
    )
    subject_type = models.CharField(_("对象种类"), max_length=60, blank=True, default="")
    subject_id = models.BigIntegerField(_("对象"), null=True, blank=True)
    subject_version = models.PositiveIntegerField(_("对象版本"), null=True, blank=True)
    facts: Any = models.JSONField(_("条件取值"), default=dict, blank=True)
    chosen: Any = models.JSONField(_("选定的审批人"), default=dict, blank=True)
    reason = models.CharField(_("申请理由"), max_length=500, blank=True, default="")
    is_urgent = models.BooleanField(_("紧急"), default=False)
    urgent_reason = models.CharField(_("紧急事由"), max_length=300, blank=True, default="")
    effective_at = models.DateTimeField(_("生效时间"), null=True, blank=True)
    opened_at = models.DateTimeField(_("提交时间"))
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("审批单")
        verbose_name_plural = _("审批单")
        default_permissions = ()
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=["fonds", "number"], name="case_number_once"),
            models.UniqueConstraint(
                fields=["kind", "subject_type", "subject_id"], name="case_one_open_per_subject",
                condition=models.Q(state__in=[str(one) for one in OPEN_STATES], subject_id__isnull=False),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["requester", "state", "id"], name="case_by_requester"),
            models.Index(fields=["fonds", "state", "id"], name="case_by_state"),
            models.Index(fields=["subject_type", "subject_id"], name="case_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def audit_label(self) -> str:
        return f"{self.number} {self.title}"[:200]

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in OPEN_STATES


class CaseLine(models.Model):
    """申请明细: one of several objects of a request, granted or not by itself."""

    secrecy = FieldSecrecy(default="internal")

    case = models.ForeignKey(Case, models.PROTECT, verbose_name=_("审批单"), related_name="lines")
    position = models.PositiveIntegerField(_("序号"))
    subject_type = models.CharField(_("对象种类"), max_length=60)
    subject_id = models.BigIntegerField(_("对象"))
    subject_version = models.PositiveIntegerField(_("对象版本"), null=True, blank=True)
    label = models.CharField(_("名称"), max_length=200)
    is_granted = models.BooleanField(_("准予"), null=True, blank=True)
    remark = models.CharField(_("说明"), max_length=200, blank=True, default="")

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("申请明细")
        verbose_name_plural = _("申请明细")
        default_permissions = ()
        ordering = ("position", "id")
        constraints = [
            models.UniqueConstraint(fields=["case", "position"], name="case_line_position_once"),
            models.UniqueConstraint(fields=["case", "subject_type", "subject_id"], name="case_line_subject_once"),
        ]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="case_line_by_subject")]

    def __str__(self) -> str:
        return self.label

    @property
    def audit_parent(self) -> Case:
        """Lines show on the page of the case."""
        return self.case


class Task(models.Model):
    """审批任务: one person's part in one step of a case."""

    secrecy = FieldSecrecy(default="internal")

    case = models.ForeignKey(Case, models.PROTECT, verbose_name=_("审批单"), related_name="tasks")
    step = models.ForeignKey(FlowStep, models.PROTECT, null=True, blank=True, verbose_name=_("步骤"), related_name="+")
    turn = models.PositiveIntegerField(_("轮次"), default=1)
    person = models.ForeignKey(Person, models.PROTECT, verbose_name=_("审批人"), related_name="tasks")
    passed_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("转自"), related_name="+"
    )
    is_added = models.BooleanField(_("加签"), default=False)
    is_urgent = models.BooleanField(_("紧急批准"), default=False)
    state = models.CharField(_("状态"), max_length=10, choices=TaskState.choices, default=TaskState.WAITING)
    made_at = models.DateTimeField(_("到达时间"))
    due_at = models.DateTimeField(_("时限"), null=True, blank=True)
    done_at = models.DateTimeField(_("办理时间"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("催办时间"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("升级时间"), null=True, blank=True)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("审批任务")
        verbose_name_plural = _("审批任务")
        default_permissions = ()
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=["case", "person"], name="task_one_waiting", condition=models.Q(state=TaskState.WAITING)
            ),
        ]
        indexes = [
            models.Index(fields=["person", "state", "id"], name="task_by_person"),
            models.Index(fields=["state", "due_at"], name="task_by_due", condition=models.Q(state=TaskState.WAITING)),
        ]

    def __str__(self) -> str:
        return f"{self.case.number} {self.person}"

    @property
    def audit_parent(self) -> Case:
        """Tasks show on the page of the case."""
        return self.case


class Decision(models.Model):
    """审批意见: an entry of a case's course, with who, in whose name, when and why. Never changed."""

    secrecy = FieldSecrecy(default="internal")

    case = models.ForeignKey(Case, models.PROTECT, verbose_name=_("审批单"), related_name="decisions")
    task = models.ForeignKey(
        Task, models.PROTECT, null=True, blank=True, verbose_name=_("任务"), related_name="decisions"
    )
    step_name = models.CharField(_("步骤"), max_length=40, blank=True, default="")
    kind = models.CharField(pgettext_lazy("审批", "办理"), max_length=12, choices=DecisionKind.choices)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name=_("办理人"), related_name="decisions"
    )
    by = models.CharField(_("办理人姓名"), max_length=80)
    on_behalf_of = models.CharField(_("代"), max_length=80, blank=True, default="")
    opinion = models.CharField(_("意见"), max_length=500, blank=True, default="")
    to = models.CharField(_("转给"), max_length=80, blank=True, default="")
    at = models.DateTimeField(_("时间"))

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("审批意见")
        verbose_name_plural = _("审批意见")
        default_permissions = ()
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.by} {self.get_kind_display()}"

    @property
    def audit_parent(self) -> Case:
        """Decisions show on the page of the case."""
        return self.case


class CaseCopy(models.Model):
    """抄送: somebody who is told of a case and may read it."""

    secrecy = FieldSecrecy(default="internal")

    case = models.ForeignKey(Case, models.PROTECT, verbose_name=_("审批单"), related_name="copies")
    person = models.ForeignKey(Person, models.PROTECT, verbose_name=_("抄送人"), related_name="case_copies")
    sent_at = models.DateTimeField(_("抄送时间"))
    read_at = models.DateTimeField(_("阅读时间"), null=True, blank=True)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("抄送")
        verbose_name_plural = _("抄送")
        default_permissions = ()
        ordering = ("-id",)
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="case_copy_once")]
        indexes = [models.Index(fields=["person", "-id"], name="case_copy_by_person")]

    def __str__(self) -> str:
        return f"{self.case} → {self.person}"

    @property
    def audit_parent(self) -> Case:
        """Copies show on the page of the case."""
        return self.case
