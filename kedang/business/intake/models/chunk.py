"""The rows of a batch, sealed, some thousand at a time."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.business.intake.models.batch import ImportBatch
from kedang.foundation.access.secrecy import FieldSecrecy


class ChunkState(models.TextChoices):
    """How far the rows of a chunk have come; it turns in the same transaction as their effect."""

    STAGED = "staged", _("待导入")
    COMMITTED = "committed", _("已导入")
    UNDONE = "undone", _("已撤销")


class ImportChunk(models.Model):
    """分块: consecutive rows of the file. ``payload`` (rows as read and cleaned) is written once; ``marks`` (what becomes of each row,
    why, and what it takes to undo it) again at commit and undo. Both are compressed and sealed.
    """

    secrecy = FieldSecrecy(default="internal")
    is_technical = True  # staging: what the rows do to customers is recorded per customer, what happens to the batch with the batch

    batch = models.ForeignKey(
        ImportBatch, models.PROTECT, related_name="chunks", verbose_name=_("批次"), db_index=False
    )
    seq = models.PositiveIntegerField(_("序号"))
    first_line = models.BigIntegerField(_("起始行"))
    row_count = models.PositiveIntegerField(_("行数"))
    state = models.CharField(_("状态"), max_length=10, choices=ChunkState.choices, default=ChunkState.STAGED)
    counts: Any = models.JSONField(_("计数"), default=dict, blank=True)
    payload = models.BinaryField(_("内容"))
    marks = models.BinaryField(_("处理结果"))

    class Meta:
        verbose_name = _("导入分块")
        verbose_name_plural = _("导入分块")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["batch", "seq"], name="import_chunk_once")]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.seq}"

    @property
    def audit_parent(self) -> ImportBatch:
        """Belongs to its batch."""
        return self.batch
