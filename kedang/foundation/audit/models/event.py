"""The entries of the trail."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """One entry of the trail (留痕). Written once by ``record()``; never changed, never deleted.

    Who and what are kept as copies (key, name) and not as foreign keys, so that the entry outlives them. ``changes`` is
    JSON text ``{"field": [old, new]}`` whose sensitive values are sealed like the fields they come from.
    """

    at = models.DateTimeField(_("时间"))
    fonds_id = models.BigIntegerField(_("全宗"), null=True)
    actor_id = models.BigIntegerField(_("操作人编号"), null=True)
    actor_name = models.CharField(_("操作人"), max_length=80)
    on_behalf_of = models.CharField(_("代表"), max_length=80, blank=True, default="")
    code = models.CharField(_("事件"), max_length=60)
    category = models.CharField(_("类别"), max_length=10)
    subject_type = models.CharField(_("对象类型"), max_length=60, blank=True, default="")
    subject_id = models.BigIntegerField(_("对象编号"), null=True)
    subject_label = models.CharField(_("对象"), max_length=240, blank=True, default="")
    parent_type = models.CharField(_("所属类型"), max_length=60, blank=True, default="")
    parent_id = models.BigIntegerField(_("所属编号"), null=True)
    changes = models.TextField(_("变更内容"), blank=True, default="")
    reason = models.TextField(_("原因"), blank=True, default="")
    meta = models.TextField(_("附加信息"), blank=True, default="")
    channel = models.CharField(_("途径"), max_length=10, blank=True, default="")
    address = models.CharField(_("来源地址"), max_length=64, blank=True, default="")
    request_id = models.CharField(_("请求号"), max_length=40, blank=True, default="")
    job_id = models.BigIntegerField(_("任务号"), null=True)

    class Meta:
        verbose_name = _("操作记录")
        verbose_name_plural = _("操作记录")
        default_permissions = ()
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_by_subject"),
            models.Index(
                fields=["parent_type", "parent_id", "id"], name="event_by_parent", condition=~models.Q(parent_type="")
            ),
            models.Index(
                fields=["fonds_id", "actor_id", "at", "id"],
                name="event_by_actor",
                condition=models.Q(actor_id__isnull=False),
            ),
            models.Index(fields=["fonds_id", "at", "id"], name="event_by_time"),
            models.Index(fields=["fonds_id", "category", "at", "id"], name="event_by_category"),
            models.Index(fields=["fonds_id", "code", "at", "id"], name="event_by_code"),
            models.Index(
                fields=["fonds_id", "subject_type", "at", "actor_id"],
                name="event_of_reading",
                condition=models.Q(category="read"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.code} {self.subject_label}"
