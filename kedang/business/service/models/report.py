"""重大事项报告 (US-10): what was important in a contact with a customer, told to the information department and kept in the dossier."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kedang.business.customers.models import Customer
from kedang.business.service.choices import MatterKind, ReportState, Way
from kedang.foundation.access.models import Department, Fonds, Person
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy, SecrecyLevel


class ContactReport(models.Model):
    """One report. ``reporter`` wrote it and stays; ``keeper`` answers for it now: the reporter, after a hand-over the successor."""

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"), db_index=False)
    customer = models.ForeignKey(
        Customer, models.PROTECT, verbose_name=_("客户"), related_name="contact_reports", editable=False
    )
    number = models.CharField(_("报告编号"), max_length=60, editable=False)
    happened_on = models.DateField(_("接触日期"))
    way = models.CharField(_("接触方式"), max_length=10, choices=Way.choices, default=Way.VISIT)
    kind = models.CharField(_("事项类别"), max_length=10, choices=MatterKind.choices)
    subject = models.CharField(_("事项"), max_length=120)
    told = models.TextField(_("内容与结果"), max_length=5000, help_text=_("谈了什么、答应了什么、对方态度如何。"))
    our_people = models.CharField(_("我方人员"), max_length=200)
    their_people = models.CharField(_("对方人员"), max_length=200, blank=True, default="")
    next_step = models.CharField(_("后续事项"), max_length=300, blank=True, default="", help_text=_("没有可不填。"))
    next_due_on = models.DateField(_("后续期限"), null=True, blank=True)
    next_person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name=_("后续负责人"), related_name="+", db_index=False
    )
    next_done_at = models.DateTimeField(_("后续办结时间"), null=True, blank=True, editable=False)
    next_done_by = models.CharField(_("后续办结人"), max_length=80, blank=True, default="", editable=False)
    next_note = models.CharField(_("后续办理情况"), max_length=300, blank=True, default="", editable=False)
    secrecy_level = models.PositiveSmallIntegerField(
        _("密级"), choices=SecrecyLevel.choices, default=SecrecyLevel.INTERNAL,
        help_text=_("不低于客户档案的密级。知悉等级不够的人，包括档案管理员，看不到此报告。"),
    )  # fmt: skip
    secrecy_reason = models.CharField(
        _("保密理由"), max_length=200, blank=True, default="", help_text=_("密级高于客户档案和“内部”时填写。")
    )
    state = models.CharField(
        _("状态"), max_length=10, choices=ReportState.choices, default=ReportState.REPORTED, editable=False
    )
    reporter = models.ForeignKey(
        Person, models.PROTECT, verbose_name=_("报告人"), related_name="+", editable=False, db_index=False
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("报告部门"),
        related_name="+",
        editable=False,
        db_index=False,
    )
    keeper = models.ForeignKey(
        Person, models.PROTECT, verbose_name=_("经办人"), related_name="+", editable=False, db_index=False
    )
    reported_at = models.DateTimeField(_("报告时间"), editable=False)
    returned_why = models.CharField(_("退回原因"), max_length=500, blank=True, default="", editable=False)
    settled_by = models.CharField(_("受理人"), max_length=80, blank=True, default="", editable=False)
    settled_at = models.DateTimeField(_("受理时间"), null=True, blank=True, editable=False)
    reminded_on = models.DateField(_("催办日期"), null=True, blank=True, editable=False)
    step_reminded_on = models.DateField(_("后续提醒日期"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("重大事项报告")
        verbose_name_plural = pgettext_lazy("多条", "重大事项报告")
        default_permissions = ()
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=["fonds", "number"], name="contact_report_number_once"),
            models.CheckConstraint(
                condition=Q(state=ReportState.ACCEPTED, settled_at__isnull=False)
                | ~Q(state=ReportState.ACCEPTED) & Q(settled_at__isnull=True),
                name="contact_report_accepted_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReportState.RETURNED) | ~Q(returned_why=""), name="contact_report_returned_why"
            ),
            models.CheckConstraint(
                condition=Q(next_step="", next_due_on__isnull=True, next_person__isnull=True, next_done_at__isnull=True)
                | ~Q(next_step="") & Q(next_due_on__isnull=False, next_person__isnull=False),
                name="contact_report_step_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["fonds", "state", "id"], name="contact_report_pages"),
            models.Index(
                fields=["next_person", "next_due_on"], name="contact_report_steps",
                condition=Q(next_done_at__isnull=True, next_person__isnull=False),
            ),
            models.Index(fields=["keeper", "state"], name="contact_report_keeper"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    @property
    def has_open_step(self) -> bool:
        """Something agreed is still to be done."""
        return bool(self.next_step) and self.next_done_at is None


class ReportNote(models.Model):
    """补充: what became known after a report was accepted; only ever appended."""

    secrecy = FieldSecrecy(default="internal")

    report = models.ForeignKey(ContactReport, models.PROTECT, verbose_name=_("重大事项报告"), related_name="notes")
    person_name = models.CharField(_("补充人"), max_length=80)
    made_at = models.DateTimeField(_("补充时间"))
    text = models.CharField(_("补充内容"), max_length=2000)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("报告补充")
        verbose_name_plural = _("报告补充")
        default_permissions = ()
        ordering = ("id",)

    def __str__(self) -> str:
        return self.report.number

    @property
    def audit_parent(self) -> ContactReport:
        """Shown with its report."""
        return self.report
