"""案卷, its codes, and its 备考表."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kedang.business.customers.models import Customer
from kedang.business.holdings import choices as c
from kedang.business.holdings.models.location import Location
from kedang.business.holdings.models.project import Project
from kedang.business.holdings.models.scheme import CodeTemplate, RetentionPeriod, Series
from kedang.foundation.access.models import Department, Fonds, Person
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy, SecrecyLevel


class Volume(models.Model):
    """案卷 (AR-04, AR-06): items that belong together, of one class, year, retention and secrecy.

    ``number`` is the 案卷号 within its series of codes. ``item_count``, ``page_count``, ``started_on`` and ``ended_on`` are kept by the
    services with every change of the items. ``changed_at`` is the time of the last change that a printed form would show.
    """

    secrecy = FieldSecrecy(default="internal", open="reference_code title year state")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"), db_index=False)
    reference_code = models.CharField(_("档号"), max_length=120, editable=False)
    number = models.PositiveIntegerField(_("案卷号"), editable=False)
    template = models.ForeignKey(CodeTemplate, models.PROTECT, verbose_name=_("档号模板"), related_name="+")
    series = models.ForeignKey(Series, models.PROTECT, related_name="volumes", verbose_name=_("类别"))
    title = models.CharField(_("案卷题名"), max_length=300)
    year = models.PositiveSmallIntegerField(_("年度"))
    retention = models.ForeignKey(RetentionPeriod, models.PROTECT, verbose_name=_("保管期限"), related_name="+")
    secrecy_level = models.PositiveSmallIntegerField(
        _("密级"), choices=SecrecyLevel.choices, default=SecrecyLevel.INTERNAL
    )
    carrier = models.CharField(_("载体"), max_length=12, choices=c.Carrier.choices, default=c.Carrier.HYBRID)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, verbose_name=_("立卷单位"), related_name="+", db_index=False
    )
    responsible = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name=_("立卷人"), related_name="+", db_index=False
    )
    inspected_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name=_("检查人"), related_name="+", editable=False
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, verbose_name=_("客户"), related_name="volumes"
    )
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, verbose_name=_("项目"), related_name="volumes"
    )
    twin = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("互见案卷"),
        related_name="twin_of",
        editable=False,
    )
    location = models.ForeignKey(
        Location,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("存放位置"),
        related_name="volumes",
        editable=False,
    )
    state = models.CharField(
        _("状态"), max_length=10, choices=c.VolumeState.choices, default=c.VolumeState.OPEN, editable=False
    )
    whereabouts = models.CharField(
        _("去向"), max_length=10, choices=c.Whereabouts.choices, default=c.Whereabouts.IN_STORE, editable=False
    )
    # Written by the room of holds, in the transaction of a hold; empty as long as there never was one.
    hold_count = models.PositiveIntegerField(_("冻结"), null=True, blank=True, editable=False)
    loan_hold_count = models.PositiveIntegerField(_("冻结且不外借"), null=True, blank=True, editable=False)
    situation = models.TextField(_("本卷情况说明"), blank=True, default="")
    remarks = models.CharField(_("备注"), max_length=300, blank=True, default="")

    item_count = models.PositiveIntegerField(_("件数"), default=0, editable=False)
    page_count = models.PositiveIntegerField(_("页数"), default=0, editable=False)
    started_on = models.DateField(_("起始日期"), null=True, blank=True, editable=False)
    ended_on = models.DateField(_("终止日期"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    created_at = models.DateTimeField(_("立卷时间"), editable=False)
    changed_at = models.DateTimeField(_("变动时间"), editable=False)
    closed_at = models.DateTimeField(_("结卷时间"), null=True, blank=True, editable=False)
    shelved_at = models.DateTimeField(_("入库时间"), null=True, blank=True, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("案卷")
        verbose_name_plural = pgettext_lazy("多条", "案卷")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["fonds", "reference_code"], name="volume_code_once"),
            models.CheckConstraint(condition=~Q(title=""), name="volume_has_title"),
            models.CheckConstraint(
                condition=Q(hold_count__isnull=True)
                | Q(hold_count=0)
                | (~Q(state=c.VolumeState.DESTROYED) & ~Q(whereabouts=c.Whereabouts.GONE)),
                name="volume_held_stays",
            ),
            models.CheckConstraint(
                condition=Q(inspected_by__isnull=True)
                | Q(responsible__isnull=True)
                | ~Q(inspected_by=F("responsible")),
                name="volume_inspected_by_another",
            ),
            models.CheckConstraint(condition=Q(twin__isnull=True) | ~Q(twin=F("id")), name="volume_not_its_own_twin"),
        ]
        indexes = [
            models.Index(fields=["fonds", "id", "secrecy_level", "department", "state"], name="volume_pages"),
            models.Index(fields=["fonds", "series", "year", "retention", "number"], name="volume_catalogue"),
            models.Index(
                fields=["fonds", "responsible", "id"],
                name="volume_by_responsible",
                condition=Q(responsible__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference_code} {self.title}"

    @property
    def audit_label(self) -> str:
        """Title and code, as the trail keeps them."""
        return f"{self.title}（{self.reference_code}）"


class VolumeNote(models.Model):
    """备考表的一行: what happened to the volume, written by the services; the archivist signs what is new (A-I16)."""

    secrecy = FieldSecrecy(default="internal")

    volume = models.ForeignKey(Volume, models.PROTECT, related_name="notes", verbose_name=_("案卷"))
    kind = models.CharField(_("事项"), max_length=12, choices=c.NoteKind.choices)
    text = models.CharField(_("情况说明"), max_length=500)
    made_by = models.CharField(_("记录人"), max_length=80)
    made_at = models.DateTimeField(_("记录时间"))
    signed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name=_("签认人"), related_name="+", db_index=False
    )
    signed_at = models.DateTimeField(_("签认时间"), null=True, blank=True)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("备考记录")
        verbose_name_plural = _("备考记录")
        default_permissions = ()
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True, signed_at__isnull=True)
                | Q(signed_by__isnull=False, signed_at__isnull=False),
                name="volume_note_signed_whole",
            )
        ]
        indexes = [models.Index(fields=["volume"], name="volume_note_unsigned", condition=Q(signed_at__isnull=True))]

    def __str__(self) -> str:
        return self.text

    @property
    def audit_parent(self) -> Volume:
        """Shown with its volume."""
        return self.volume


class VolumeReopening(models.Model):
    """重新开卷: asked by one person, decided by another (only by approval)."""

    secrecy = FieldSecrecy(default="internal")

    volume = models.ForeignKey(Volume, models.PROTECT, related_name="reopenings", verbose_name=_("案卷"))
    reason = models.CharField(_("理由"), max_length=300)
    asked_by = models.ForeignKey(Person, models.PROTECT, verbose_name=_("申请人"), related_name="+")
    asked_at = models.DateTimeField(_("申请时间"))
    decided_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name=_("审批人"), related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(_("审批时间"), null=True, blank=True)
    is_granted = models.BooleanField(_("同意"), null=True, blank=True)
    opinion = models.CharField(_("意见"), max_length=300, blank=True, default="")
    case = models.OneToOneField(
        "approvals.Case",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("审批单"),
        related_name="volume_reopening",
    )

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("重新开卷申请")
        verbose_name_plural = _("重新开卷申请")
        default_permissions = ()
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=["volume"], name="volume_one_open_request", condition=Q(decided_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="reopening_decided_by_another"
            ),
        ]

    def __str__(self) -> str:
        return str(self.volume)

    @property
    def audit_parent(self) -> Volume:
        """Shown with its volume."""
        return self.volume
