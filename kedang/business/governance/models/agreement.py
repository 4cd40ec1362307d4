"""保密协议: the text in versions, and who has signed which."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.business.governance.choices import TextState
from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy


class AgreementText(models.Model):
    """保密协议文本: one version of what people sign. A version that was put in force is never changed."""

    secrecy = FieldSecrecy(default="open")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    number = models.PositiveIntegerField(_("版本"), editable=False)
    title = models.CharField(_("名称"), max_length=80)
    body = models.TextField(_("正文"), max_length=20_000)
    term_months = models.PositiveSmallIntegerField(_("有效期（月）"), default=12)
    after_months = models.PositiveSmallIntegerField(_("离职后保密期限（月）"), default=24)
    must_sign_again = models.BooleanField(_("启用后已签旧版的人须重签"), default=False)
    state = models.CharField(
        _("状态"), max_length=10, choices=TextState.choices, default=TextState.DRAFT, editable=False
    )
    digest = models.CharField(_("正文摘要（SHA-256）"), max_length=64, blank=True, default="", editable=False)
    made_by = models.CharField(_("起草人"), max_length=80, editable=False)
    made_at = models.DateTimeField(_("起草时间"), editable=False)
    in_force_at = models.DateTimeField(_("启用时间"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(_("修改次数"), default=1, editable=False)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("保密协议文本")
        verbose_name_plural = _("保密协议文本")
        default_permissions = ()
        ordering = ("-number",)
        constraints = [
            models.UniqueConstraint(fields=["fonds", "number"], name="agreement_text_number_once"),
            models.UniqueConstraint(
                fields=["fonds"], name="agreement_text_one_in_force", condition=models.Q(state=TextState.IN_FORCE)
            ),
            models.CheckConstraint(condition=models.Q(term_months__gte=1), name="agreement_text_has_term"),
        ]

    def __str__(self) -> str:
        return f"{self.title} V{self.number}"


class Agreement(models.Model):
    """保密协议签署: one person's signature under one version. ``digest`` is that of the text as it was read.

    It ends when it is renewed or the person has left; ``duty_until`` is the day until which they keep silent after leaving.
    """

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    person = models.ForeignKey(Person, models.PROTECT, verbose_name=_("签署人"), related_name="agreements")
    text = models.ForeignKey(AgreementText, models.PROTECT, verbose_name=_("文本"), related_name="signed")
    digest = models.CharField(_("正文摘要（SHA-256）"), max_length=64)
    typed_name = models.CharField(_("签名"), max_length=40)
    signed_at = models.DateTimeField(_("签署时间"))
    valid_until = models.DateField(_("有效至"))
    address = models.CharField(_("来源地址"), max_length=64, blank=True, default="")
    ended_at = models.DateTimeField(_("终止时间"), null=True, blank=True)
    ended_why = models.CharField(_("终止原因"), max_length=100, blank=True, default="")
    duty_until = models.DateField(_("离职后保密至"), null=True, blank=True)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("保密协议签署")
        verbose_name_plural = _("保密协议签署")
        default_permissions = ()
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=["person"], name="agreement_one_running", condition=models.Q(ended_at__isnull=True)
            ),
        ]
        indexes = [models.Index(fields=["fonds", "valid_until"], name="agreement_by_end")]

    def __str__(self) -> str:
        return f"{self.person.name} {self.text}"

    @property
    def audit_parent(self) -> Person:
        """Shown on the page of the person."""
        return self.person
