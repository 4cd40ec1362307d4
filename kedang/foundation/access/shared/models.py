"""共享: which parts of which dossiers, with whom, for what, until when (US-08)."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.querysets import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy, SecrecyLevel


class ShareReach(models.TextChoices):
    """Whose dossiers a sharing reaches. All but the first are conditions on the dossier, however many there are."""

    OPENED = "opened", _("选定的客户")
    BELOW = "below", _("部门及下级的客户")
    REGION = "region", _("地区的客户")
    CLASS = "class", _("类别的客户")
    ALL = "all", _("全部客户")


class RecordShare(models.Model):
    """共享: parts of dossiers that departments, roles or people read without asking, until its time is over.

    ``parts`` are codes of parts (``shared/parts.py``), ``kinds`` the kinds of papers shared of them (none: all), ``field_rights`` what
    is seen of sensitive classes of fields. Nothing above ``secrecy_level`` is shared, nor above the reader's own clearance.
    ``review_by``: a sharing that nobody looked at again by then rests until somebody does.
    """

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey("access.Fonds", models.PROTECT, verbose_name=_("全宗"), related_name="+", db_index=False)
    number = models.CharField(_("共享编号"), max_length=40)
    title = models.CharField(_("名称"), max_length=60)
    purpose = models.CharField(_("用途"), max_length=300)
    reach = models.CharField(_("共享哪些客户"), max_length=10, choices=ShareReach.choices)
    reach_value = models.CharField(_("范围取值"), max_length=60, blank=True, default="")
    records: Any = models.JSONField(_("选定的客户"), default=list, blank=True)
    parts: Any = models.JSONField(_("共享内容"), default=list)
    kinds: Any = models.JSONField(_("文件类型"), default=list, blank=True)
    field_rights: Any = models.JSONField(_("敏感内容"), default=dict, blank=True)
    secrecy_level = models.PositiveSmallIntegerField(
        _("密级上限"), choices=SecrecyLevel.choices, default=SecrecyLevel.INTERNAL
    )
    valid_from = models.DateTimeField(_("开始时间"))
    valid_until = models.DateTimeField(_("结束时间"))
    review_by = models.DateTimeField(_("复核期限"))
    given_by = models.ForeignKey("access.Person", models.PROTECT, verbose_name=_("设立人"), related_name="+", null=True)
    department = models.ForeignKey(
        "access.Department", models.PROTECT, verbose_name=_("设立部门"), related_name="+", null=True, blank=True
    )
    given_at = models.DateTimeField(_("设立时间"))
    reviewed_at = models.DateTimeField(_("上次复核"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        "access.Person", models.PROTECT, verbose_name=_("复核人"), related_name="+", null=True, blank=True
    )
    ended_at = models.DateTimeField(_("停止时间"), null=True, blank=True)
    ended_why = models.CharField(_("停止原因"), max_length=200, blank=True, default="")

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("共享")
        verbose_name_plural = _("共享")
        default_permissions = ()
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=["fonds", "number"], name="record_share_number_once"),
            models.CheckConstraint(condition=Q(valid_until__gt=models.F("valid_from")), name="record_share_has_time"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(ended_why=""), name="record_share_ends_for_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["fonds", "valid_until"], name="record_share_in_force")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class ShareRecipient(models.Model):
    """共享对象: a department with all below it, a role, or a person."""

    secrecy = FieldSecrecy(default="internal")

    share = models.ForeignKey(RecordShare, models.PROTECT, verbose_name=_("共享"), related_name="recipients")
    department = models.ForeignKey(
        "access.Department", models.PROTECT, verbose_name=_("部门"), related_name="+", null=True, blank=True
    )
    role = models.ForeignKey(
        "access.Role", models.PROTECT, verbose_name=_("角色"), related_name="+", null=True, blank=True
    )
    person = models.ForeignKey(
        "access.Person", models.PROTECT, verbose_name=_("人员"), related_name="+", null=True, blank=True
    )

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("共享对象")
        verbose_name_plural = _("共享对象")
        default_permissions = ()
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(department__isnull=False, role__isnull=True, person__isnull=True)
                | Q(department__isnull=True, role__isnull=False, person__isnull=True)
                | Q(department__isnull=True, role__isnull=True, person__isnull=False),
                name="share_recipient_is_one",
            ),
            models.UniqueConstraint(fields=["share", "department"], name="share_department_once"),
            models.UniqueConstraint(fields=["share", "role"], name="share_role_once"),
            models.UniqueConstraint(fields=["share", "person"], name="share_person_once"),
        ]

    def __str__(self) -> str:
        return str(self.department or self.role or self.person)

    @property
    def audit_parent(self) -> Any:
        """Shown on the page of the sharing."""
        return self.share
