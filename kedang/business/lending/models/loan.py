"""借阅登记: a loan of one volume or one item on paper, what was found wrong with it, and pictures of its state."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kedang.business.holdings.models import Finding, Item, Volume
from kedang.business.lending import choices as c
from kedang.foundation.access.models import Department, Fonds, Person
from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.access.secrecy import FieldSecrecy, SecrecyLevel
from kedang.foundation.approvals.models import Case
from kedang.foundation.files.models import StoredFile
from kedang.foundation.kernel.fields import EncryptedTextField

TAKEN = [str(state) for state in c.TAKEN_STATES]
OPEN = [str(state) for state in c.OPEN_STATES]
STARTED = [str(state) for state in (*c.OUT_STATES, c.LoanState.RETURNED, c.LoanState.CLOSED)]
BACK = [str(state) for state in (c.LoanState.RETURNED, c.LoanState.CLOSED)]


class Loan(models.Model):
    """借阅登记 (US-06): the line of the register, from the reservation to being struck off.

    ``subject_code``, ``subject_title`` and ``location_text`` are what the thing was called and where it stood when it was asked for: the
    register does not change when the thing is renumbered. ``secrecy_level`` is that of the thing, brought up to date with every step.
    ``request`` is the approved case behind it; without one the desk lent it by its own right, where the rules allow.
    ``expected_pages`` is what the catalogue says, ``issued_pages`` and ``returned_pages`` what was counted.
    """

    secrecy = FieldSecrecy(
        default="internal", open="number state place due_on", contact="reader_phone", identity="reader_paper"
    )

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"), db_index=False)
    number = models.CharField(_("登记号"), max_length=60, editable=False)
    state = models.CharField(
        _("状态"), max_length=10, choices=c.LoanState.choices, default=c.LoanState.RESERVED, editable=False
    )
    place = models.CharField(_("方式"), max_length=4, choices=c.Place.choices, default=c.Place.ROOM)
    volume = models.ForeignKey(
        Volume, models.PROTECT, null=True, blank=True, related_name="loans", verbose_name=_("案卷"), editable=False
    )
    item = models.ForeignKey(
        Item, models.PROTECT, null=True, blank=True, related_name="loans", verbose_name=_("件"), editable=False
    )
    subject_code = models.CharField(_("档号"), max_length=120, editable=False)
    subject_title = models.CharField(_("题名"), max_length=300, editable=False)
    location_text = models.CharField(_("存放位置"), max_length=200, blank=True, default="", editable=False)
    secrecy_level = models.PositiveSmallIntegerField(
        _("密级"), choices=SecrecyLevel.choices, default=SecrecyLevel.INTERNAL, editable=False
    )
    copies = models.PositiveSmallIntegerField(
        _("份数"), default=1, validators=[MinValueValidator(1), MaxValueValidator(99)]
    )

    borrower = models.ForeignKey(Person, models.PROTECT, verbose_name=_("借阅人"), related_name="loans", db_index=False)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, verbose_name=_("借阅部门"), related_name="+", editable=False
    )
    reader_name = models.CharField(_("外单位读者"), max_length=60, blank=True, default="")
    reader_unit = models.CharField(_("读者单位"), max_length=120, blank=True, default="")
    reader_paper = EncryptedTextField(_("证件及号码"), blank=True, default="")
    reader_phone = EncryptedTextField(_("读者电话"), blank=True, default="")
    purpose = models.CharField(_("利用目的"), max_length=10, choices=c.Purpose.choices, default=c.Purpose.WORK)
    reason = models.CharField(_("用途说明"), max_length=300, blank=True, default="")
    request = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, related_name="loans", verbose_name=_("审批单"), editable=False
    )
    approved_by = models.CharField(_("审批人"), max_length=80, blank=True, default="", editable=False)
    days = models.PositiveSmallIntegerField(
        _("借期（天）"), default=1, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    seat = models.CharField(_("座位"), max_length=20, blank=True, default="")
    remarks = models.CharField(_("备注"), max_length=300, blank=True, default="")

    asked_by = models.CharField(_("登记人"), max_length=80, editable=False)
    asked_at = models.DateTimeField(_("登记时间"), editable=False)
    told_at = models.DateTimeField(_("通知可取时间"), null=True, blank=True, editable=False)
    prepared_by = models.CharField(_("提取人"), max_length=80, blank=True, default="", editable=False)
    prepared_at = models.DateTimeField(_("提取时间"), null=True, blank=True, editable=False)
    held_until = models.DateField(_("保留至"), null=True, blank=True, editable=False)
    issued_by = models.CharField(_("交接经手人"), max_length=80, blank=True, default="", editable=False)
    issued_at = models.DateTimeField(_("交接时间"), null=True, blank=True, editable=False)
    due_on = models.DateField(_("应还日期"), null=True, blank=True, editable=False)
    expected_pages = models.PositiveIntegerField(_("应有页数"), default=0, editable=False)
    issued_pages = models.PositiveIntegerField(_("交出页数"), null=True, blank=True, editable=False)
    issued_condition = models.CharField(
        _("交出时状况"), max_length=8, choices=c.Condition.choices, blank=True, default="", editable=False
    )
    issued_note = models.CharField(_("交接说明"), max_length=300, blank=True, default="", editable=False)
    signed_how = models.CharField(
        _("签收方式"), max_length=8, choices=c.SignedHow.choices, blank=True, default="", editable=False
    )
    signed_name = models.CharField(_("签收人"), max_length=60, blank=True, default="", editable=False)
    signed_at = models.DateTimeField(_("签收时间"), null=True, blank=True, editable=False)
    renewals = models.PositiveSmallIntegerField(_("已续借次数"), default=0, editable=False)
    recalled_at = models.DateTimeField(_("催还时间"), null=True, blank=True, editable=False)
    recall_reason = models.CharField(_("催还原因"), max_length=300, blank=True, default="", editable=False)
    rung = models.PositiveSmallIntegerField(_("提醒级别"), default=0, editable=False)
    reminded_at = models.DateTimeField(_("最近提醒时间"), null=True, blank=True, editable=False)
    returned_by = models.CharField(_("归还经手人"), max_length=80, blank=True, default="", editable=False)
    returned_at = models.DateTimeField(_("归还时间"), null=True, blank=True, editable=False)
    returned_pages = models.PositiveIntegerField(_("归还页数"), null=True, blank=True, editable=False)
    returned_condition = models.CharField(
        _("归还时状况"), max_length=8, choices=c.Condition.choices, blank=True, default="", editable=False
    )
    returned_note = models.CharField(_("归还说明"), max_length=300, blank=True, default="", editable=False)
    is_whole = models.BooleanField(_("归还完好"), null=True, blank=True, editable=False)
    closed_by = models.CharField(_("销号人"), max_length=80, blank=True, default="", editable=False)
    closed_at = models.DateTimeField(_("销号时间"), null=True, blank=True, editable=False)
    closing_note = models.CharField(_("销号说明"), max_length=300, blank=True, default="", editable=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("借阅登记")
        verbose_name_plural = _("借阅登记")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["fonds", "number"], name="loan_number_once"),
            models.CheckConstraint(
                condition=Q(volume__isnull=False, item__isnull=True) | Q(volume__isnull=True, item__isnull=False),
                name="loan_of_one_thing",
            ),
            models.UniqueConstraint(fields=["volume"], name="loan_volume_taken_once", condition=Q(state__in=TAKEN)),
            models.UniqueConstraint(fields=["item"], name="loan_item_taken_once", condition=Q(state__in=TAKEN)),
            models.UniqueConstraint(
                fields=["volume", "borrower"], name="loan_volume_asked_once", condition=Q(state__in=OPEN)
            ),
            models.UniqueConstraint(
                fields=["item", "borrower"], name="loan_item_asked_once", condition=Q(state__in=OPEN)
            ),
            models.CheckConstraint(
                condition=~Q(state__in=STARTED) | Q(issued_at__isnull=False, due_on__isnull=False),
                name="loan_issued_with_term",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=BACK) | Q(returned_at__isnull=False, is_whole__isnull=False),
                name="loan_returned_checked",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_how="") | Q(signed_at__isnull=False) & ~Q(signed_how=""),
                name="loan_signed_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["fonds", "state", "id"], name="loan_by_state"),
            models.Index(fields=["fonds", "id"], name="loan_pages"),
            models.Index(fields=["borrower", "state"], name="loan_by_borrower"),
            models.Index(fields=["fonds", "due_on"], name="loan_by_due", condition=Q(state__in=["issued", "recalled"])),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject_code}"

    @property
    def audit_label(self) -> str:
        """Number and code, as the trail keeps them."""
        return f"{self.number}（{self.subject_code}）"

    @property
    def thing(self) -> Volume | Item:
        """What is lent."""
        found = self.volume or self.item
        if found is None:
            raise LookupError(f"loan {self.pk} is of nothing")
        return found

    @property
    def is_out(self) -> bool:
        """Whether it is in the reader's hands."""
        return self.state in c.OUT_STATES

    @property
    def reader(self) -> str:
        """Who reads it: the person from outside, else the borrower."""
        if not self.reader_name:
            return str(self.borrower)
        unit = f"（{self.reader_unit}）" if self.reader_unit else ""
        return f"{self.reader_name}{unit}"


