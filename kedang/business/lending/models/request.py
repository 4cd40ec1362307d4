"""申请利用: what a request to use the archive says beside its case, things named by hand, and what was put aside for the next request."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kedang.business.lending.choices import Place, Purpose
from kedang.business.lending.choices_use import UseSort, WantedState
from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy
from kedang.foundation.approvals.models import Case, CaseLine
from kedang.foundation.kernel.fields import EncryptedTextField


class UseRequest(models.Model):
    """利用申请 (US-02): purpose, reader and time of one case. ``reader`` is who gets the access; a reader from outside has no account, and
    reads beside the person who asked for him. ``wanted_until`` is what was asked; ``until`` what an approver shortened it to.
    """

    secrecy = FieldSecrecy(default="internal", contact="outside_phone", identity="outside_paper")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"), db_index=False)
    case = models.OneToOneField(
        Case, models.PROTECT, verbose_name=_("审批单"), related_name="use_request", editable=False
    )
    sort = models.CharField(_("利用方式"), max_length=8, choices=UseSort.choices, editable=False)
    purpose = models.CharField(_("利用目的"), max_length=10, choices=Purpose.choices, default=Purpose.WORK)
    reader = models.ForeignKey(
        Person, models.PROTECT, verbose_name=_("利用人"), related_name="use_requests", db_index=False
    )
    outside_name = models.CharField(_("外单位读者"), max_length=60, blank=True, default="")
    outside_unit = models.CharField(_("读者单位"), max_length=120, blank=True, default="")
    outside_paper = EncryptedTextField(_("证件及号码"), blank=True, default="")
    outside_phone = EncryptedTextField(_("读者电话"), blank=True, default="")
    wanted_from = models.DateField(_("拟用起"))
    wanted_until = models.DateField(_("拟用止"))
    until = models.DateField(_("批准用至"), null=True, blank=True, editable=False)
    copies = models.PositiveSmallIntegerField(
        _("份数"), default=1, validators=[MinValueValidator(1), MaxValueValidator(99)]
    )
    pages = models.CharField(_("页码范围"), max_length=120, blank=True, default="")
    field_classes: Any = models.JSONField(_("敏感内容"), default=list, blank=True)
    place = models.CharField(_("借阅方式"), max_length=4, choices=Place.choices, default=Place.ROOM)
    is_scan_enough = models.BooleanField(_("电子件即可"), default=True)
    left_out: Any = models.JSONField(_("未开放的件"), default=list, blank=True, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("利用申请")
        verbose_name_plural = _("利用申请")
        default_permissions = ()
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(condition=Q(wanted_until__gte=F("wanted_from")), name="use_request_time_forward"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__lte=F("wanted_until")), name="use_request_shortened_only"
            ),
        ]
        indexes = [
            models.Index(fields=["fonds", "sort", "id"], name="use_request_by_sort"),
            models.Index(fields=["reader", "id"], name="use_request_by_reader"),
        ]

    def __str__(self) -> str:
        return f"{self.case.number} {self.get_sort_display()}"

    @property
    def audit_parent(self) -> Case:
        """Shown with its case."""
        return self.case

    @property
    def last_day(self) -> Any:
        """The day up to whose end it is open."""
        return self.until or self.wanted_until

    @property
    def reader_text(self) -> str:
        """Who reads, in words."""
        if not self.outside_name:
            return self.reader.name
        unit = f"（{self.outside_unit}）" if self.outside_unit else ""
        return f"{self.outside_name}{unit}"


class UseWanted(models.Model):
    """按编号申请: a number typed by hand. Whether there is such a record the requester does not learn; the archivist matches it first."""

    secrecy = FieldSecrecy(default="internal")

    request = models.ForeignKey(UseRequest, models.PROTECT, verbose_name=_("利用申请"), related_name="wanted")
    position = models.PositiveSmallIntegerField(_("序号"))
    text = models.CharField(_("所填编号"), max_length=120)
    state = models.CharField(_("核对"), max_length=8, choices=WantedState.choices, default=WantedState.OPEN)
    line = models.OneToOneField(
        CaseLine,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("申请明细"),
        related_name="wanted",
        editable=False,
    )
    by = models.CharField(_("核对人"), max_length=80, blank=True, default="")
    at = models.DateTimeField(_("核对时间"), null=True, blank=True)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("按编号申请")
        verbose_name_plural = _("按编号申请")
        default_permissions = ()
        ordering = ("position", "id")
        constraints = [
            models.UniqueConstraint(fields=["request", "position"], name="use_wanted_position_once"),
            models.CheckConstraint(
                condition=Q(state=WantedState.MATCHED, line__isnull=False)
                | ~Q(state=WantedState.MATCHED) & Q(line__isnull=True),
                name="use_wanted_matched_has_line",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def audit_parent(self) -> Case:
        """Shown with its case."""
        return self.request.case


class BasketLine(models.Model):
    """申请篮: a record that somebody put aside for their next request."""

    secrecy = FieldSecrecy(default="internal")

    person = models.ForeignKey(Person, models.CASCADE, verbose_name=_("人员"), related_name="basket_lines")
    subject_type = models.CharField(_("对象种类"), max_length=60)
    subject_id = models.BigIntegerField(_("对象"))
    added_at = models.DateTimeField(_("加入时间"))

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("申请篮")
        verbose_name_plural = _("申请篮")
        default_permissions = ()
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["person", "subject_type", "subject_id"], name="basket_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id}"
