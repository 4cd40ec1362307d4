"""Fixed words of notices."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ChannelKind(models.TextChoices):
    """Ways out of the house."""

    EMAIL = "email", _("电子邮件")
    WECOM = "wecom", _("企业微信")
    DINGTALK = "dingtalk", _("钉钉")
    FEISHU = "feishu", _("飞书")


ROBOTS = (ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU)
"""Channels that are robots of a group."""


class MailSecurity(models.TextChoices):
    """How mail goes to its server."""

    TLS = "tls", _("TLS（多为 465 端口）")
    STARTTLS = "starttls", _("STARTTLS（多为 587 端口）")
    NONE = "none", _("不加密（仅限内网）")


class DeliveryState(models.TextChoices):
    """What became of one message."""

    WAITING = "waiting", _("待发送")
    SENT = "sent", _("已发送")
    GIVEN_UP = "given_up", _("发送失败")
    DROPPED = "dropped", _("不再需要")