class LoanFault(models.Model):
    """缺损: pages that were missing, damaged or altered when a loan was handed over or came back."""

    secrecy = FieldSecrecy(default="internal")

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="faults", verbose_name=_("借阅登记"))
    moment = models.CharField(_("时机"), max_length=8, choices=c.Moment.choices, default=c.Moment.RETURN)
    kind = models.CharField(_("问题"), max_length=8, choices=c.FaultKind.choices)
    item = models.ForeignKey(
        Item, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("件"), db_index=False
    )
    first_page = models.PositiveIntegerField(_("起页"), validators=[MinValueValidator(1)])
    last_page = models.PositiveIntegerField(_("止页"), validators=[MinValueValidator(1)])
    text = models.CharField(_("说明"), max_length=200, blank=True, default="")
    finding = models.ForeignKey(
        Finding, models.PROTECT, null=True, blank=True, related_name="loan_faults", verbose_name=_("待处理问题")
    )
    noted_at = models.DateTimeField(_("登记时间"), editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("借阅缺损")
        verbose_name_plural = _("借阅缺损")
        default_permissions = ()
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(condition=Q(last_page__gte=models.F("first_page")), name="loan_fault_pages_forward")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pages}"

    @property
    def pages(self) -> str:
        """Pages in words."""
        return str(self.first_page) if self.first_page == self.last_page else f"{self.first_page}-{self.last_page}"

    @property
    def audit_parent(self) -> Loan:
        """Shown with its loan."""
        return self.loan


class LoanPhoto(models.Model):
    """状况照片: a picture of what was handed over, or came back."""

    secrecy = FieldSecrecy(default="internal")

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="photos", verbose_name=_("借阅登记"))
    moment = models.CharField(_("时机"), max_length=8, choices=c.Moment.choices)
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="loan_photo", verbose_name=_("照片"))
    added_at = models.DateTimeField(_("加入时间"), editable=False)

    objects: Any = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        verbose_name = _("状况照片")
        verbose_name_plural = _("状况照片")
        default_permissions = ()
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.loan} {self.get_moment_display()}"

    @property
    def audit_parent(self) -> Loan:
        """Shown with its loan."""
        return self.loan
