"""库房: inspections and findings, climate, equipment, visitors, keys (CS-01, CS-03, CS-04)."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kedang.business.holdings import choices as c
from kedang.business.holdings.models.location import Location, StockLine
from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy


class InspectionOccasion(models.TextChoices):
    """Why a storehouse is inspected (A-I19–20)."""

    PLANNED = "planned", _("定期检查")
    THEFT = "theft", _("被盗之后")
    LOSS = "loss", _("遗失之后")
    FIRE = "fire", _("火灾之后")
    WATER = "water", _("水害之后")
    DOUBT = "doubt", _("有疑问时")


class Inspection(models.Model):
    """检查: planned or after an incident; every point of the check list is answered, what is wrong becomes a finding."""

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    location = models.ForeignKey(Location, models.PROTECT, related_name="inspections", verbose_name=_("检查位置"))
    occasion = models.CharField(
        _("缘由"), max_length=10, choices=InspectionOccasion.choices, default=InspectionOccasion.PLANNED
    )
    planned_on = models.DateField(_("计划日期"))
    every_days = models.PositiveSmallIntegerField(
        _("每几天一次"), null=True, blank=True, help_text=_("填写后，每次检查完自动排下一次；不填则只检查这一次。")
    )
    done_at = models.DateTimeField(_("检查时间"), null=True, blank=True, editable=False)
    done_by = models.CharField(_("检查人"), max_length=80, blank=True, default="", editable=False)
    answers = models.JSONField(_("检查项目"), default=dict, blank=True, editable=False)
    conclusion = models.TextField(_("结论"), blank=True, default="")
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("检查")
        verbose_name_plural = _("检查")
        default_permissions = ()
        ordering = ("-planned_on", "-id")

    def __str__(self) -> str:
        return f"{self.get_occasion_display()} {self.location} {self.planned_on}"


class FindingSource(models.TextChoices):
    """Where a finding comes from."""

    INSPECTION = "inspection", _("库房检查")
    STOCK = "stock", _("盘点")
    CLIMATE = "climate", _("温湿度")
    LOAN = "loan", _("借阅归还")
    OTHER = "other", _("其他")


class Finding(models.Model):
    """检查发现: a task until it is solved. Of a room out of its climate there is one, however long it lasts."""

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    inspection = models.ForeignKey(
        Inspection, models.PROTECT, null=True, blank=True, related_name="findings", verbose_name=_("检查")
    )
    location = models.ForeignKey(Location, models.PROTECT, related_name="findings", verbose_name=_("位置"))
    volume = models.ForeignKey(
        "holdings.Volume", models.PROTECT, null=True, blank=True, related_name="findings", verbose_name=_("案卷")
    )
    stock_line = models.OneToOneField(
        StockLine,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="finding",
        verbose_name=_("盘点明细"),
        editable=False,
    )
    source = models.CharField(
        _("来源"), max_length=10, choices=FindingSource.choices, default=FindingSource.OTHER, editable=False
    )
    text = models.CharField(_("问题"), max_length=300)
    owner = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, verbose_name=_("处理人"), related_name="+")
    due_on = models.DateField(_("期限"), null=True, blank=True)
    state = models.CharField(
        _("状态"), max_length=8, choices=c.FindingState.choices, default=c.FindingState.OPEN, editable=False
    )
    solution = models.CharField(_("处理结果"), max_length=300, blank=True, default="", editable=False)
    found_at = models.DateTimeField(_("发现时间"), editable=False)
    solved_at = models.DateTimeField(_("处理时间"), null=True, blank=True, editable=False)
    solved_by = models.CharField(_("处理人签名"), max_length=80, blank=True, default="", editable=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("待处理问题")
        verbose_name_plural = _("待处理问题")
        default_permissions = ()
        ordering = ("-id",)
        indexes = [models.Index(fields=["fonds", "due_on"], name="finding_open", condition=Q(state="open"))]
        constraints = [
            models.UniqueConstraint(
                fields=["location"], name="finding_one_of_climate", condition=Q(source="climate", state="open")
            )
        ]

    def __str__(self) -> str:
        return self.text


class ClimateLimit(models.Model):
    """温湿度范围 of a room; out of it a reading raises an alarm."""

    secrecy = FieldSecrecy(default="internal")

    location = models.OneToOneField(Location, models.PROTECT, related_name="climate_limit", verbose_name=_("库房"))
    warmest = models.DecimalField(_("最高温度（℃）"), max_digits=4, decimal_places=1, default=24)
    coldest = models.DecimalField(_("最低温度（℃）"), max_digits=4, decimal_places=1, default=14)
    dampest = models.DecimalField(_("最高相对湿度（%）"), max_digits=4, decimal_places=1, default=60)
    driest = models.DecimalField(_("最低相对湿度（%）"), max_digits=4, decimal_places=1, default=45)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("温湿度范围")
        verbose_name_plural = _("温湿度范围")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.location)

    @property
    def audit_parent(self) -> Location:
        """Shown with its room."""
        return self.location


class ClimateReading(models.Model):
    """温湿度记录, by hand, from a file or from a device."""

    secrecy = FieldSecrecy(default="internal")

    location = models.ForeignKey(
        Location, models.PROTECT, related_name="readings", verbose_name=_("库房"), db_index=False
    )
    read_at = models.DateTimeField(_("记录时间"))
    temperature = models.DecimalField(_("温度（℃）"), max_digits=4, decimal_places=1)
    humidity = models.DecimalField(_("相对湿度（%）"), max_digits=4, decimal_places=1)
    is_out = models.BooleanField(_("超出范围"), default=False, editable=False)
    source = models.CharField(_("来源"), max_length=40, blank=True, default="")
    read_by = models.CharField(_("记录人"), max_length=80, blank=True, default="")

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("温湿度记录")
        verbose_name_plural = _("温湿度记录")
        default_permissions = ()
        ordering = ("-read_at", "-id")
        constraints = [models.UniqueConstraint(fields=["location", "read_at"], name="climate_reading_once")]

    def __str__(self) -> str:
        return f"{self.temperature}℃ {self.humidity}%"

    @property
    def audit_parent(self) -> Location:
        """Shown with its room."""
        return self.location


class EquipmentKind(models.TextChoices):
    """What a storehouse is fitted with (A-I21)."""

    FIRE = "fire", _("消防")
    DAMP = "damp", _("防潮除湿")
    COOLING = "cooling", _("空调")
    PEST = "pest", _("防虫防鼠")
    SECURITY = "security", _("防盗监控")
    LIGHT = "light", _("照明防光")
    CLEANING = "cleaning", _("清洁")
    OTHER = "other", _("其他")


class Equipment(models.Model):
    """库房设备 and the duty to look after it every so many days."""

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    location = models.ForeignKey(Location, models.PROTECT, related_name="equipment", verbose_name=_("所在位置"))
    kind = models.CharField(_("种类"), max_length=10, choices=EquipmentKind.choices)
    name = models.CharField(_("名称"), max_length=80)
    model_name = models.CharField(_("型号"), max_length=80, blank=True, default="")
    bought_on = models.DateField(_("购置日期"), null=True, blank=True)
    every_days = models.PositiveSmallIntegerField(_("每几天检查一次"), null=True, blank=True)
    due_on = models.DateField(_("下次检查"), null=True, blank=True)
    is_retired = models.BooleanField(_("报废"), default=False)
    remarks = models.CharField(_("备注"), max_length=200, blank=True, default="")
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("库房设备")
        verbose_name_plural = _("库房设备")
        default_permissions = ()
        ordering = ("due_on", "id")

    def __str__(self) -> str:
        return self.name


class RoomVisit(models.Model):
    """人员入库登记, and the key that was handed out."""

    secrecy = FieldSecrecy(default="internal", personal="visitor")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    location = models.ForeignKey(Location, models.PROTECT, related_name="visits", verbose_name=_("库房"))
    visitor = models.CharField(_("来访人"), max_length=80)
    unit = models.CharField(_("单位"), max_length=120, blank=True, default="")
    purpose = models.CharField(_("事由"), max_length=200)
    escorted_by = models.CharField(_("陪同人"), max_length=80, blank=True, default="")
    key_number = models.CharField(_("领用钥匙"), max_length=40, blank=True, default="")
    entered_at = models.DateTimeField(_("进入时间"))
    left_at = models.DateTimeField(_("离开时间"), null=True, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("入库登记")
        verbose_name_plural = _("入库登记")
        default_permissions = ()
        ordering = ("-entered_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["fonds", "key_number"],
                name="room_key_out_once",
                condition=Q(left_at__isnull=True) & ~Q(key_number=""),
            )
        ]

    def __str__(self) -> str:
        return self.visitor
