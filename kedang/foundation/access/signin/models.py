"""What signing in keeps: the company's rules, second steps, open sessions, and how much was looked at today."""

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.querysets import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy
from kedang.foundation.kernel.fields import EncryptedTextField


class Profile(models.TextChoices):
    """密码规则: length without composition (ASVS), or composition with rotation (等保)."""

    MODERN = "modern", _("现代（长密码，不定期更换）")
    GRADED = "graded", _("等保（复杂度、定期更换）")


def _between(low: int, high: int) -> list[Any]:
    return [MinValueValidator(low), MaxValueValidator(high)]


class SignInPolicy(models.Model):
    """登录与安全: one row a company; without a row the shipped rules of ``policy.PRESETS`` hold."""

    secrecy = FieldSecrecy(default="internal")

    fonds = models.OneToOneField("access.Fonds", models.PROTECT, related_name="sign_in_policy", verbose_name=_("全宗"))
    profile = models.CharField(_("密码规则"), max_length=10, choices=Profile.choices, default=Profile.MODERN)
    min_length = models.PositiveSmallIntegerField(_("密码最短位数"), default=12, validators=_between(8, 64))
    rotation_days = models.PositiveSmallIntegerField(
        _("密码多少天须更换（0 为不限）"), default=0, validators=_between(0, 365)
    )
    history_count = models.PositiveSmallIntegerField(_("不得与最近几次相同"), default=0, validators=_between(0, 24))
    idle_minutes = models.PositiveSmallIntegerField(_("多少分钟不操作即退出"), default=60, validators=_between(5, 240))
    absolute_hours = models.PositiveSmallIntegerField(_("登录最长几小时"), default=12, validators=_between(1, 24))
    step_up_minutes = models.PositiveSmallIntegerField(
        _("敏感操作前验证本人，有效几分钟"), default=30, validators=_between(5, 120)
    )
    factor_roles: Any = models.JSONField(_("必须启用第二步验证的角色"), default=list, blank=True)
    factor_grace_days = models.PositiveSmallIntegerField(
        _("启用第二步验证的宽限天数"), default=14, validators=_between(0, 60)
    )
    quotas: Any = models.JSONField(_("每日用量上限"), default=dict, blank=True)
    agreement_required = models.BooleanField(_("未签保密协议不得接触档案"), default=False)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("登录与安全")
        verbose_name_plural = _("登录与安全")
        default_permissions = ()

    def __str__(self) -> str:
        return str(_("登录与安全"))


class PasswordTrace(models.Model):
    """A digest of an earlier password, so that it is not taken again. Never shown."""

    is_technical = True
    secrecy = FieldSecrecy(default="internal")

    person = models.ForeignKey("access.Person", models.CASCADE, related_name="+", verbose_name=_("人员"))
    digest = models.CharField(_("密码摘要"), max_length=200)
    set_at = models.DateTimeField(_("设定时间"))

    class Meta:
        verbose_name = _("用过的密码")
        verbose_name_plural = _("用过的密码")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.person_id} {self.set_at:%Y-%m-%d}"


class FactorKind(models.TextChoices):
    """What proves the second step."""

    TOTP = "totp", _("动态验证码")
    PASSKEY = "passkey", _("通行密钥")


class Factor(models.Model):
    """第二步验证: an authenticator app or a passkey of a person. Acts on it are events of their own (see services/factors.py)."""

    is_technical = True
    secrecy = FieldSecrecy(default="internal")

    person = models.ForeignKey("access.Person", models.CASCADE, related_name="factors", verbose_name=_("人员"))
    kind = models.CharField(_("方式"), max_length=10, choices=FactorKind.choices)
    label = models.CharField(_("名称"), max_length=40)
    secret = EncryptedTextField(_("密钥"), blank=True, default="")
    last_step = models.BigIntegerField(_("上次用过的时间步"), default=0)
    credential_id = models.CharField(_("凭据标识"), max_length=400, null=True, unique=True)
    credential = models.TextField(_("凭据公钥"), blank=True, default="")
    sign_count = models.BigIntegerField(_("签名计数"), default=0)
    created_at = models.DateTimeField(_("启用时间"))
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)

    class Meta:
        verbose_name = _("第二步验证")
        verbose_name_plural = _("第二步验证")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["person"], name="factor_one_totp", condition=models.Q(kind="totp")),
        ]

    def __str__(self) -> str:
        return self.label


class RecoveryCode(models.Model):
    """恢复码: one of ten, kept as a password digest, good once."""

    is_technical = True
    secrecy = FieldSecrecy(default="internal")

    person = models.ForeignKey("access.Person", models.CASCADE, related_name="recovery_codes", verbose_name=_("人员"))
    number = models.PositiveSmallIntegerField(_("序号"))
    digest = models.CharField(_("摘要"), max_length=200)
    used_at = models.DateTimeField(_("使用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("恢复码")
        verbose_name_plural = _("恢复码")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["person", "number"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.number}"


class OpenSession(models.Model):
    """登录会话: where a person is signed in. Ending it deletes the browser's session, so the next request is a stranger's."""

    is_technical = True
    secrecy = FieldSecrecy(default="internal")

    person = models.ForeignKey("access.Person", models.CASCADE, related_name="open_sessions", verbose_name=_("人员"))
    session_key = models.CharField(_("会话"), max_length=40, unique=True)
    started_at = models.DateTimeField(_("登录时间"))
    last_used_at = models.DateTimeField(_("最近使用"))
    address = models.CharField(_("地址"), max_length=64, blank=True, default="")
    device = models.CharField(_("设备"), max_length=60, blank=True, default="")
    method = models.CharField(_("方式"), max_length=20, blank=True, default="")

    class Meta:
        verbose_name = _("登录会话")
        verbose_name_plural = _("登录会话")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.person_id} {self.device}"


class QuotaUse(models.Model):
    """How much one person used of one kind on one day, and how often more was asked for."""

    is_technical = True
    secrecy = FieldSecrecy(default="internal")

    person = models.ForeignKey("access.Person", models.CASCADE, related_name="+", verbose_name=_("人员"))
    kind = models.CharField(_("用途"), max_length=10)
    day = models.DateField(_("日期"))
    used = models.PositiveIntegerField(_("已用"), default=0)
    extra = models.PositiveIntegerField(_("临时增加"), default=0)
    refused = models.PositiveIntegerField(_("超出次数"), default=0)
    told_at = models.DateTimeField(_("上次报警"), null=True, blank=True)

    class Meta:
        verbose_name = _("每日用量")
        verbose_name_plural = _("每日用量")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["person", "kind", "day"], name="quota_use_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.day} {self.used}"
