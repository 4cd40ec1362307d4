"""冻结 (DI-04): what must stay as it is, why, on what ground, until it is released."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kedang.business.customers.models import Customer
from kedang.business.holdings.models import Item, Volume
from kedang.business.retention.choices import HoldState
from kedang.foundation.access.models import Department, Fonds, Person
from kedang.foundation.access.querysets import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy, SecrecyLevel
from kedang.foundation.approvals.models import Case


class Hold(models.Model):
    """冻结: customers, volumes and items that stay as they are, and where it says so at home, until it is released."""

    secrecy = FieldSecrecy(default="internal", open="number")

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"))
    number = models.CharField(_("冻结编号"), max_length=40)
    title = models.CharField(_("冻结事项"), max_length=120)
    legal_basis = models.CharField(_("依据"), max_length=200)
    reason = models.CharField(_("冻结原因"), max_length=500)
    is_no_loan = models.BooleanField(_("不外借"), default=True, help_text=_("冻结期间实物不得借出"))
    review_on = models.DateField(_("复核日期"), null=True, blank=True, help_text=_("到期提醒复核，不自动解除"))
    state = models.CharField(_("状态"), max_length=12, choices=HoldState.choices, default=HoldState.ASKED)
    secrecy_level = models.PositiveSmallIntegerField(
        _("密级"), choices=SecrecyLevel.choices, default=SecrecyLevel.INTERNAL
    )
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, verbose_name=_("申请部门"))
    case = models.OneToOneField(
        Case, models.PROTECT, null=True, blank=True, verbose_name=_("冻结审批单"), related_name="hold"
    )
    release_case = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, verbose_name=_("解除审批单"), related_name="released_holds"
    )
    made_by = models.ForeignKey(Person, models.PROTECT, verbose_name=_("申请人"), related_name="+")
    made_at = models.DateTimeField(_("申请时间"))
    in_force_at = models.DateTimeField(_("冻结时间"), null=True, blank=True)
    released_at = models.DateTimeField(_("解除时间"), null=True, blank=True)
    release_reason = models.CharField(_("解除原因"), max_length=500, blank=True, default="")
    reminded_at = models.DateTimeField(_("提醒复核"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("冻结")
        verbose_name_plural = pgettext_lazy("多条", "冻结")
        default_permissions = ()
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=["fonds", "number"], name="hold_number_once"),
            models.CheckConstraint(
                condition=~Q(state=HoldState.RELEASED) | Q(released_at__isnull=False, in_force_at__isnull=False),
                name="hold_released_whole",
            ),
        ]
        indexes = [models.Index(fields=["fonds", "state", "id"], name="hold_by_state")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def audit_label(self) -> str:
        return str(self)[:200]


class HoldLine(models.Model):
    """冻结对象: one customer, volume or item."""

    secrecy = FieldSecrecy(default="internal")

    hold = models.ForeignKey(Hold, models.PROTECT, verbose_name=_("冻结"), related_name="lines")
    position = models.PositiveIntegerField(_("序号"))
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, verbose_name=_("客户"), related_name="hold_lines"
    )
    volume = models.ForeignKey(
        Volume, models.PROTECT, null=True, blank=True, verbose_name=_("案卷"), related_name="hold_lines"
    )
    item = models.ForeignKey(
        Item, models.PROTECT, null=True, blank=True, verbose_name=_("件"), related_name="hold_lines"
    )

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("冻结对象")
        verbose_name_plural = _("冻结对象")
        default_permissions = ()
        ordering = ("position", "id")
        constraints = [
            models.UniqueConstraint(fields=["hold", "position"], name="hold_line_position_once"),
            models.UniqueConstraint(
                fields=["hold", "customer"], name="hold_line_customer_once", condition=Q(customer__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["hold", "volume"], name="hold_line_volume_once", condition=Q(volume__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["hold", "item"], name="hold_line_item_once", condition=Q(item__isnull=False)
            ),
            models.CheckConstraint(
                condition=Q(customer__isnull=False, volume__isnull=True, item__isnull=True)
                | Q(customer__isnull=True, volume__isnull=False, item__isnull=True)
                | Q(customer__isnull=True, volume__isnull=True, item__isnull=False),
                name="hold_line_of_one",
            ),
        ]

    def __str__(self) -> str:
        return str(self.thing)

    @property
    def thing(self) -> Customer | Volume | Item:
        """What is held."""
        found: Customer | Volume | Item = self.customer or self.volume or self.item  # type: ignore[assignment]  # a constraint says so
        return found

    @property
    def audit_parent(self) -> Hold:
        """Shown with its hold."""
        return self.hold
