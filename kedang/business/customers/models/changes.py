"""Changes of protected fields as differences that wait (UP-01), and the company's rules of changing and reviewing."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.business.customers import choices as c
from kedang.business.customers.models.customer import Customer
from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.access.querysets import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy
from kedang.foundation.approvals.models import Case
from kedang.foundation.files.models import StoredFile
from kedang.foundation.kernel.fields import EncryptedTextField


class DossierRules(models.Model):
    """变更与审核规则: which fields of which kind of customer change only after approval, whose new dossiers are reviewed. No row: as shipped."""

    secrecy = FieldSecrecy(default="open")

    fonds = models.OneToOneField(Fonds, models.PROTECT, verbose_name=_("全宗"), related_name="dossier_rules")
    protected: Any = models.JSONField(_("受保护的内容"), default=dict, blank=True)
    reviewed_roles: Any = models.JSONField(_("新建档案须审核的角色"), default=list, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1)

    class Meta:
        verbose_name = _("变更与审核规则")
        verbose_name_plural = _("变更与审核规则")
        default_permissions = ()

    def __str__(self) -> str:
        return str(_("变更与审核规则"))


class ChangeRequest(models.Model):
    """变更申请: fields of a dossier, from what to what, why, from when on, with what proof. Nothing changes before it is approved."""

    secrecy = FieldSecrecy(default="internal")

    customer = models.ForeignKey(Customer, models.PROTECT, verbose_name=_("客户"), related_name="change_requests")
    case = models.OneToOneField(
        Case, models.PROTECT, null=True, blank=True, verbose_name=_("审批单"), related_name="customer_change"
    )
    state = models.CharField(_("状态"), max_length=10, choices=c.ChangeState.choices, default=c.ChangeState.WAITING)
    reason = models.CharField(_("变更理由"), max_length=500)
    effective_on = models.DateField(_("生效日期"), null=True, blank=True)
    proof = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, verbose_name=_("证明材料"), related_name="+"
    )
    keep_apart = models.BooleanField(_("同码分开建档"), default=False)
    made_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name=_("申请人"), related_name="+"
    )
    made_at = models.DateTimeField(_("提交时间"))
    ended_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    problem = models.CharField(_("未能生效的原因"), max_length=300, blank=True, default="")

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("变更申请")
        verbose_name_plural = _("变更申请")
        default_permissions = ()
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                name="change_request_one_open",
                condition=models.Q(state__in=[str(one) for one in c.OPEN_CHANGES]),
            ),
        ]
        indexes = [
            models.Index(
                fields=["effective_on"], name="change_request_by_day", condition=models.Q(state=c.ChangeState.SCHEDULED)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} {self.get_state_display()}"

    @property
    def audit_parent(self) -> Customer:
        """Shown in the dossier of the customer."""
        return self.customer


class ChangeLine(models.Model):
    """变更内容: one field, from what to what. Both values lie sealed, whatever the field."""

    secrecy = FieldSecrecy(default="internal", identity="old new")

    request = models.ForeignKey(ChangeRequest, models.PROTECT, verbose_name=_("变更申请"), related_name="lines")
    field = models.CharField(_("内容"), max_length=40)
    old = EncryptedTextField(_("原内容"), blank=True, default="")
    new = EncryptedTextField(_("新内容"), blank=True, default="")

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("变更内容")
        verbose_name_plural = _("变更内容")
        default_permissions = ()
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["request", "field"], name="change_line_field_once")]

    def __str__(self) -> str:
        return self.field

    @property
    def audit_parent(self) -> ChangeRequest:
        """Shown with its request."""
        return self.request
