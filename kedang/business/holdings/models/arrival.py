"""来包: packages that others hand to us."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kedang.business.customers.models import Customer
from kedang.business.holdings.models.handing import PackageKind
from kedang.business.holdings.models.volume import Volume
from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy, SecrecyLevel
from kedang.foundation.files.models import StoredFile


class ArrivalState(models.TextChoices):
    """How far a package has come."""

    CHECKING = "checking", _("核验中")
    SOUND = "sound", _("可以导入")
    REJECTED = "rejected", _("不予导入")
    IMPORTING = "importing", _("导入中")
    IMPORTED = "imported", _("已导入")


class PackageArrival(models.Model):
    """来包: a package that was uploaded, verified before anything else, and imported when somebody says so (PL-04).

    ``report`` is what was found in it and what is wrong; ``result`` what came in, what was there already, which codes were exchanged.
    Until it was looked into it is as secret as its bringer may know; then as the most secret thing in it.
    """

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    name = models.CharField(_("文件名"), max_length=400)
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="package_arrival", verbose_name=_("文件"))
    kind = models.CharField(_("格式"), max_length=8, choices=PackageKind.choices, blank=True, default="")
    state = models.CharField(_("状态"), max_length=10, choices=ArrivalState.choices, default=ArrivalState.CHECKING)
    title = models.CharField(_("内容"), max_length=300, blank=True, default="")
    origin = models.CharField(_("来自"), max_length=120, blank=True, default="")
    secrecy_level = models.PositiveSmallIntegerField(
        _("密级"), choices=SecrecyLevel.choices, default=SecrecyLevel.INTERNAL
    )
    report = models.JSONField(_("核验报告"), default=dict, blank=True)
    result = models.JSONField(_("导入结果"), default=dict, blank=True)
    volume = models.ForeignKey(
        Volume, models.PROTECT, null=True, blank=True, related_name="arrivals", verbose_name=_("案卷")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="arrivals", verbose_name=_("客户")
    )
    brought_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name=_("上传人"), related_name="+"
    )
    brought_at = models.DateTimeField(_("上传时间"))
    imported_by = models.CharField(_("导入人"), max_length=80, blank=True, default="")
    imported_at = models.DateTimeField(_("导入时间"), null=True, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("来包")
        verbose_name_plural = _("来包")
        default_permissions = ()
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="imported") | Q(imported_at__isnull=False), name="arrival_imported_whole"
            )
        ]

    def __str__(self) -> str:
        return self.title or self.name
