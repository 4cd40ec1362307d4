"""Company, departments, people, roles and grants."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.duties import duty_of
from kedang.foundation.access.opened.models import RecordGrant as RecordGrant
from kedang.foundation.access.querysets import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy, SecrecyLevel
from kedang.foundation.access.shared.models import RecordShare as RecordShare
from kedang.foundation.access.shared.models import ShareRecipient as ShareRecipient
from kedang.foundation.access.signin.models import Factor as Factor
from kedang.foundation.access.signin.models import FactorKind as FactorKind
from kedang.foundation.access.signin.models import OpenSession as OpenSession
from kedang.foundation.access.signin.models import PasswordTrace as PasswordTrace
from kedang.foundation.access.signin.models import QuotaUse as QuotaUse
from kedang.foundation.access.signin.models import RecoveryCode as RecoveryCode
from kedang.foundation.access.signin.models import SignInPolicy as SignInPolicy


class Fonds(models.Model):
    """全宗: one company of a group, the outermost limit of every query. A single-company installation never sees it."""

    secrecy = FieldSecrecy(default="open")

    code = models.CharField(_("全宗号"), max_length=20, unique=True)
    name = models.CharField(_("单位名称"), max_length=120)
    short_name = models.CharField(_("简称"), max_length=40, blank=True, default="")
    is_demo = models.BooleanField(_("演示数据"), default=False)
    shared_until = models.DateTimeField(_("共享至"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("建立时间"))

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("全宗")
        verbose_name_plural = _("全宗")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """部门, a tree. ``path`` is ``/1/4/`` of keys from the root down to the department itself."""

    secrecy = FieldSecrecy(default="open")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name=_("上级部门"))
    code = models.CharField(_("部门代码"), max_length=20, blank=True, default="")
    name = models.CharField(_("部门名称"), max_length=60)
    path = models.CharField(_("路径"), max_length=200, blank=True, default="", editable=False, db_index=True)
    position = models.PositiveIntegerField(_("排序"), default=0)
    is_active = models.BooleanField(_("启用"), default=True)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("部门")
        verbose_name_plural = _("部门")
        default_permissions = ()
        ordering = ("position", "id")
        constraints = [
            models.UniqueConstraint(fields=["fonds", "parent", "name"], name="department_name_once"),
            models.UniqueConstraint(
                fields=["fonds", "name"], name="department_top_name_once", condition=models.Q(parent__isnull=True)
            ),
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="department_not_under_itself"),
        ]

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager.from_queryset(ScopedQuerySet)):  # type: ignore[misc]  # made at run time
    """Reading of people; they are made by ``access.services.person_create``."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        """Usernames are the same in capitals and small letters."""
        found: Person = self.get(username__iexact=username)
        return found


class Person(AbstractBaseUser):
    """A member of staff who signs in (人员)."""

    secrecy = FieldSecrecy(default="internal", open="name", contact="email mobile")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    username = models.CharField(
        _("用户名"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9_.@-]{2,40}$", _("用户名只能用字母、数字和 . _ - @，2 到 40 位。"))],
    )
    name = models.CharField(_("姓名"), max_length=40)
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, verbose_name=_("部门"))
    title = models.CharField(_("职务"), max_length=40, blank=True, default="")
    email = models.EmailField(_("电子邮箱"), blank=True, default="")
    mobile = models.CharField(_("手机"), max_length=30, blank=True, default="")
    clearance = models.PositiveSmallIntegerField(
        _("知悉等级"), choices=SecrecyLevel.choices, default=SecrecyLevel.INTERNAL
    )
    language = models.CharField(_("界面语言"), max_length=10, blank=True, default="")
    is_active = models.BooleanField(_("启用"), default=True)
    must_change_password = models.BooleanField(_("下次登录须改密码"), default=False)
    password_set_at = models.DateTimeField(_("密码设定时间"), null=True, blank=True, editable=False)
    sign_in_stamp = models.PositiveIntegerField(_("登录批次"), default=0, editable=False)
    factor_since = models.DateTimeField(_("启用第二步验证"), null=True, blank=True, editable=False)
    factor_due_at = models.DateTimeField(_("须启用第二步验证"), null=True, blank=True, editable=False)
    opened_until = models.DateTimeField(_("专项授权至"), null=True, blank=True, editable=False)
    agreed_until = models.DateField(_("保密协议有效至"), null=True, blank=True, editable=False)
    handing_since = models.DateTimeField(_("办理交接，只读"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("建立时间"))

    USERNAME_FIELD = "username"
    objects: ClassVar[Any] = PersonManager()

    class Meta:
        verbose_name = _("人员")
        verbose_name_plural = _("人员")
        default_permissions = ()
        ordering = ("id",)
        constraints = [models.UniqueConstraint(Lower("username"), name="person_username_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def display_name(self) -> str:
        """Name as the trail keeps it."""
        return self.name or self.username

    @property
    def is_system(self) -> bool:
        """People are never machines."""
        return False

    @property
    def audit_label(self) -> str:
        return f"{self.name}（{self.username}）"

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """Sessions hold as long as neither password nor stamp changes (a second step added, lost or reset; all ended)."""
        content = f"{self.password}:{self.sign_in_stamp}"
        return salted_hmac("kedang.access.session", content, secret=secret, algorithm="sha256").hexdigest()


class Role(models.Model):
    """角色: a named set of actions and of rights on classes of fields."""

    secrecy = FieldSecrecy(default="open")

    fonds = models.ForeignKey(Fonds, models.PROTECT, null=True, blank=True, verbose_name=_("全宗"))
    code = models.CharField(_("角色代码"), max_length=40, unique=True)
    name = models.CharField(_("角色名称"), max_length=40)
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")
    is_builtin = models.BooleanField(_("内置"), default=False)
    actions: Any = models.JSONField(_("可做的事"), default=list, blank=True)
    field_rights: Any = models.JSONField(_("字段可见"), default=dict, blank=True)
    position = models.PositiveIntegerField(_("排序"), default=0)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("角色")
        verbose_name_plural = _("角色")
        default_permissions = ()
        ordering = ("position", "id")
        constraints = [models.UniqueConstraint(fields=["fonds", "name"], name="role_name_once")]

    def __str__(self) -> str:
        return self.name


class Scope(models.TextChoices):
    """数据范围 of a grant."""

    OWN = "own", _("本人负责")
    DEPARTMENT = "department", _("本部门")
    BELOW = "below", _("本部门及下级")
    REGION = "region", _("指定地区")
    CLASS = "class", _("指定类别")
    ALL = "all", _("全部")


class Grant(models.Model):
    """授权: a role given to a person within a scope, for a time or until it is taken away.

    ``duty`` copies the separate duty of the role (see ``duties.py``), so that the database itself keeps one person from
    holding two of them.
    """

    secrecy = FieldSecrecy(default="internal")

    person = models.ForeignKey(Person, models.PROTECT, verbose_name=_("人员"), related_name="grants")
    role = models.ForeignKey(Role, models.PROTECT, verbose_name=_("角色"))
    scope = models.CharField(_("数据范围"), max_length=12, choices=Scope.choices, default=Scope.OWN)
    scope_value = models.CharField(_("范围取值"), max_length=60, blank=True, default="")
    valid_from = models.DateTimeField(_("生效时间"), null=True, blank=True)
    valid_until = models.DateTimeField(_("失效时间"), null=True, blank=True)
    granted_by = models.CharField(_("授权人"), max_length=80, blank=True, default="")
    reason = models.CharField(_("授权原因"), max_length=200, blank=True, default="")
    given_at = models.DateTimeField(_("授权时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("收回时间"), null=True, blank=True)
    duty = models.CharField(_("专责"), max_length=10, blank=True, default="", editable=False)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("授权")
        verbose_name_plural = _("授权")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role", "scope", "scope_value"],
                name="grant_once",
                condition=models.Q(ended_at__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["person"],
                name="grant_one_separate_duty",
                condition=models.Q(ended_at__isnull=True) & ~models.Q(duty=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.role} {self.get_scope_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new grant carries the separate duty of its role."""
        if self._state.adding:
            self.duty = duty_of(self.role.code, self.role.actions)
        super().save(*args, **kwargs)

    @property
    def audit_parent(self) -> Person:
        """Grants show on the page of the person."""
        return self.person


class SignInCounter(models.Model):
    """How often signing in failed lately, for one account, one known browser or one address. Forgotten after a day.

    ``key`` is a keyed digest, so that neither usernames that do not exist nor mistyped passwords are kept.
    """

    secrecy = FieldSecrecy(default="internal")
    is_technical = True

    key = models.CharField(_("标识"), max_length=60, unique=True)
    account = models.CharField(_("账号标识"), max_length=40, blank=True, default="", db_index=True)
    failures = models.PositiveIntegerField(_("连续失败次数"), default=0)
    locked_until = models.DateTimeField(_("锁定至"), null=True, blank=True)
    held = models.PositiveIntegerField(_("锁定期间的尝试"), default=0)
    told_at = models.DateTimeField(_("上次记录"), null=True, blank=True)
    started_at = models.DateTimeField(_("起算时间"))
    updated_at = models.DateTimeField(_("更新时间"), db_index=True)

    class Meta:
        verbose_name = _("登录失败计数")
        verbose_name_plural = _("登录失败计数")
        default_permissions = ()

    def __str__(self) -> str:
        return self.key
