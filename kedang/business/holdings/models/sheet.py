"""What was printed, kept with its lines so that a sheet can be asked whether it is still true (AR-09); how this company prints."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.business.holdings.models.handing import Transfer
from kedang.business.holdings.models.location import Location
from kedang.business.holdings.models.volume import Volume
from kedang.foundation.access.models import Department, Fonds, Person
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy, SecrecyLevel
from kedang.foundation.kernel.fields import EncryptedTextField


class FormKind(models.TextChoices):
    """Printed forms of the archive."""

    COVER = "cover", _("案卷封面")
    SPINE = "spine", _("卷脊")
    CONTENTS = "contents", _("卷内文件目录")
    NOTES = "notes", _("卷内备考表")
    VOLUMES = "volumes", _("案卷目录")
    ITEMS = "items", _("归档文件目录")
    REGISTER = "register", _("归档登记簿")
    BOX_SPINE = "box_spine", _("档案盒盒脊")
    BOX_FACE = "box_face", _("档案盒封面")
    BOX_ITEMS = "box_items", _("盒内文件目录")
    BOX_NOTES = "box_notes", _("盒内备考表")
    LABELS = "labels", _("标签")
    TRANSFER = "transfer", _("移交清册")


class Standard(models.TextChoices):
    """Which standard covers, contents and notes of volumes follow."""

    DOCUMENTS = "gb9705", _("文书档案案卷格式 GB/T 9705-2008")
    TECHNICAL = "gb11822", _("科学技术档案案卷构成 GB/T 11822-2008")


class CoverSize(models.TextChoices):
    """Paper of a cover: the soft one is A4, the hard one 310 × 220 mm."""

    SOFT = "a4", _("软卷皮 297 × 210 毫米（A4）")
    HARD = "hard", _("硬卷皮 310 × 220 毫米")


class SpineWidth(models.IntegerChoices):
    """卷脊 of a hard cover, in millimetres."""

    THIN = 10, _("10 毫米")
    MIDDLE = 15, _("15 毫米")
    THICK = 20, _("20 毫米")


class PageMarks(models.TextChoices):
    """Where page numbers are stamped: documents above, technical papers below; on the outer corner."""

    UPPER = "upper", _("上方（正面右上角，背面左上角）")
    LOWER = "lower", _("下方（正面右下角，背面左下角）")


class Sides(models.TextChoices):
    """Whether a scan shows front and back of each leaf, or fronts only."""

    SINGLE = "single", _("单面（每页都是正面）")
    DOUBLE = "double", _("双面（正面、背面相间）")


class PrintedSheet(models.Model):
    """一次打印: which form of what, by whom and when, and the printed lines under seal.

    ``code`` stands on the paper: form, object and the first signs of ``digest``, the fingerprint of the printed lines. Scanned, the lines
    are compared with what the form would say now. ``asked`` holds conditions and choices of the print.
    """

    secrecy = FieldSecrecy(default="internal", open="form code printed_at")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"), db_index=False)
    form = models.CharField(_("表格"), max_length=12, choices=FormKind.choices)
    code = models.CharField(_("表格码"), max_length=60)
    digest = models.CharField(_("内容指纹"), max_length=64)
    asked = models.JSONField(_("打印条件"), default=dict, blank=True)
    lines = EncryptedTextField(_("打印的内容"))
    language = models.CharField(_("语言"), max_length=10)
    file_kind = models.CharField(_("格式"), max_length=5, default="pdf")
    line_count = models.PositiveIntegerField(_("行数"), default=0)
    page_count = models.PositiveIntegerField(_("页数"), default=0)
    volume = models.ForeignKey(
        Volume, models.PROTECT, null=True, blank=True, related_name="sheets", verbose_name=_("案卷")
    )
    location = models.ForeignKey(
        Location, models.PROTECT, null=True, blank=True, related_name="sheets", verbose_name=_("存放位置")
    )
    transfer = models.ForeignKey(
        Transfer, models.PROTECT, null=True, blank=True, related_name="sheets", verbose_name=_("移交")
    )
    secrecy_level = models.PositiveSmallIntegerField(
        _("密级"), choices=SecrecyLevel.choices, default=SecrecyLevel.INTERNAL
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("打印人所在部门"),
        related_name="+",
        db_index=False,
    )
    printed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name=_("打印人"), related_name="+", db_index=False
    )
    printer_name = models.CharField(_("打印人姓名"), max_length=80)
    printed_at = models.DateTimeField(_("打印时间"))

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("打印的表格")
        verbose_name_plural = _("打印的表格")
        default_permissions = ()
        ordering = ("-id",)
        indexes = [models.Index(fields=["fonds", "code", "id"], name="sheet_by_code")]

    def __str__(self) -> str:
        return f"{self.get_form_display()} {self.code}"

    @property
    def audit_parent(self) -> models.Model | None:
        """Shown with what it is of."""
        return self.volume or self.location or self.transfer


class PrintSettings(models.Model):
    """打印设置 of a company: what is chosen unless the person who prints chooses otherwise."""

    secrecy = FieldSecrecy(default="open")

    fonds = models.OneToOneField(Fonds, models.PROTECT, related_name="print_settings", verbose_name=_("全宗"))
    standard = models.CharField(_("案卷格式"), max_length=8, choices=Standard.choices, default=Standard.DOCUMENTS)
    cover_size = models.CharField(_("封面尺寸"), max_length=4, choices=CoverSize.choices, default=CoverSize.SOFT)
    spine_width = models.PositiveSmallIntegerField(_("卷脊厚度"), choices=SpineWidth.choices, default=SpineWidth.MIDDLE)
    row_height = models.PositiveSmallIntegerField(
        _("目录行高（毫米）"), default=15, validators=[MinValueValidator(7), MaxValueValidator(20)]
    )
    page_marks = models.CharField(_("页号位置"), max_length=5, choices=PageMarks.choices, default=PageMarks.UPPER)
    sides = models.CharField(_("扫描件"), max_length=6, choices=Sides.choices, default=Sides.SINGLE)
    label_columns = models.PositiveSmallIntegerField(
        _("标签列数"), default=3, validators=[MinValueValidator(1), MaxValueValidator(6)]
    )
    label_rows = models.PositiveSmallIntegerField(
        _("标签行数"), default=8, validators=[MinValueValidator(1), MaxValueValidator(16)]
    )
    label_margin_top = models.PositiveSmallIntegerField(
        _("标签纸上边距（毫米）"), default=0, validators=[MaxValueValidator(40)]
    )
    label_margin_side = models.PositiveSmallIntegerField(
        _("标签纸左右边距（毫米）"), default=0, validators=[MaxValueValidator(30)]
    )
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("打印设置")
        verbose_name_plural = _("打印设置")
        default_permissions = ()

    def __str__(self) -> str:
        return str(_("打印设置"))
