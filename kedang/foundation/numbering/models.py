"""Rules, series and the ledger of numbers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.models import Fonds
from kedang.foundation.access.secrecy import FieldSecrecy


class NumberRule(models.Model):
    """编号规则: the template by which numbers of one kind of record are made, edited by the archivist.

    Template words: ``{code}`` type code, ``{year}`` four digits, ``{yy}`` two, ``{month}``, ``{serial}`` with at least
    ``serial_width`` digits. A new series starts whenever the part before the serial changes (E-4.2: 工业客户 2023 年第 5 个
    → GY202305).
    """

    secrecy = FieldSecrecy(default="open")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    key = models.CharField(_("适用于"), max_length=40)
    template = models.CharField(_("编号格式"), max_length=80, default="{code}{year}{serial}")
    serial_width = models.PositiveSmallIntegerField(_("流水号最少位数"), default=2)
    codes = models.JSONField(_("类型代码"), default=dict, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1)

    class Meta:
        verbose_name = _("编号规则")
        verbose_name_plural = _("编号规则")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["fonds", "key"], name="number_rule_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.template}"


class NumberSeries(models.Model):
    """流水: the counter of one prefix. Its row is locked while numbers are issued."""

    secrecy = FieldSecrecy(default="open")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    key = models.CharField(_("适用于"), max_length=40)
    prefix = models.CharField(_("前缀"), max_length=80)
    suffix = models.CharField(_("后缀"), max_length=40, blank=True, default="")
    width = models.PositiveSmallIntegerField(_("位数"), default=2)
    last = models.BigIntegerField(_("已用到"), default=0)

    class Meta:
        verbose_name = _("编号流水")
        verbose_name_plural = _("编号流水")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["fonds", "key", "prefix", "suffix"], name="number_series_once")]

    def __str__(self) -> str:
        return f"{self.prefix}…{self.suffix}"


class NumberState(models.TextChoices):
    """What became of a number."""

    USED = "used", _("已用")
    RESERVED = "reserved", _("预留")
    VOID = "void", _("作废")


class NumberEntry(models.Model):
    """编号台账: a run of numbers of one series with one fate. Void entries lie over the used run they come from."""

    secrecy = FieldSecrecy(default="open")

    series = models.ForeignKey(NumberSeries, models.PROTECT, verbose_name=_("流水"), related_name="entries")
    first = models.BigIntegerField(_("起号"))
    last = models.BigIntegerField(_("止号"))
    state = models.CharField(_("状态"), max_length=10, choices=NumberState.choices)
    reason = models.CharField(_("说明"), max_length=200, blank=True, default="")
    issued_by = models.CharField(_("发号人"), max_length=80)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("编号台账")
        verbose_name_plural = _("编号台账")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="number_run_forward"),
            models.UniqueConstraint(fields=["series", "first", "state"], name="number_entry_once"),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.first}–{self.last} {self.get_state_display()}"
