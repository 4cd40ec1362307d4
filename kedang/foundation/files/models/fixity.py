"""What a run of the fixity check found. Findings are kept, repaired or not."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.secrecy import FieldSecrecy


class RunState(models.TextChoices):
    """How a run stands."""

    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")
    STOPPED = "stopped", _("中途停止")


class FixityRun(models.Model):
    """核验: one pass over stored files, of all companies; the store is one."""

    secrecy = FieldSecrecy(default="internal")

    started_at = models.DateTimeField(_("开始时间"))
    finished_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=RunState.choices, default=RunState.RUNNING)
    is_full = models.BooleanField(_("全部文件"))
    by = models.CharField(_("发起人"), max_length=80)
    job_id = models.BigIntegerField(_("任务"), null=True, blank=True, unique=True, editable=False)
    file_count = models.PositiveIntegerField(_("文件数"), default=0)
    byte_count = models.PositiveBigIntegerField(_("字节数"), default=0)
    fault_count = models.PositiveIntegerField(_("问题数"), default=0)
    seconds = models.FloatField(_("用时（秒）"), default=0)

    class Meta:
        verbose_name = _("核验")
        verbose_name_plural = _("核验")
        default_permissions = ()
        indexes = [models.Index(fields=["-started_at"], name="fixity_newest")]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"

    @property
    def speed(self) -> float:
        """MB a second."""
        return self.byte_count / 1e6 / max(self.seconds, 0.1)


class FaultKind(models.TextChoices):
    """What is wrong with a file."""

    MISSING = "missing", _("文件丢失")
    EMPTY = "empty", _("变成空文件")
    CUT = "cut", _("被截断")
    GROWN = "grown", _("被加长")
    SWAPPED = "swapped", _("被换成另一份文件")
    ALTERED = "altered", _("内容被改动")
    DIFFERENT = "different", _("与登记的摘要不符")
    KEYLESS = "keyless", _("缺少密钥")
    UNREADABLE = "unreadable", _("磁盘读不出")
    EXTRA = "extra", _("多出的文件")


class FixityFault(models.Model):
    """核验问题: one file that is not what it was; ``place`` also names one that no record knows."""

    secrecy = FieldSecrecy(default="internal")

    run = models.ForeignKey(FixityRun, models.PROTECT, verbose_name=_("核验"), related_name="faults")
    file: Any = models.ForeignKey(
        "files.StoredFile", models.PROTECT, null=True, blank=True, verbose_name=_("文件"), related_name="faults"
    )
    place = models.CharField(_("存放处"), max_length=300)
    kind = models.CharField(_("问题"), max_length=10, choices=FaultKind.choices)
    words = models.CharField(_("说明"), max_length=600)
    found_at = models.DateTimeField(_("发现时间"))
    settled_at = models.DateTimeField(_("解决时间"), null=True, blank=True)
    settlement = models.CharField(_("如何解决"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("核验问题")
        verbose_name_plural = _("核验问题")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["run", "place"], name="fixity_fault_once_a_run"),
        ]
        indexes = [
            models.Index(fields=["place"], name="fixity_fault_open", condition=models.Q(settled_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.place}"
