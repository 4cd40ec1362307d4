"""One file brought in, from upload to undo."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.models import Department, Fonds, Person
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy
from kedang.foundation.jobs.models import Job


class BatchState(models.TextChoices):
    """Life of a batch."""

    UPLOADED = "uploaded", _("已上传")
    MAPPED = "mapped", _("已对应列")
    STAGING = "staging", _("正在核对")
    STAGED = "staged", _("待确认")
    COMMITTING = "committing", _("正在导入")
    DONE = "done", _("已完成")
    CANCELLED = "cancelled", _("已中止")
    FAILED = "failed", _("失败")
    UNDOING = "undoing", _("正在撤销")
    UNDONE = "undone", _("已撤销")
    CLOSED = "closed", _("已关闭")


class OnDuplicate(models.TextChoices):
    """What happens to a row whose customer is there already."""

    SKIP = "skip", _("跳过")
    FILL = "fill", _("只补空白")
    UPDATE = "update", _("以文件为准更新")
    BOTH = "both", _("两份都保留")


RUNNING = (BatchState.STAGING, BatchState.COMMITTING, BatchState.UNDOING)
OUTCOMES = ("created", "updated", "unchanged", "duplicates", "rejected")
"""What may become of a row; the five always add up to the rows of the file."""


class ImportBatch(models.Model):
    """导入批次: a file, how its columns are read, what was found in it, and what became of every row.

    ``counts`` holds the five outcomes (planned until the batch is committed, then real), ``noted`` (imported with a note), ``rows`` and
    what each cleaning rule did. The rows lie sealed in :class:`ImportChunk`; the file itself lies sealed outside the database.
    """

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    actor = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, verbose_name=_("经办人"), related_name="+")
    actor_name = models.CharField(_("经办人"), max_length=80)
    target = models.CharField(_("导入对象"), max_length=40, default="customers")
    state = models.CharField(_("状态"), max_length=12, choices=BatchState.choices, default=BatchState.UPLOADED)

    file_name = models.CharField(_("文件名"), max_length=200)
    file_size = models.BigIntegerField(_("文件大小"), default=0)
    sha256 = models.CharField(_("文件摘要"), max_length=64)
    kind = models.CharField(_("文件类型"), max_length=10, blank=True, default="")
    sheet = models.CharField(_("工作表"), max_length=120, blank=True, default="")
    sheets: Any = models.JSONField(_("全部工作表"), default=list, blank=True)
    encoding = models.CharField(_("编码"), max_length=20, blank=True, default="")
    heading_row = models.PositiveIntegerField(_("标题行"), null=True, blank=True)
    headings: Any = models.JSONField(_("列标题"), default=list, blank=True)
    notes: Any = models.JSONField(_("读取说明"), default=list, blank=True)

    mapping: Any = models.JSONField(_("列对应"), default=dict, blank=True)
    suggestions: Any = models.JSONField(_("对应建议"), default=list, blank=True)
    rules_off: Any = models.JSONField(_("停用的整理规则"), default=list, blank=True)
    options: Any = models.JSONField(_("读取选项"), default=dict, blank=True)
    on_duplicate = models.CharField(
        _("遇到重复时"), max_length=6, choices=OnDuplicate.choices, default=OnDuplicate.SKIP
    )
    responsible = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name=_("默认负责人"), related_name="+"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, verbose_name=_("默认归属部门"), related_name="+"
    )

    row_count = models.BigIntegerField(_("行数"), default=0)
    counts: Any = models.JSONField(_("计数"), default=dict, blank=True)
    undo_counts: Any = models.JSONField(_("撤销计数"), default=dict, blank=True)
    timings: Any = models.JSONField(_("用时"), default=dict, blank=True)
    error = models.CharField(_("错误"), max_length=500, blank=True, default="")
    job = models.ForeignKey(Job, models.PROTECT, null=True, blank=True, verbose_name=_("任务"), related_name="+")
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    created_at = models.DateTimeField(_("上传时间"), editable=False)
    committed_at = models.DateTimeField(_("导入时间"), null=True, blank=True, editable=False)
    undone_at = models.DateTimeField(_("撤销时间"), null=True, blank=True, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("导入批次")
        verbose_name_plural = _("导入批次")
        default_permissions = ()
        indexes = [models.Index(fields=["fonds", "sha256"], name="import_batch_by_file")]

    def __str__(self) -> str:
        return f"{self.file_name}（批次 {self.pk}）"

    @property
    def is_running(self) -> bool:
        """A job is at work on it."""
        return self.state in RUNNING

    @property
    def column_fields(self) -> dict[int, str]:
        """Mapping with whole numbers as keys (JSON keeps them as text)."""
        return {int(column): field for column, field in self.mapping.items() if field}
