"""What was taken out of stored files to be read and found: their text by page, and how the taking went. All of it can be made again."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.secrecy import FieldSecrecy
from kedang.foundation.files.models.stored_file import StoredFile
from kedang.foundation.kernel.fields import EncryptedTextField


class ReadingState(models.TextChoices):
    """How far the reading of a file has come."""

    EXTRACTING = "extracting", _("正在提取文字")
    SCANNED = "scanned", _("待识别文字")
    DONE = "done", _("已提取文字")
    PARTLY = "partly", _("部分提取")
    NONE = "none", _("没有可提取的文字")
    FAILED = "failed", _("未能提取文字")


class FileReading(models.Model):
    """文字提取: one for each file that was looked into. ``finding`` says why there is no text, or not all of it.

    ``version`` is that of the way of reading: a file read in an older way is read again when the way becomes better.
    """

    secrecy = FieldSecrecy(default="internal")
    is_technical = True  # derived from the file, made by the worker, made again at will; that a file was read is an event of the file

    file = models.OneToOneField(StoredFile, models.CASCADE, related_name="reading", verbose_name=_("文件"))
    state = models.CharField(_("状态"), max_length=12, choices=ReadingState.choices)
    kind = models.CharField(_("种类"), max_length=12, blank=True, default="")
    pages: Any = models.PositiveIntegerField(_("页数"), default=0)
    code = models.CharField(_("原因"), max_length=30, blank=True, default="")
    finding = models.CharField(_("说明"), max_length=300, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    version = models.PositiveSmallIntegerField(_("提取方式版本"), default=1)
    begun_at = models.DateTimeField(_("开始时间"))
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    objects: Any = models.Manager()

    class Meta:
        verbose_name = _("文字提取")
        verbose_name_plural = _("文字提取")
        default_permissions = ()
        indexes = [models.Index(fields=["state", "id"], name="file_reading_by_state")]

    def __str__(self) -> str:
        return f"{self.file} {self.get_state_display()}"


class PageSource(models.TextChoices):
    """Where the text of a page is from."""

    EXTRACTED = "extracted", _("文件所含文字")
    WAITING = "waiting", _("待识别")
    RECOGNISED = "ocr", _("识别所得")
    NOTHING = "nothing", _("没有文字")


class FilePage(models.Model):
    """页: the text of one page of a file, sealed. ``confidence`` in percent is that of recognition."""

    secrecy = FieldSecrecy(default="internal")
    is_technical = True  # see FileReading

    file = models.ForeignKey(
        StoredFile, models.CASCADE, related_name="text_pages", verbose_name=_("文件"), db_index=False
    )
    number = models.PositiveIntegerField(_("页次"))
    text = EncryptedTextField(_("文字"), blank=True, default="")
    title = EncryptedTextField(_("页名"), blank=True, default="")
    source = models.CharField(_("来源"), max_length=10, choices=PageSource.choices, default=PageSource.EXTRACTED)
    confidence = models.PositiveSmallIntegerField(_("识别把握（%）"), null=True, blank=True)

    objects: Any = models.Manager()

    class Meta:
        verbose_name = _("文件的页")
        verbose_name_plural = _("文件的页")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="file_page_once")]
        indexes = [models.Index(fields=["file"], name="file_page_to_recognise", condition=models.Q(source="waiting"))]

    def __str__(self) -> str:
        return f"{self.file_id} {self.number}"


class RenditionKind(models.TextChoices):
    """What a picture of a page is for."""

    THUMB = "thumb", _("缩略图")
    PAGE = "page", _("页面图像")
    LARGE = "large", _("放大的页面图像")


class Rendition(models.Model):
    """页面图像: a picture of a page, made when somebody wants to see it. It lies sealed below the data folder and may go at any time."""

    secrecy = FieldSecrecy(default="internal")
    is_technical = True  # a cache

    file = models.ForeignKey(
        StoredFile, models.CASCADE, related_name="renditions", verbose_name=_("文件"), db_index=False
    )
    kind = models.CharField(_("种类"), max_length=8, choices=RenditionKind.choices)
    page = models.PositiveIntegerField(_("页次"))
    place = models.CharField(_("存放处"), max_length=120, unique=True)
    size = models.PositiveIntegerField(_("大小"))
    width = models.PositiveIntegerField(_("宽"))
    height = models.PositiveIntegerField(_("高"))
    made_at = models.DateTimeField(_("生成时间"), db_index=True)

    objects: Any = models.Manager()

    class Meta:
        verbose_name = _("页面图像")
        verbose_name_plural = _("页面图像")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["file", "kind", "page"], name="rendition_once")]

    def __str__(self) -> str:
        return f"{self.file_id} {self.kind} {self.page}"
