"""移交与接收, 四性检测, 封装包."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kedang.business.customers.models import Customer
from kedang.business.holdings import choices as c
from kedang.business.holdings.models.item import Item
from kedang.business.holdings.models.volume import Volume
from kedang.foundation.access.models import Department, Fonds, Person
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy
from kedang.foundation.files.models import StoredFile
from kedang.foundation.kernel.sure import sure


class Transfer(models.Model):
    """移交清册 of a department to the archive; both sign, and what is on the list is what was handed over (帐表相符, D-Ⅰ)."""

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    number = models.CharField(_("移交编号"), max_length=40, editable=False)
    department = models.ForeignKey(Department, models.PROTECT, verbose_name=_("移交部门"), related_name="+")
    title = models.CharField(_("移交内容"), max_length=200)
    state = models.CharField(
        _("状态"), max_length=10, choices=c.TransferState.choices, default=c.TransferState.DRAFT, editable=False
    )
    line_count = models.PositiveIntegerField(_("条数"), default=0, editable=False)
    page_count = models.PositiveIntegerField(_("页数"), default=0, editable=False)
    handed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name=_("移交人"), related_name="+", editable=False
    )
    handed_at = models.DateTimeField(_("移交时间"), null=True, blank=True, editable=False)
    received_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name=_("接收人"), related_name="+", editable=False
    )
    received_at = models.DateTimeField(_("接收时间"), null=True, blank=True, editable=False)
    remarks = models.CharField(_("备注"), max_length=300, blank=True, default="")
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    created_at = models.DateTimeField(_("编制时间"), editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("移交")
        verbose_name_plural = _("移交")
        default_permissions = ()
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=["fonds", "number"], name="transfer_number_once"),
            models.CheckConstraint(
                condition=Q(handed_by__isnull=True)
                | Q(received_by__isnull=True)
                | ~Q(handed_by=models.F("received_by")),
                name="transfer_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class TransferLine(models.Model):
    """One volume or item of a transfer, accepted or sent back with a reason."""

    secrecy = FieldSecrecy(default="internal")

    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="lines", verbose_name=_("移交"))
    position = models.PositiveIntegerField(_("序号"))
    volume = models.ForeignKey(
        Volume, models.PROTECT, null=True, blank=True, related_name="transfer_lines", verbose_name=_("案卷")
    )
    item = models.ForeignKey(
        Item, models.PROTECT, null=True, blank=True, related_name="transfer_lines", verbose_name=_("件")
    )
    pages = models.PositiveIntegerField(_("页数"), default=0)
    pages_counted = models.PositiveIntegerField(_("接收时清点页数"), null=True, blank=True)
    state = models.CharField(_("核对"), max_length=10, choices=c.LineState.choices, default=c.LineState.PENDING)
    reason = models.CharField(_("退回理由"), max_length=300, blank=True, default="")
    is_running = models.BooleanField(_("未了结"), default=True, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("移交明细")
        verbose_name_plural = _("移交明细")
        default_permissions = ()
        ordering = ("position", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["volume"],
                name="transfer_volume_once",
                condition=Q(is_running=True, volume__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["item"], name="transfer_item_once", condition=Q(is_running=True, item__isnull=False)
            ),
            models.CheckConstraint(
                condition=Q(volume__isnull=False, item__isnull=True) | Q(volume__isnull=True, item__isnull=False),
                name="transfer_line_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transfer} {self.position}"

    @property
    def audit_parent(self) -> Transfer:
        """Shown with its transfer."""
        return self.transfer


class CheckRun(models.Model):
    """四性检测 (AR-14): one run over an item or a volume. ``rules_version`` tells by which edition of the rules; it is never changed."""

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    occasion = models.CharField(_("环节"), max_length=10, choices=c.CheckOccasion.choices)
    volume = models.ForeignKey(
        Volume, models.PROTECT, null=True, blank=True, related_name="check_runs", verbose_name=_("案卷")
    )
    item = models.ForeignKey(
        Item, models.PROTECT, null=True, blank=True, related_name="check_runs", verbose_name=_("件")
    )
    transfer = models.ForeignKey(
        Transfer, models.PROTECT, null=True, blank=True, related_name="check_runs", verbose_name=_("移交")
    )
    rules_version = models.CharField(_("检测方案版本"), max_length=20)
    verdict = models.CharField(_("结论"), max_length=10, choices=c.Verdict.choices)
    passed_count = models.PositiveIntegerField(_("通过"), default=0)
    warned_count = models.PositiveIntegerField(_("提示"), default=0)
    pending_count = models.PositiveIntegerField(_("待人工"), default=0)
    failed_count = models.PositiveIntegerField(_("不通过"), default=0)
    score = models.PositiveSmallIntegerField(_("得分"), default=0)
    made_by = models.CharField(_("检测人"), max_length=80)
    made_at = models.DateTimeField(_("检测时间"))

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("四性检测")
        verbose_name_plural = _("四性检测")
        default_permissions = ()
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.get_occasion_display()} {self.volume or self.item}"


class CheckResult(models.Model):
    """One point of a run: code such as GD-1-4, property, verdict, evidence, and the way to mend it.

    ``targets`` names the records to be mended as ``["item", 7, "code or title"]``; the page links to those the reader may open.
    """

    secrecy = FieldSecrecy(default="internal")

    run = models.ForeignKey(CheckRun, models.PROTECT, related_name="results", verbose_name=_("检测"))
    code = models.CharField(_("检测项编号"), max_length=12)
    quality = models.CharField(_("性质"), max_length=12, choices=c.CheckProperty.choices)
    title = models.CharField(_("检测项"), max_length=80)
    verdict = models.CharField(_("结果"), max_length=10, choices=c.Verdict.choices)
    evidence = models.TextField(_("依据"), blank=True, default="")
    remedy = models.CharField(_("处理办法"), max_length=300, blank=True, default="")
    targets = models.JSONField(_("所涉案卷与文件"), default=list, blank=True)
    is_manual = models.BooleanField(_("人工检测"), default=False)
    is_veto = models.BooleanField(_("一票否决"), default=False)
    weight = models.PositiveSmallIntegerField(_("权重"), default=1)
    answered_by = models.CharField(_("人工核对人"), max_length=80, blank=True, default="")
    answered_at = models.DateTimeField(_("人工核对时间"), null=True, blank=True)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("检测结果")
        verbose_name_plural = _("检测结果")
        default_permissions = ()
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["run", "code"], name="check_result_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def audit_parent(self) -> CheckRun:
        """Shown with its run."""
        return self.run


class PackageKind(models.TextChoices):
    """Form of a package (PL-04)."""

    BAGIT = "bagit", _("BagIt（RFC 8493）")
    CSIP = "csip", _("E-ARK CSIP")


class Package(models.Model):
    """封装包: a volume, or the whole dossier of a customer, as a package that others can read and verify; kept until its day."""

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    volume = models.ForeignKey(
        Volume, models.PROTECT, null=True, blank=True, related_name="packages", verbose_name=_("案卷")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="packages", verbose_name=_("客户")
    )
    kind = models.CharField(_("格式"), max_length=8, choices=PackageKind.choices)
    file = models.OneToOneField(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="package", verbose_name=_("文件")
    )
    digest = models.CharField(_("SHA-256 摘要"), max_length=64, blank=True, default="")
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")
    made_by = models.CharField(_("制作人"), max_length=80)
    made_at = models.DateTimeField(_("制作时间"))

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("封装包")
        verbose_name_plural = _("封装包")
        default_permissions = ()
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(volume__isnull=False, customer__isnull=True)
                | Q(volume__isnull=True, customer__isnull=False),
                name="package_of_one",
            )
        ]

    def __str__(self) -> str:
        return f"{self.of} {self.get_kind_display()}"

    @property
    def of(self) -> Volume | Customer:
        """What is packed in it."""
        return self.volume if self.volume is not None else sure(self.customer)

    @property
    def audit_parent(self) -> Volume | Customer:
        """Shown with its volume or customer."""
        return self.of
