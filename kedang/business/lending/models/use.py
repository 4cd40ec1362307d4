"""After use: what the reader says of the record and of what it was good for, and the tasks that follow from it (US-09)."""

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kedang.business.lending.choices_use import Accuracy, EffectKind, UpdateState
from kedang.business.lending.models.request import UseRequest
from kedang.foundation.access.models import Department, Fonds, Person
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy, SecrecyLevel
from kedang.foundation.approvals.models import Case


class UseFeedback(models.Model):
    """利用效果登记: asked of the reader when an opening or loan has ended, answered once."""

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"), db_index=False)
    request = models.OneToOneField(
        UseRequest, models.PROTECT, verbose_name=_("利用申请"), related_name="feedback", editable=False
    )
    person = models.ForeignKey(
        Person, models.PROTECT, verbose_name=_("利用人"), related_name="use_feedback", editable=False, db_index=False
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("部门"),
        related_name="+",
        editable=False,
        db_index=False,
    )
    secrecy_level = models.PositiveSmallIntegerField(
        _("密级"), choices=SecrecyLevel.choices, default=SecrecyLevel.INTERNAL, editable=False
    )
    asked_at = models.DateTimeField(_("征询时间"), editable=False)
    answered_at = models.DateTimeField(_("填写时间"), null=True, blank=True, editable=False)
    accuracy = models.CharField(_("档案内容"), max_length=8, choices=Accuracy.choices, blank=True, default="")
    problem = models.CharField(_("问题说明"), max_length=500, blank=True, default="")
    effect_kind = models.CharField(_("效果类别"), max_length=8, choices=EffectKind.choices, blank=True, default="")
    effect = models.CharField(_("利用效果"), max_length=500, blank=True, default="")
    amount = models.DecimalField(
        _("涉及金额（元）"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("利用效果")
        verbose_name_plural = _("利用效果登记")
        default_permissions = ()
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, accuracy="") | Q(answered_at__isnull=False) & ~Q(accuracy=""),
                name="use_feedback_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(accuracy__in=["", "good"]) | ~Q(problem=""), name="use_feedback_problem_told"
            ),
        ]
        indexes = [
            models.Index(fields=["fonds", "answered_at"], name="use_feedback_by_answer"),
            models.Index(fields=["person", "id"], name="use_feedback_waiting", condition=Q(answered_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.request.case.number} {self._meta.verbose_name}"

    @property
    def audit_parent(self) -> Case:
        """Shown with the case."""
        return self.request.case


class UpdateTask(models.Model):
    """更正任务: a reader found a record wrong or incomplete; its maintainer looks and puts it right, or says that it is right."""

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"), db_index=False)
    feedback = models.ForeignKey(UseFeedback, models.PROTECT, verbose_name=_("利用效果"), related_name="tasks")
    subject_type = models.CharField(_("对象种类"), max_length=60)
    subject_id = models.BigIntegerField(_("对象"))
    label = models.CharField(_("档案"), max_length=200)
    secrecy_level = models.PositiveSmallIntegerField(
        _("密级"), choices=SecrecyLevel.choices, default=SecrecyLevel.INTERNAL
    )
    maintainer = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("维护人"),
        related_name="update_tasks",
        db_index=False,
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, verbose_name=_("部门"), related_name="+", db_index=False
    )
    text = models.CharField(_("问题说明"), max_length=500)
    state = models.CharField(_("状态"), max_length=10, choices=UpdateState.choices, default=UpdateState.OPEN)
    made_at = models.DateTimeField(_("提出时间"))
    due_on = models.DateField(_("应办日期"))
    done_by = models.CharField(_("办理人"), max_length=80, blank=True, default="")
    done_at = models.DateTimeField(_("办理时间"), null=True, blank=True)
    done_note = models.CharField(_("办理情况"), max_length=300, blank=True, default="")

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("更正任务")
        verbose_name_plural = pgettext_lazy("多条", "更正任务")
        default_permissions = ()
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=["feedback", "subject_type", "subject_id"], name="update_task_once"),
            models.CheckConstraint(
                condition=Q(state=UpdateState.OPEN, done_at__isnull=True)
                | ~Q(state=UpdateState.OPEN) & Q(done_at__isnull=False),
                name="update_task_done_when",
            ),
        ]
        indexes = [
            models.Index(fields=["fonds", "state", "id"], name="update_task_by_state"),
            models.Index(fields=["maintainer", "state"], name="update_task_by_maintainer"),
        ]

    def __str__(self) -> str:
        return f"{self.label}：{self.text}"[:120]
