"""What people keep of their lists: saved views, and how they like the table."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy


class SavedView(models.Model):
    """保存的视图: named conditions over one kind of record, one's own or shared with the company."""

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    owner = models.ForeignKey(Person, models.PROTECT, verbose_name=_("所有者"))
    record_kind = models.CharField(_("记录种类"), max_length=60)
    name = models.CharField(_("视图名称"), max_length=30)
    conditions: Any = models.JSONField(_("条件"), default=dict, blank=True)
    columns: Any = models.JSONField(_("列"), default=list, blank=True)
    is_shared = models.BooleanField(_("全公司可用"), default=False)
    position = models.PositiveIntegerField(_("排序"), default=0)
    created_at = models.DateTimeField(_("建立时间"))

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("视图")
        verbose_name_plural = _("视图")
        default_permissions = ()
        ordering = ("position", "id")
        constraints = [
            models.UniqueConstraint(fields=["owner", "record_kind", "name"], name="saved_view_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class ListSettings(models.Model):
    """How one person likes one list: columns in order, density, rows a page. Taste, not business: no event."""

    secrecy = FieldSecrecy(default="internal")
    is_technical = True

    owner = models.ForeignKey(Person, models.CASCADE, verbose_name=_("所有者"))
    record_kind = models.CharField(_("记录种类"), max_length=60)
    columns: Any = models.JSONField(_("列"), default=list, blank=True)
    density = models.CharField(_("密度"), max_length=10, blank=True, default="")
    page_size = models.PositiveSmallIntegerField(_("每页条数"), default=20)

    class Meta:
        verbose_name = _("列表设置")
        verbose_name_plural = _("列表设置")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["owner", "record_kind"], name="list_settings_once")]

    def __str__(self) -> str:
        return f"{self.owner_id} {self.record_kind}"


class Submission(models.Model):
    """已提交的表单: the key of a form that was sent, so that it acts once. Kept two days, then removed."""

    secrecy = FieldSecrecy(default="internal")
    is_technical = True

    person_id = models.BigIntegerField(_("提交人编号"))
    key = models.CharField(_("提交号"), max_length=64)
    digest = models.CharField(_("内容摘要"), max_length=64)
    mark = models.CharField(_("占用标记"), max_length=16)
    status = models.PositiveSmallIntegerField(_("结果状态"), default=0)
    location = models.CharField(_("结果地址"), max_length=500, blank=True, default="")
    created_at = models.DateTimeField(_("提交时间"), db_index=True)

    class Meta:
        verbose_name = _("已提交的表单")
        verbose_name_plural = _("已提交的表单")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["person_id", "key"], name="submission_acts_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.key}"
