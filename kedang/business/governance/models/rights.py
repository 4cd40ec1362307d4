"""权限申请 and 权限年审: rights asked for, carried out, and looked through once a year."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.business.governance.choices import ReviewState, RightsKind, Verdict
from kedang.foundation.access.models import Fonds, Grant, Person, Role, Scope
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy
from kedang.foundation.approvals.models import Case


class RightsRequest(models.Model):
    """权限申请内容: what a request for rights asks, for whom, and what was done about it (SE-04)."""

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    case = models.OneToOneField(Case, models.PROTECT, verbose_name=_("审批单"), related_name="rights")
    kind = models.CharField(_("申请事项"), max_length=10, choices=RightsKind.choices)
    person = models.ForeignKey(Person, models.PROTECT, verbose_name=_("使用人"), related_name="+")
    role = models.ForeignKey(Role, models.PROTECT, null=True, blank=True, verbose_name=_("角色"))
    scope = models.CharField(_("数据范围"), max_length=12, choices=Scope.choices, blank=True, default="")
    scope_value = models.CharField(_("范围取值"), max_length=60, blank=True, default="")
    until = models.DateTimeField(_("失效时间"), null=True, blank=True)
    old_grant = models.ForeignKey(
        Grant, models.PROTECT, null=True, blank=True, verbose_name=_("原授权"), related_name="+"
    )
    new_grant = models.ForeignKey(
        Grant, models.PROTECT, null=True, blank=True, verbose_name=_("新授权"), related_name="+"
    )
    is_due = models.BooleanField(_("待执行"), default=False)
    carried_out_by = models.CharField(_("执行人"), max_length=80, blank=True, default="")
    carried_out_at = models.DateTimeField(_("执行时间"), null=True, blank=True)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("权限申请")
        verbose_name_plural = _("权限申请")
        default_permissions = ()
        ordering = ("-id",)
        indexes = [models.Index(fields=["fonds", "id"], name="rights_due", condition=models.Q(is_due=True))]

    def __str__(self) -> str:
        return f"{self.case.number} {self.get_kind_display()}"


class RightsReview(models.Model):
    """权限年审: all grants of the company as they were on a day, each to be kept or withdrawn."""

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    year = models.PositiveSmallIntegerField(_("年度"))
    state = models.CharField(
        _("状态"), max_length=8, choices=ReviewState.choices, default=ReviewState.OPEN, editable=False
    )
    opened_by = models.CharField(_("发起人"), max_length=80, editable=False)
    opened_at = models.DateTimeField(_("发起时间"), editable=False)
    closed_by = models.CharField(_("办结人"), max_length=80, blank=True, default="", editable=False)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True, editable=False)
    conclusion = models.CharField(_("结论"), max_length=300, blank=True, default="", editable=False)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("权限年审")
        verbose_name_plural = _("权限年审")
        default_permissions = ()
        ordering = ("-year",)
        constraints = [models.UniqueConstraint(fields=["fonds", "year"], name="rights_review_once_a_year")]

    def __str__(self) -> str:
        return f"{self.year} {self._meta.verbose_name}"


class ReviewLine(models.Model):
    """权限年审明细: one grant, in words as they stood, and what the reviewer said of it."""

    secrecy = FieldSecrecy(default="internal")

    review = models.ForeignKey(RightsReview, models.PROTECT, verbose_name=_("权限年审"), related_name="lines")
    grant = models.ForeignKey(Grant, models.PROTECT, verbose_name=_("授权"), related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, verbose_name=_("人员"), related_name="+")
    department = models.CharField(_("部门"), max_length=60, blank=True, default="")
    role = models.CharField(_("角色"), max_length=40)
    reach = models.CharField(_("数据范围"), max_length=120)
    since = models.DateTimeField(_("授权时间"), null=True, blank=True)
    last_seen_at = models.DateTimeField(_("最近登录"), null=True, blank=True)
    verdict = models.CharField(_("结论"), max_length=10, choices=Verdict.choices, blank=True, default="")
    remark = models.CharField(_("说明"), max_length=200, blank=True, default="")
    judged_by = models.CharField(_("审核人"), max_length=80, blank=True, default="")
    judged_at = models.DateTimeField(_("审核时间"), null=True, blank=True)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("权限年审明细")
        verbose_name_plural = _("权限年审明细")
        default_permissions = ()
        ordering = ("department", "person", "id")
        constraints = [models.UniqueConstraint(fields=["review", "grant"], name="review_line_once")]

    def __str__(self) -> str:
        return f"{self.person.name} {self.role}"

    @property
    def audit_parent(self) -> RightsReview:
        """Shown on the page of the review."""
        return self.review
