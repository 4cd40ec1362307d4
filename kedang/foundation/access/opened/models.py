"""专项授权: certain records, opened to one person until a certain moment."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.querysets import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy


class RecordGrant(models.Model):
    """专项授权: one record opened to one person for named acts of reading, until its time is over (US-05).

    ``actions`` are codes of reading acts. ``field_rights`` are the rights on classes of fields that come with it. ``pages`` are pairs of
    first and last page of a document; empty means all. ``quota`` and ``used`` count acts (code → times); an act without quota is not
    counted. ``secrecy_level`` is the level up to which the record may rise without closing to the person: that which approvers knew.
    """

    secrecy = FieldSecrecy(default="internal")

    person = models.ForeignKey("access.Person", models.PROTECT, verbose_name=_("人员"), related_name="record_grants")
    subject_type = models.CharField(_("对象种类"), max_length=60)
    subject_id = models.BigIntegerField(_("对象"))
    actions: Any = models.JSONField(_("可做的事"), default=list)
    field_rights: Any = models.JSONField(_("字段可见"), default=dict, blank=True)
    pages: Any = models.JSONField(_("页码范围"), default=list, blank=True)
    quota: Any = models.JSONField(_("限用次数"), default=dict, blank=True)
    used: Any = models.JSONField(_("已用次数"), default=dict, blank=True, editable=False)
    secrecy_level = models.PositiveSmallIntegerField(_("批准时密级"), default=0)
    source = models.CharField(_("依据"), max_length=40, help_text=_("申请单号"))
    purpose = models.CharField(_("用途"), max_length=300, blank=True, default="")
    valid_from = models.DateTimeField(_("开始时间"))
    valid_until = models.DateTimeField(_("结束时间"))
    given_at = models.DateTimeField(_("授权时间"))
    ended_at = models.DateTimeField(_("收回时间"), null=True, blank=True)
    ended_why = models.CharField(_("收回原因"), max_length=200, blank=True, default="")

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("专项授权")
        verbose_name_plural = _("专项授权")
        default_permissions = ()
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=["source", "person", "subject_type", "subject_id"], name="record_grant_once",
                condition=models.Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(condition=models.Q(valid_until__gt=models.F("valid_from")), name="record_grant_has_time"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["person", "valid_until"], name="record_grant_by_person"),
            models.Index(fields=["subject_type", "subject_id"], name="record_grant_by_subject"),
            models.Index(fields=["source"], name="record_grant_by_source"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.person}"

    @property
    def audit_parent(self) -> Any:
        """Shown on the page of the person."""
        return self.person
