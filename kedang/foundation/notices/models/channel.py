"""How a company sends notices out, and how each person wants them."""

from datetime import time
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy
from kedang.foundation.kernel.fields import EncryptedTextField
from kedang.foundation.notices.choices import ChannelKind, MailSecurity


class Channel(models.Model):
    """通知渠道: the company's mail server, or the robot of a group. The robot's address and key and the mail password are sealed."""

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    kind = models.CharField(_("渠道"), max_length=10, choices=ChannelKind.choices)
    is_active = models.BooleanField(_("启用"), default=False)
    host = models.CharField(_("邮件服务器"), max_length=120, blank=True, default="")
    port = models.PositiveIntegerField(_("端口"), default=465)
    security = models.CharField(_("加密方式"), max_length=10, choices=MailSecurity.choices, default=MailSecurity.TLS)
    username = models.CharField(_("账号"), max_length=120, blank=True, default="")
    sender = models.CharField(_("发件人地址"), max_length=200, blank=True, default="")
    password = EncryptedTextField(_("密码"), blank=True, default="")
    webhook = EncryptedTextField(_("机器人地址"), blank=True, default="")
    signing_key = EncryptedTextField(_("加签密钥"), blank=True, default="")
    good_at = models.DateTimeField(_("上次成功"), null=True, blank=True)
    failed_at = models.DateTimeField(_("上次失败"), null=True, blank=True)
    error = models.CharField(_("失败原因"), max_length=200, blank=True, default="")
    version = models.PositiveIntegerField(_("版本"), default=1)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("通知渠道")
        verbose_name_plural = _("通知渠道")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["fonds", "kind"], name="channel_once")]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class Preference(models.Model):
    """通知偏好: by which channels somebody wants which notices, and when not. Nobody's row: e-mail where there is an address."""

    secrecy = FieldSecrecy(default="internal")
    is_technical = True  # one's own taste

    person = models.OneToOneField(Person, models.CASCADE, verbose_name=_("人员"), related_name="notice_preference")
    by_email = models.BooleanField(_("电子邮件"), default=True)
    accounts: Any = models.JSONField(_("机器人中的账号"), default=dict, blank=True)
    unwanted: Any = models.JSONField(_("不外发的种类"), default=list, blank=True)
    quiet_from = models.TimeField(_("免打扰自"), default=time(21, 0))
    quiet_until = models.TimeField(_("免打扰至"), default=time(8, 0))
    is_digest = models.BooleanField(_("邮件合并为每日一封"), default=False)
    digest_at = models.TimeField(_("每日汇总时间"), default=time(8, 30))

    class Meta:
        verbose_name = _("通知偏好")
        verbose_name_plural = _("通知偏好")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.person)
