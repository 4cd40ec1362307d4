"""What is known of a stored file. Its bytes lie sealed below the data folder; who may read it is said by the record it belongs to."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy


class FileState(models.TextChoices):
    """Whether the bytes may be used."""

    WAITING = "waiting", _("待查毒")
    GOOD = "good", _("可用")
    INFECTED = "infected", _("有病毒，已隔离")
    DAMAGED = "damaged", _("已损坏")
    ERASED = "erased", _("已清除")


class StoredFile(models.Model):
    """文件 (AR-12, CS-05): bytes as they came, under the name they had. Neither is ever altered; another version is another file.

    ``name`` is kept as it was given, sign for sign (decomposed forms too). ``place`` is the path below the data folder.
    ``media_type`` is what the content says, whatever the name ends in.
    """

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    name = models.CharField(_("文件名"), max_length=400)
    place = models.CharField(_("存放处"), max_length=120, unique=True, editable=False)
    size = models.PositiveBigIntegerField(_("大小"))
    sha256 = models.CharField(_("SHA-256 摘要"), max_length=64, editable=False)
    sm3 = models.CharField(_("SM3 摘要"), max_length=64, editable=False)
    media_type = models.CharField(_("格式"), max_length=120)
    pages = models.PositiveIntegerField(_("页数"), null=True, blank=True, editable=False)
    state = models.CharField(
        _("状态"), max_length=10, choices=FileState.choices, default=FileState.WAITING, editable=False
    )
    finding = models.CharField(_("查毒与核验结果"), max_length=300, blank=True, default="", editable=False)
    is_too_large = models.BooleanField(_("查毒服务不收"), default=False, editable=False)
    scanned_at = models.DateTimeField(_("查毒时间"), null=True, blank=True, editable=False)
    checked_at = models.DateTimeField(_("核验时间"), null=True, blank=True, editable=False)
    uploaded_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name=_("上传人"), related_name="+", db_index=False
    )
    uploaded_at = models.DateTimeField(_("上传时间"), editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("文件")
        verbose_name_plural = _("文件")
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="stored_file_has_name")]
        indexes = [
            models.Index(fields=["sha256"], name="stored_file_by_digest"),
            models.Index(
                fields=["id"],
                name="stored_file_waiting",
                condition=models.Q(state=FileState.WAITING),
            ),
            models.Index(fields=["checked_at", "id"], name="stored_file_by_check"),
            models.Index(fields=["fonds", "uploaded_at", "size"], name="stored_file_by_arrival"),
        ]

    def __str__(self) -> str:
        return self.name
