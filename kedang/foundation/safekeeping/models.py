"""What is remembered of sets and drills. The sets themselves lie in their folder; these rows say what became of them."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.secrecy import FieldSecrecy


class BackupState(models.TextChoices):
    """How a set stands."""

    MADE = "made", _("未验证")
    GOOD = "good", _("验证完好")
    BAD = "bad", _("已损坏")
    GONE = "gone", _("已不在")
    REMOVED = "removed", _("到期清理")


PRESENT = (BackupState.MADE, BackupState.GOOD, BackupState.BAD)


class Backup(models.Model):
    """备份集: one set of database, files and keys."""

    secrecy = FieldSecrecy(default="internal")

    code = models.CharField(_("备份集"), max_length=60, unique=True)
    created_at = models.DateTimeField(_("备份时间"))
    engine = models.CharField(_("数据库"), max_length=12)
    version = models.CharField(_("程序版本"), max_length=40, blank=True, default="")
    row_count = models.BigIntegerField(_("数据行数"), default=0)
    file_count = models.BigIntegerField(_("文件数"), default=0)
    size = models.BigIntegerField(_("大小"), default=0)
    state = models.CharField(_("状态"), max_length=8, choices=BackupState.choices, default=BackupState.MADE)
    checked_at = models.DateTimeField(_("验证时间"), null=True, blank=True)
    restored_at = models.DateTimeField(_("恢复演练通过时间"), null=True, blank=True)
    problem = models.TextField(_("问题"), blank=True, default="")
    copies: Any = models.JSONField(_("副本"), default=list, blank=True)

    class Meta:
        verbose_name = _("备份集")
        verbose_name_plural = _("备份集")
        default_permissions = ()
        indexes = [models.Index(fields=["-created_at"], name="backup_newest")]

    def __str__(self) -> str:
        return self.code


class Drill(models.Model):
    """恢复演练: a set restored to a scratch place and compared; its report is kept."""

    secrecy = FieldSecrecy(default="internal")

    backup_code = models.CharField(_("备份集"), max_length=60)
    backup_made_at = models.DateTimeField(_("备份时间"), null=True, blank=True)
    started_at = models.DateTimeField(_("开始时间"))
    finished_at = models.DateTimeField(_("结束时间"))
    is_passed = models.BooleanField(_("通过"))
    words = models.TextField(_("结论"))
    report: Any = models.JSONField(_("经过"), default=list, blank=True)
    by = models.CharField(_("发起人"), max_length=80, blank=True, default="")

    class Meta:
        verbose_name = _("恢复演练")
        verbose_name_plural = _("恢复演练")
        default_permissions = ()
        indexes = [models.Index(fields=["-finished_at"], name="drill_newest")]

    def __str__(self) -> str:
        return f"{self.backup_code} {self.finished_at:%Y-%m-%d}"

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.finished_at - self.started_at).total_seconds()
