"""The customer itself."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kedang.business.customers import choices as c
from kedang.business.customers.querysets import CustomerQuerySet
from kedang.foundation.access.models import Department, Fonds, Person
from kedang.foundation.access.secrecy import FieldSecrecy, SecrecyLevel
from kedang.foundation.kernel.fields import EncryptedTextField


class Customer(models.Model):
    """客户: one party the company deals with, of any kind, past, present or to come.

    Fields that a kind does not have stay empty. ``*_blind`` columns are keyed digests by which sealed numbers are found;
    they are written by the services together with the values. A customer is never deleted: ``withdrawn_at`` says that
    the dossier was taken back (undone import, entered twice), and frees its credit code.
    """

    secrecy = FieldSecrecy(
        default="internal",
        open="number name short_name party_kind party_subkind uscc registration_number legal_representative",
        contact="phone mobile fax email wechat household_address",
        identity="id_number",
        account="bank_account",
        personal="sex born_on",
        assessment="grade grade_reason",
    )

    fonds = models.ForeignKey(Fonds, models.PROTECT, verbose_name=_("全宗"), db_index=False)
    number = models.CharField(_("客户编号"), max_length=40, editable=False)
    name = models.CharField(_("客户名称"), max_length=200)
    name_key = models.CharField(_("名称键"), max_length=80, blank=True, default="", editable=False)
    short_name = models.CharField(_("简称"), max_length=60, blank=True, default="")
    party_kind = models.CharField(
        _("客户类型"), max_length=12, choices=c.PartyKind.choices, default=c.PartyKind.ENTERPRISE
    )
    party_subkind = models.CharField(
        _("细分类型"), max_length=20, choices=c.PartySubkind.choices, blank=True, default=""
    )
    directness = models.CharField(
        _("直接/间接"), max_length=10, choices=c.Directness.choices, default=c.Directness.DIRECT
    )
    stage = models.CharField(_("客户状态"), max_length=10, choices=c.Stage.choices, default=c.Stage.PRESENT)

    uscc = models.CharField(_("统一社会信用代码"), max_length=18, blank=True, default="")
    uscc_twin = models.PositiveSmallIntegerField(_("同码序号"), default=0, editable=False)
    registration_number = models.CharField(_("注册号"), max_length=30, blank=True, default="")
    legal_representative = models.CharField(_("法定代表人"), max_length=100, blank=True, default="")
    legal_form = models.CharField(_("组织形式"), max_length=24, choices=c.LegalForm.choices, blank=True, default="")
    ownership = models.CharField(_("企业性质"), max_length=16, choices=c.Ownership.choices, blank=True, default="")
    registered_capital = models.DecimalField(_("注册资本"), max_digits=20, decimal_places=2, null=True, blank=True)
    capital_currency = models.CharField(
        _("注册资本币种"), max_length=3, choices=c.Currency.choices, blank=True, default=""
    )
    established_on = models.DateField(_("成立日期"), null=True, blank=True)
    business_scope = models.TextField(_("经营范围"), blank=True, default="")
    industry_code = models.CharField(_("行业"), max_length=6, blank=True, default="")
    employees = models.PositiveIntegerField(_("职工人数"), null=True, blank=True)
    annual_sales = models.DecimalField(_("年销售额"), max_digits=20, decimal_places=2, null=True, blank=True)
    total_assets = models.DecimalField(_("资产总额"), max_digits=20, decimal_places=2, null=True, blank=True)

    sex = models.CharField(_("性别"), max_length=8, choices=c.Sex.choices, blank=True, default="")
    born_on = models.DateField(_("出生日期"), null=True, blank=True)
    id_type = models.CharField(_("证件类型"), max_length=20, choices=c.IdType.choices, blank=True, default="")
    id_number = EncryptedTextField(_("证件号码"), blank=True, default="")
    id_number_blind = models.CharField(_("证件号码索引"), max_length=16, blank=True, default="", editable=False)
    household_address = models.CharField(_("户籍地址"), max_length=200, blank=True, default="")

    region_code = models.CharField(_("所在地区"), max_length=6, blank=True, default="")
    address = models.CharField(_("地址"), max_length=300, blank=True, default="")
    postcode = models.CharField(_("邮政编码"), max_length=10, blank=True, default="")
    phone = EncryptedTextField(_("电话"), blank=True, default="")
    mobile = EncryptedTextField(_("手机"), blank=True, default="")
    mobile_blind = models.CharField(_("手机索引"), max_length=16, blank=True, default="", editable=False)
    fax = EncryptedTextField(_("传真"), blank=True, default="")
    email = EncryptedTextField(_("电子邮箱"), blank=True, default="")
    wechat = EncryptedTextField(_("微信"), blank=True, default="")
    website = models.CharField(_("网址"), max_length=200, blank=True, default="")
    bank_name = models.CharField(_("开户银行"), max_length=100, blank=True, default="")
    bank_account = EncryptedTextField(_("银行账号"), blank=True, default="")

    source = models.CharField(_("客户来源"), max_length=16, choices=c.CustomerSource.choices, blank=True, default="")
    first_dealt_on = models.DateField(_("首次交易日期"), null=True, blank=True)
    route_order = models.PositiveIntegerField(_("路序"), null=True, blank=True)
    remarks = models.TextField(_("备注"), blank=True, default="")

    responsible = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name=_("负责人"), related_name="+", db_index=False
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, verbose_name=_("归属部门"), related_name="+", db_index=False
    )
    secrecy_level = models.PositiveSmallIntegerField(
        _("密级"), choices=SecrecyLevel.choices, default=SecrecyLevel.INTERNAL
    )
    grade = models.CharField(_("客户等级"), max_length=2, choices=c.Grade.choices, blank=True, default="")
    grade_reason = models.CharField(_("评级理由"), max_length=300, blank=True, default="")

    completeness = models.PositiveSmallIntegerField(_("完整度"), default=0, editable=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    created_at = models.DateTimeField(_("建档时间"), editable=False)
    updated_at = models.DateTimeField(_("更新时间"), editable=False)
    withdrawn_at = models.DateTimeField(_("撤销时间"), null=True, blank=True, editable=False)
    # Empty means it counts: a column that may be empty is added to millions of rows without writing one of them.
    review_state = models.CharField(
        _("建档审核"), max_length=10, choices=c.ReviewState.choices, null=True, blank=True, editable=False
    )
    review_case = models.ForeignKey(
        "approvals.Case", models.PROTECT, null=True, blank=True, verbose_name=_("建档审核单"), related_name="+", db_index=False,
        editable=False,
    )  # fmt: skip
    hold_count = models.PositiveIntegerField(_("冻结"), null=True, blank=True, editable=False)

    waiting_change: Any
    """Set by ``customer_change`` where protected fields went to approval; absent otherwise."""

    class_names_label = _("归类")
    """How the trail's entries of classes are called."""

    objects: Any = models.Manager.from_queryset(CustomerQuerySet)()

    class Meta:
        verbose_name = _("客户")
        verbose_name_plural = pgettext_lazy("多条", "客户")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["fonds", "number"], name="customer_number_once"),
            models.UniqueConstraint(
                fields=["fonds", "uscc", "uscc_twin"],
                name="customer_uscc_once",
                condition=~Q(uscc="") & Q(withdrawn_at__isnull=True),
                violation_error_message=_("此统一社会信用代码已有客户档案。"),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="customer_has_name"),
            models.CheckConstraint(
                condition=Q(hold_count__isnull=True) | Q(hold_count=0) | Q(withdrawn_at__isnull=True),
                name="customer_held_stays",
            ),
        ]
        indexes = [
            # Whole pages and the usual conditions are answered from this one index; sealed and long columns are not touched.
            models.Index(
                fields=[
                    "fonds",
                    "id",
                    "secrecy_level",
                    "responsible",
                    "department",
                    "party_kind",
                    "stage",
                    "grade",
                    "completeness",
                    "updated_at",
                ],
                name="customer_pages",
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.Index(
                fields=["fonds", "responsible", "id"],
                name="customer_by_responsible",
                condition=Q(responsible__isnull=False),
            ),
            models.Index(
                fields=["fonds", "department", "id"],
                name="customer_by_department",
                condition=Q(department__isnull=False),
            ),
            models.Index(fields=["name_key"], name="customer_by_name_key", condition=~Q(name_key="")),
            models.Index(
                fields=["fonds", "region_code", "id"], name="customer_by_region", condition=~Q(region_code="")
            ),
            models.Index(fields=["fonds", "id"], name="customer_to_review", condition=Q(review_state__isnull=False)),
            models.Index(
                fields=["review_case"], name="customer_by_review_case", condition=Q(review_case__isnull=False)
            ),
            models.Index(fields=["id_number_blind"], name="customer_by_id_number", condition=~Q(id_number_blind="")),
            models.Index(fields=["mobile_blind"], name="customer_by_mobile", condition=~Q(mobile_blind="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        """Name and number, as the trail keeps them."""
        return f"{self.name}（{self.number}）"

    @property
    def is_withdrawn(self) -> bool:
        """Taken back: shown only to who looks for it on purpose."""
        return self.withdrawn_at is not None

    @property
    def is_to_review(self) -> bool:
        """Not counted yet: 建档审核 is under way."""
        return self.review_state == c.ReviewState.PENDING

    @property
    def is_held(self) -> bool:
        """A hold keeps it as it is: it cannot be withdrawn or merged away."""
        return bool(self.hold_count)

    @staticmethod
    def region_code_words(code: str) -> str:
        """Full name of a region."""
        from kedang.business.customers.reference import region_name

        return (region_name(code) or code) if code else ""

    @staticmethod
    def industry_code_words(code: str) -> str:
        """Name of an industry."""
        from kedang.business.customers.reference import industry_name

        return (industry_name(code) or code) if code else ""

    @property
    def region_code_text(self) -> str:
        """Full name of the region."""
        return self.region_code_words(self.region_code)

    @property
    def industry_code_text(self) -> str:
        """Name of the industry."""
        return self.industry_code_words(self.industry_code)


class FormerName(models.Model):
    """曾用名: a name the customer had before; search finds it."""

    secrecy = FieldSecrecy(default="open")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="former_names", verbose_name=_("客户"))
    name = models.CharField(_("曾用名"), max_length=200)
    until = models.DateField(_("使用至"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("曾用名")
        verbose_name_plural = _("曾用名")
        default_permissions = ()
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["customer", "name"], name="former_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_parent(self) -> Customer:
        """Shown in the dossier of the customer."""
        return self.customer


class CustomerProfile(models.Model):
    """特征与业务状况 (CU-06, CU-07): what the company knows of the customer beyond plain facts."""

    secrecy = FieldSecrecy(
        default="internal",
        assessment="manager_quality staff_quality competitor_relation attitude_to_us problems reputation credit_problems",
    )

    customer = models.OneToOneField(Customer, models.PROTECT, related_name="profile", verbose_name=_("客户"))
    service_area = models.TextField(_("服务区域"), blank=True, default="")
    sales_capacity = models.TextField(_("销售能力"), blank=True, default="")
    potential = models.TextField(_("发展潜力"), blank=True, default="")
    culture = models.TextField(_("经营理念与文化"), blank=True, default="")
    policy = models.TextField(_("经营方针"), blank=True, default="")
    size_note = models.TextField(_("经营规模"), blank=True, default="")
    management_traits = models.TextField(_("管理特点"), blank=True, default="")
    past_results = models.TextField(_("以往业绩"), blank=True, default="")
    present_results = models.TextField(_("目前业绩"), blank=True, default="")
    manager_quality = models.TextField(_("管理者素质"), blank=True, default="")
    staff_quality = models.TextField(_("业务人员素质"), blank=True, default="")
    competitor_relation = models.TextField(_("与竞争者的关系"), blank=True, default="")
    attitude_to_us = models.TextField(_("与本公司的关系和态度"), blank=True, default="")
    problems = models.TextField(_("交易中存在的问题"), blank=True, default="")
    advantages = models.TextField(_("保持的优势"), blank=True, default="")
    countermeasures = models.TextField(_("对策"), blank=True, default="")
    reputation = models.TextField(_("声誉与形象"), blank=True, default="")
    credit_problems = models.TextField(_("以往信用问题"), blank=True, default="")

    class Meta:
        verbose_name = _("特征与业务状况")
        verbose_name_plural = _("特征与业务状况")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.customer)

    @property
    def audit_parent(self) -> Customer:
        """Shown in the dossier of the customer."""
        return self.customer
