"""项目 of a customer, kept apart yet linked by an index (CU-13)."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kedang.business.customers.models import Customer
from kedang.foundation.access.models import Department, Fonds, Person
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy, SecrecyLevel


class ProjectState(models.TextChoices):
    """State of a project."""

    TALKS = "talks", _("洽谈")
    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")
    STOPPED = "stopped", _("中止")


class Project(models.Model):
    """项目: content, period, service need, quotation, contract and technical documents of one undertaking (E-3.1, E-4.1)."""

    secrecy = FieldSecrecy(default="internal", open="number name state")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="projects", verbose_name=_("客户"))
    number = models.CharField(_("项目编号"), max_length=40, editable=False)
    name = models.CharField(_("项目名称"), max_length=200)
    content = models.TextField(_("项目内容"), blank=True, default="")
    service_need = models.TextField(_("服务需求"), blank=True, default="")
    started_on = models.DateField(_("开始日期"), null=True, blank=True)
    ended_on = models.DateField(_("结束日期"), null=True, blank=True)
    quotation = models.DecimalField(_("报价"), max_digits=20, decimal_places=2, null=True, blank=True)
    contract_number = models.CharField(_("合同编号"), max_length=60, blank=True, default="")
    contract_amount = models.DecimalField(_("合同金额"), max_digits=20, decimal_places=2, null=True, blank=True)
    technical_note = models.TextField(_("技术资料说明"), blank=True, default="")
    state = models.CharField(_("状态"), max_length=10, choices=ProjectState.choices, default=ProjectState.TALKS)
    responsible = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name=_("负责人"), related_name="+"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, verbose_name=_("归属部门"), related_name="+"
    )
    secrecy_level = models.PositiveSmallIntegerField(
        _("密级"), choices=SecrecyLevel.choices, default=SecrecyLevel.INTERNAL
    )
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    created_at = models.DateTimeField(_("登记时间"), editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("项目")
        verbose_name_plural = pgettext_lazy("多条", "项目")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["fonds", "number"], name="project_number_once")]
        indexes = [models.Index(fields=["fonds", "state", "id"], name="project_pages")]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        """Name and number, as the trail keeps them."""
        return f"{self.name}（{self.number}）"
