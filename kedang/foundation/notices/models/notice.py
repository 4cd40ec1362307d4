"""A notice, and its ways out. Neither has a place for words of anybody: what may be said is its kind's title, a number, an address."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy
from kedang.foundation.notices.choices import ChannelKind, DeliveryState


class Notice(models.Model):
    """通知: something that concerns one person. ``about`` names what it is about, so that it is settled when that is."""

    secrecy = FieldSecrecy(default="internal", open="number")
    is_technical = True  # what it tells of has its own event; reading it is nobody's business

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"), db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, verbose_name=_("收件人"), related_name="notices", db_index=False)
    kind = models.CharField(_("种类"), max_length=40)
    number = models.CharField(_("编号"), max_length=40, blank=True, default="")
    url = models.CharField(_("地址"), max_length=200)
    about = models.CharField(_("关于"), max_length=80, blank=True, default="")
    made_at = models.DateTimeField(_("时间"))
    read_at = models.DateTimeField(_("阅读时间"), null=True, blank=True)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("通知")
        verbose_name_plural = _("通知")
        default_permissions = ()
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["person", "-id"], name="notice_by_person"),
            models.Index(fields=["person"], name="notice_unread", condition=models.Q(read_at__isnull=True)),
            models.Index(fields=["about"], name="notice_by_about", condition=models.Q(read_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}".strip()


class Delivery(models.Model):
    """发送: one message by one channel. Taken by a worker for a short while, sent, tried again later, or given up where all can see it."""

    secrecy = FieldSecrecy(default="internal")
    is_technical = True  # giving up is an event

    notice = models.ForeignKey(Notice, models.CASCADE, verbose_name=_("通知"), related_name="deliveries")
    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"), db_index=False)
    channel = models.CharField(_("渠道"), max_length=10, choices=ChannelKind.choices)
    state = models.CharField(_("状态"), max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    is_digest = models.BooleanField(_("并入每日汇总"), default=False)
    due_at = models.DateTimeField(_("发送时间"))
    taken_until = models.DateTimeField(_("占用至"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    error = models.CharField(_("失败原因"), max_length=200, blank=True, default="")
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("发送")
        verbose_name_plural = _("发送")
        default_permissions = ()
        ordering = ("-id",)
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once_by_channel")]
        indexes = [
            models.Index(fields=["due_at"], name="delivery_by_due", condition=models.Q(state=DeliveryState.WAITING)),
            models.Index(
                fields=["fonds", "-id"], name="delivery_given_up", condition=models.Q(state=DeliveryState.GIVEN_UP)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.get_channel_display()}"
