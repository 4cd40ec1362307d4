"""分类方案, 归档范围, 保管期限, 档号模板: what the archivist lays down before anything is filed."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kedang.business.holdings import choices as c
from kedang.foundation.access.models import Department, Fonds
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy, SecrecyLevel


class RetentionPeriod(models.Model):
    """保管期限: 永久, 30 年, 10 年 and the old 长期, 短期 side by side; the table is the archivist's.

    ``years`` empty means permanent. ``reads_as`` says which present period an old one is read as.
    """

    secrecy = FieldSecrecy(default="open")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    code = models.CharField(_("代码"), max_length=8)
    name = models.CharField(_("名称"), max_length=20)
    years = models.PositiveSmallIntegerField(_("年数"), null=True, blank=True)
    is_old = models.BooleanField(_("旧期限"), default=False)
    reads_as = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("按此期限执行"), related_name="+"
    )
    position = models.PositiveIntegerField(_("排序"), default=0)
    is_active = models.BooleanField(_("启用"), default=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("保管期限")
        verbose_name_plural = pgettext_lazy("多条", "保管期限")
        default_permissions = ()
        ordering = ("position", "id")
        constraints = [models.UniqueConstraint(fields=["fonds", "code"], name="retention_period_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_permanent(self) -> bool:
        """Kept for ever."""
        return self.years is None


class Scheme(models.Model):
    """分类方案 of one version (AR-03). Exactly one is in force; what was filed under an older one stays under it."""

    secrecy = FieldSecrecy(default="open")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    number = models.PositiveIntegerField(_("版次"))
    title = models.CharField(_("名称"), max_length=80)
    state = models.CharField(_("状态"), max_length=10, choices=c.SchemeState.choices, default=c.SchemeState.DRAFT)
    note = models.TextField(_("编制说明"), blank=True, default="")
    published_at = models.DateTimeField(_("施行时间"), null=True, blank=True, editable=False)
    retired_at = models.DateTimeField(_("停用时间"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("分类方案")
        verbose_name_plural = pgettext_lazy("多条", "分类方案")
        default_permissions = ()
        ordering = ("-number",)
        constraints = [
            models.UniqueConstraint(fields=["fonds", "number"], name="scheme_number_once"),
            models.UniqueConstraint(fields=["fonds"], name="scheme_one_in_force", condition=Q(state="in_force")),
        ]

    def __str__(self) -> str:
        return f"{self.title}（第{self.number}版）"


class Series(models.Model):
    """类别: a node of the scheme.

    ``code`` is the whole class code as it stands in the 档号 (``ZY·KH``), ``path`` the keys from the root down.

    ``former`` is the node of the version before that this one took over (旧新类目对照); those that were merged into it besides stand in
    :class:`SeriesMerger`. A node that was split is the ``former`` of several.
    """

    secrecy = FieldSecrecy(default="open")

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="series", verbose_name=_("分类方案"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级类别")
    )
    code = models.CharField(_("类别号"), max_length=40)
    name = models.CharField(_("类别名称"), max_length=60)
    path = models.CharField(_("路径"), max_length=120, blank=True, default="", editable=False, db_index=True)
    arrangement = models.CharField(
        _("整理方式"), max_length=8, choices=c.Arrangement.choices, default=c.Arrangement.VOLUME
    )
    retention = models.ForeignKey(
        RetentionPeriod, models.PROTECT, null=True, blank=True, verbose_name=_("保管期限"), related_name="+"
    )
    scope_note = models.TextField(_("范围说明"), blank=True, default="")
    former = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("原类别"), related_name="successors"
    )
    position = models.PositiveIntegerField(_("排序"), default=0)
    is_active = models.BooleanField(_("启用"), default=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("类别")
        verbose_name_plural = pgettext_lazy("多条", "类别")
        default_permissions = ()
        ordering = ("position", "id")
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="series_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def audit_parent(self) -> Scheme:
        """Shown with its scheme."""
        return self.scheme


class SeriesMerger(models.Model):
    """类目合并: a class of the version before that was merged into one of this version, besides the ``former`` of that one."""

    secrecy = FieldSecrecy(default="open")

    series = models.ForeignKey(Series, models.CASCADE, related_name="mergers", verbose_name=_("类别"))
    former = models.ForeignKey(Series, models.PROTECT, related_name="merged_into", verbose_name=_("并入的原类别"))

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("类目合并")
        verbose_name_plural = _("类目合并")
        default_permissions = ()
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["series", "former"], name="series_merged_once")]

    def __str__(self) -> str:
        return f"{self.former} → {self.series}"

    @property
    def audit_parent(self) -> Series:
        """Shown with its class."""
        return self.series


class CodeTemplate(models.Model):
    """档号模板 (AR-08): how codes of volumes, items in volumes and items by themselves are built.

    Template words in braces: ``fonds`` 全宗号, ``series`` 类别号, ``year``, ``retention`` 期限代码, ``unit`` 机构或问题代码,
    ``catalogue`` 目录号, ``project`` 项目号, ``volume`` 案卷号, ``item`` 件号, ``page`` 页号. A width stands behind a colon
    (``{volume:4}``). All other signs stand as they are.
    """

    secrecy = FieldSecrecy(default="open")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    name = models.CharField(_("名称"), max_length=60)
    arrangement = models.CharField(_("整理方式"), max_length=8, choices=c.Arrangement.choices)
    standard = models.CharField(_("依据"), max_length=40, blank=True, default="")
    volume_template = models.CharField(_("案卷档号格式"), max_length=120, blank=True, default="")
    item_template = models.CharField(_("件档号格式"), max_length=120)
    is_default = models.BooleanField(_("默认"), default=False)
    is_active = models.BooleanField(_("启用"), default=True)
    position = models.PositiveIntegerField(_("排序"), default=0)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("档号模板")
        verbose_name_plural = pgettext_lazy("多条", "档号模板")
        default_permissions = ()
        ordering = ("position", "id")
        constraints = [
            models.UniqueConstraint(fields=["fonds", "name"], name="code_template_once"),
            models.UniqueConstraint(
                fields=["fonds", "arrangement"], name="code_template_one_default", condition=Q(is_default=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DocumentType(models.Model):
    """归档范围的一条 (AR-02): a kind of document, whether it is kept, where, how long, how secret, and who owes it.

    The class is named by its code, so that the line outlives a version of the scheme.
    """

    secrecy = FieldSecrecy(default="open")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    code = models.CharField(_("代码"), max_length=20)
    name = models.CharField(_("文件材料名称"), max_length=80)
    is_kept = models.BooleanField(_("列入归档范围"), default=True)
    series_code = models.CharField(_("类别号"), max_length=40, blank=True, default="")
    retention = models.ForeignKey(
        RetentionPeriod, models.PROTECT, null=True, blank=True, verbose_name=_("保管期限"), related_name="+"
    )
    secrecy_level = models.PositiveSmallIntegerField(
        _("密级"), choices=SecrecyLevel.choices, default=SecrecyLevel.INTERNAL
    )
    year_rule = models.CharField(_("年度规则"), max_length=12, choices=c.YearRule.choices, default=c.YearRule.OWN_DATE)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, verbose_name=_("归档部门"), related_name="+"
    )
    due_days = models.PositiveSmallIntegerField(_("办结后几天内归档"), null=True, blank=True)
    keywords = models.CharField(_("识别词"), max_length=200, blank=True, default="")
    order_weight = models.PositiveSmallIntegerField(_("卷内次序"), default=50)
    basis = models.CharField(_("依据"), max_length=120, blank=True, default="")
    position = models.PositiveIntegerField(_("排序"), default=0)
    is_active = models.BooleanField(_("启用"), default=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("归档范围")
        verbose_name_plural = _("归档范围")
        default_permissions = ()
        ordering = ("position", "id")
        constraints = [models.UniqueConstraint(fields=["fonds", "code"], name="document_type_once")]

    def __str__(self) -> str:
        return self.name
