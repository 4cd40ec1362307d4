"""存放位置: a tree from the storehouse down to the box, and the dated history of what stood where (AR-11, CS-01, CS-02)."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kedang.business.holdings import choices as c
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy


class Location(models.Model):
    """库区、库房、柜、层、盒. ``path`` is ``/1/4/`` of keys down to the place itself, ``label`` what stands on it and in its QR code.

    ``capacity`` counts what the place holds directly: boxes on a shelf, millimetres in a box (``thickness``), places in the rest.
    """

    secrecy = FieldSecrecy(default="internal", open="code name label kind")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"), db_index=False)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级位置")
    )
    kind = models.CharField(_("种类"), max_length=12, choices=c.LocationKind.choices)
    code = models.CharField(_("编号"), max_length=20)
    name = models.CharField(_("名称"), max_length=60, blank=True, default="")
    label = models.CharField(_("位置号"), max_length=120, editable=False)
    path = models.CharField(_("路径"), max_length=120, blank=True, default="", editable=False, db_index=True)
    capacity = models.PositiveIntegerField(_("容量"), null=True, blank=True)
    thickness = models.PositiveSmallIntegerField(_("盒脊厚度（毫米）"), null=True, blank=True)
    used = models.PositiveIntegerField(_("已用"), default=0, editable=False)
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")
    is_blocked = models.BooleanField(_("停用"), default=False)
    position = models.PositiveIntegerField(_("排序"), default=0)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    moved_at = models.DateTimeField(_("上次移动"), null=True, blank=True, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("存放位置")
        verbose_name_plural = pgettext_lazy("多条", "存放位置")
        default_permissions = ()
        ordering = ("position", "id")
        constraints = [
            models.UniqueConstraint(fields=["fonds", "label"], name="location_label_once"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="location_not_in_itself"),
        ]

    def __str__(self) -> str:
        return self.label


class Placement(models.Model):
    """存放记录: what stood where from when to when; the running one has no end. A box that moves takes its content along."""

    secrecy = FieldSecrecy(default="internal")

    location = models.ForeignKey(Location, models.PROTECT, related_name="placements", verbose_name=_("位置"))
    box = models.ForeignKey(
        Location, models.PROTECT, null=True, blank=True, related_name="journeys", verbose_name=_("档案盒")
    )
    volume = models.ForeignKey(
        "holdings.Volume", models.PROTECT, null=True, blank=True, related_name="placements", verbose_name=_("案卷")
    )
    item = models.ForeignKey(
        "holdings.Item", models.PROTECT, null=True, blank=True, related_name="placements", verbose_name=_("件")
    )
    since = models.DateTimeField(_("起"))
    until = models.DateTimeField(_("止"), null=True, blank=True)
    reason = models.CharField(_("原因"), max_length=200, blank=True, default="")
    moved_by = models.CharField(_("经手人"), max_length=80)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("存放记录")
        verbose_name_plural = _("存放记录")
        default_permissions = ()
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=["volume"], name="placement_volume_once", condition=Q(until__isnull=True, volume__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["item"], name="placement_item_once", condition=Q(until__isnull=True, item__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["box"], name="placement_box_once", condition=Q(until__isnull=True, box__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.location} {self.since:%Y-%m-%d}"

    @property
    def audit_parent(self) -> Location:
        """Shown with its place."""
        return self.location


class StockTake(models.Model):
    """盘点 of a place and all below it. Answers may come from a phone without network, later, and from several phones."""

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    location = models.ForeignKey(Location, models.PROTECT, related_name="stock_takes", verbose_name=_("范围"))
    title = models.CharField(_("名称"), max_length=80)
    state = models.CharField(
        _("状态"), max_length=10, choices=c.StockState.choices, default=c.StockState.RUNNING, editable=False
    )
    expected_count = models.PositiveIntegerField(_("应有"), default=0, editable=False)
    found_count = models.PositiveIntegerField(_("相符"), default=0, editable=False)
    differing_count = models.PositiveIntegerField(_("差异"), default=0, editable=False)
    begun_by = models.CharField(_("发起人"), max_length=80, editable=False)
    begun_at = models.DateTimeField(_("开始时间"), editable=False)
    closed_at = models.DateTimeField(_("结束时间"), null=True, blank=True, editable=False)
    conclusion = models.TextField(_("结论"), blank=True, default="")
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("盘点")
        verbose_name_plural = _("盘点")
        default_permissions = ()
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.title


class StockLine(models.Model):
    """One thing of a stock-take: where the books have it, where it was scanned, by whom and when. The latest scan counts."""

    secrecy = FieldSecrecy(default="internal")

    stock_take = models.ForeignKey(StockTake, models.PROTECT, related_name="lines", verbose_name=_("盘点"))
    code = models.CharField(_("编码"), max_length=120)
    volume = models.ForeignKey(
        "holdings.Volume", models.PROTECT, null=True, blank=True, verbose_name=_("案卷"), related_name="+"
    )
    item = models.ForeignKey(
        "holdings.Item", models.PROTECT, null=True, blank=True, verbose_name=_("件"), related_name="+"
    )
    box = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, verbose_name=_("档案盒"), related_name="+")
    expected_at = models.ForeignKey(
        Location, models.PROTECT, null=True, blank=True, verbose_name=_("账面位置"), related_name="+"
    )
    seen_at = models.ForeignKey(
        Location, models.PROTECT, null=True, blank=True, verbose_name=_("实际位置"), related_name="+"
    )
    result = models.CharField(_("结果"), max_length=12, choices=c.StockResult.choices, blank=True, default="")
    scanned_by = models.CharField(_("盘点人"), max_length=80, blank=True, default="")
    scanned_at = models.DateTimeField(_("扫码时间"), null=True, blank=True)
    solution = models.CharField(_("处理"), max_length=200, blank=True, default="")

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("盘点明细")
        verbose_name_plural = _("盘点明细")
        default_permissions = ()
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["stock_take", "code"], name="stock_line_once")]

    def __str__(self) -> str:
        return self.code

    @property
    def audit_parent(self) -> StockTake:
        """Shown with its stock-take."""
        return self.stock_take


class StockScan(models.Model):
    """One scan as a phone sent it. ``key`` is made on the phone, so that what is sent twice counts once."""

    secrecy = FieldSecrecy(default="internal")

    stock_take = models.ForeignKey(
        StockTake, models.PROTECT, related_name="scans", verbose_name=_("盘点"), db_index=False
    )
    key = models.CharField(_("扫码标识"), max_length=40)
    code = models.CharField(_("编码"), max_length=120)
    place = models.ForeignKey(Location, models.PROTECT, verbose_name=_("实际位置"), related_name="+", db_index=False)
    scanned_at = models.DateTimeField(_("扫码时间"))
    scanned_by = models.CharField(_("盘点人"), max_length=80)
    device = models.CharField(_("手机"), max_length=40, blank=True, default="")
    received_at = models.DateTimeField(_("上传时间"))

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("扫码")
        verbose_name_plural = _("扫码")
        default_permissions = ()
        ordering = ("scanned_at", "id")
        constraints = [models.UniqueConstraint(fields=["stock_take", "key"], name="stock_scan_once")]
        indexes = [models.Index(fields=["stock_take", "code"], name="stock_scan_by_code")]

    def __str__(self) -> str:
        return self.code

    @property
    def audit_parent(self) -> StockTake:
        """Shown with its stock-take."""
        return self.stock_take
