"""Axes of classification of one's own, and what a complete dossier must have."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.business.customers import choices as c
from kedang.business.customers.models.customer import Customer
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.secrecy import FieldSecrecy


class ClassAxis(models.Model):
    """分类维度 (CU-11): one way of classing customers, added by the archivist (业务领域, 贸易性质, 重要程度 …)."""

    secrecy = FieldSecrecy(default="open")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    code = models.CharField(_("代码"), max_length=20)
    name = models.CharField(_("维度名称"), max_length=40)
    is_multiple = models.BooleanField(_("可多选"), default=False)
    gives_number_code = models.BooleanField(_("用于编号"), default=False)
    position = models.PositiveIntegerField(_("排序"), default=0)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("分类维度")
        verbose_name_plural = _("分类维度")
        default_permissions = ()
        ordering = ("position", "id")
        constraints = [
            models.UniqueConstraint(fields=["fonds", "code"], name="class_axis_once"),
            models.UniqueConstraint(
                fields=["fonds"], name="class_axis_one_for_numbers", condition=models.Q(gives_number_code=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ClassTerm(models.Model):
    """类目: one class of an axis."""

    secrecy = FieldSecrecy(default="open")

    axis = models.ForeignKey(ClassAxis, models.PROTECT, related_name="terms", verbose_name=_("分类维度"))
    code = models.CharField(_("代码"), max_length=20)
    name = models.CharField(_("类目名称"), max_length=40)
    position = models.PositiveIntegerField(_("排序"), default=0)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("类目")
        verbose_name_plural = _("类目")
        default_permissions = ()
        ordering = ("position", "id")
        constraints = [models.UniqueConstraint(fields=["axis", "code"], name="class_term_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_parent(self) -> ClassAxis:
        """Shown with its axis."""
        return self.axis


class CustomerClass(models.Model):
    """归类: a customer belongs to a class."""

    secrecy = FieldSecrecy(default="internal")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="classes", verbose_name=_("客户"))
    term = models.ForeignKey(ClassTerm, models.PROTECT, related_name="customers", verbose_name=_("类目"))

    class Meta:
        verbose_name = _("归类")
        verbose_name_plural = _("归类")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["customer", "term"], name="customer_class_once")]

    def __str__(self) -> str:
        return f"{self.customer} {self.term}"

    @property
    def audit_parent(self) -> Customer:
        """Shown in the dossier of the customer."""
        return self.customer


class DossierRequirement(models.Model):
    """完整度要求 (CU-16): what the dossier of a kind of customer should have, and how much it weighs.

    ``field`` is a field of the customer, or ``contacts``, ``key_persons``, ``profile`` for their presence.
    """

    secrecy = FieldSecrecy(default="open")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    party_kind = models.CharField(_("客户类型"), max_length=12, choices=c.PartyKind.choices)
    field = models.CharField(_("内容"), max_length=40)
    weight = models.PositiveSmallIntegerField(_("权重"), default=1)

    class Meta:
        verbose_name = _("完整度要求")
        verbose_name_plural = _("完整度要求")
        default_permissions = ()
        ordering = ("party_kind", "id")
        constraints = [models.UniqueConstraint(fields=["fonds", "party_kind", "field"], name="requirement_once")]

    def __str__(self) -> str:
        return f"{self.get_party_kind_display()} {self.field}"
