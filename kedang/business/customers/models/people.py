"""People at the customer: contacts and key persons."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kedang.business.customers import choices as c
from kedang.business.customers.models.customer import Customer
from kedang.foundation.access.secrecy import FieldSecrecy
from kedang.foundation.kernel.fields import EncryptedTextField


class Contact(models.Model):
    """联系人 (CU-05): who we speak to. One who leaves keeps ``left_on``; personnel changes are history."""

    secrecy = FieldSecrecy(
        default="internal",
        open="name post",
        contact="mobile phone email wechat",
        personal="sex",
    )

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="contacts", verbose_name=_("客户"))
    name = models.CharField(_("姓名"), max_length=60)
    sex = models.CharField(_("性别"), max_length=8, choices=c.Sex.choices, blank=True, default="")
    post = models.CharField(_("职务"), max_length=60, blank=True, default="")
    unit = models.CharField(_("所在部门"), max_length=60, blank=True, default="")
    is_primary = models.BooleanField(_("主要联络人"), default=False)
    is_daily = models.BooleanField(_("日常工作联络人"), default=False)
    is_emergency = models.BooleanField(_("紧急事故联络人"), default=False)
    mobile = EncryptedTextField(_("手机"), blank=True, default="")
    mobile_blind = models.CharField(_("手机索引"), max_length=16, blank=True, default="", editable=False)
    phone = EncryptedTextField(_("电话"), blank=True, default="")
    email = EncryptedTextField(_("电子邮箱"), blank=True, default="")
    wechat = EncryptedTextField(_("微信"), blank=True, default="")
    since_on = models.DateField(_("任职自"), null=True, blank=True)
    left_on = models.DateField(_("离任日期"), null=True, blank=True)
    remarks = models.CharField(_("备注"), max_length=300, blank=True, default="")
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    class Meta:
        verbose_name = _("联系人")
        verbose_name_plural = _("联系人")
        default_permissions = ()
        ordering = ("-is_primary", "id")
        indexes = [models.Index(fields=["mobile_blind"], name="contact_by_mobile", condition=~Q(mobile_blind=""))]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                name="contact_one_primary",
                condition=Q(is_primary=True, left_on__isnull=True),
                violation_error_message=_("每个客户只能有一位在任的主要联络人。"),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_parent(self) -> Customer:
        """Shown in the dossier of the customer."""
        return self.customer


class KeyPerson(models.Model):
    """关键人物 (CU-04): owner, manager, legal person, with what matters for dealing with them."""

    secrecy = FieldSecrecy(
        default="personal",
        open="name role",
        internal="customer post version remarks removed_at",
        assessment="character ability",
    )

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="key_persons", verbose_name=_("客户"))
    name = models.CharField(_("姓名"), max_length=60)
    role = models.CharField(_("身份"), max_length=24, choices=c.KeyPersonRole.choices, default=c.KeyPersonRole.MANAGER)
    post = models.CharField(_("职务"), max_length=60, blank=True, default="")
    sex = models.CharField(_("性别"), max_length=8, choices=c.Sex.choices, blank=True, default="")
    born_on = models.DateField(_("出生日期"), null=True, blank=True)
    education = models.CharField(_("学历"), max_length=12, choices=c.Education.choices, blank=True, default="")
    family = models.CharField(_("家庭情况"), max_length=300, blank=True, default="")
    hobbies = models.CharField(_("兴趣爱好"), max_length=300, blank=True, default="")
    character = models.CharField(_("性格"), max_length=300, blank=True, default="")
    ability = models.CharField(_("能力"), max_length=300, blank=True, default="")
    remarks = models.CharField(_("备注"), max_length=300, blank=True, default="")
    removed_at = models.DateTimeField(_("移除时间"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    class Meta:
        verbose_name = _("关键人物")
        verbose_name_plural = _("关键人物")
        default_permissions = ()
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name

    @property
    def audit_parent(self) -> Customer:
        """Shown in the dossier of the customer."""
        return self.customer
