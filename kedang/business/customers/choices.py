"""Fixed words of the customer master (CU-01, CU-02, CU-11)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PartyKind(models.TextChoices):
    """客户类型: decides which fields a dossier has."""

    ENTERPRISE = "enterprise", _("企业")
    INDIVIDUAL = "individual", _("个人")
    GOVERNMENT = "government", _("政府机构")
    PARTNER = "partner", _("合作伙伴")
    SPECIAL = "special", _("特殊关系户")


class PartySubkind(models.TextChoices):
    """Finer kind of partners and special parties."""

    SUPPLIER = "supplier", _("供应商")
    DEALER = "dealer", _("经销商")
    TRADING_PARTNER = "trading_partner", _("交易伙伴")
    LAWYER = "lawyer", _("律师")
    FINANCIAL_ADVISER = "financial_adviser", _("财务顾问")
    ADVERTISING = "advertising", _("广告")
    PUBLIC_RELATIONS = "public_relations", _("公关")
    BANK = "bank", _("银行")
    INSURANCE = "insurance", _("保险")
    FINANCING = "financing", _("融资协助机构")


SUBKINDS_OF = {
    PartyKind.PARTNER: (PartySubkind.SUPPLIER, PartySubkind.DEALER, PartySubkind.TRADING_PARTNER),
    PartyKind.SPECIAL: (
        PartySubkind.LAWYER,
        PartySubkind.FINANCIAL_ADVISER,
        PartySubkind.ADVERTISING,
        PartySubkind.PUBLIC_RELATIONS,
        PartySubkind.BANK,
        PartySubkind.INSURANCE,
        PartySubkind.FINANCING,
    ),
}


class Directness(models.TextChoices):
    """直接或间接客户."""

    DIRECT = "direct", _("直接客户")
    INDIRECT = "indirect", _("间接客户")


class Stage(models.TextChoices):
    """过去、现在、未来客户."""

    PRESENT = "present", _("现有客户")
    POTENTIAL = "potential", _("潜在客户")
    PAST = "past", _("过去客户")


class Ownership(models.TextChoices):
    """企业性质/所有制."""

    STATE = "state", _("国有")
    COLLECTIVE = "collective", _("集体")
    PRIVATE = "private", _("民营")
    JOINT_STOCK = "joint_stock", _("股份制")
    FOREIGN = "foreign", _("外商投资")
    HMT = "hmt", _("港澳台投资")
    MIXED = "mixed", _("混合所有")
    OTHER = "other", _("其他")


class LegalForm(models.TextChoices):
    """组织形式."""

    LIMITED = "limited", _("有限责任公司")
    JOINT_STOCK = "joint_stock", _("股份有限公司")
    SOLE_PROPRIETOR = "sole_proprietor", _("个人独资企业")
    PARTNERSHIP = "partnership", _("合伙企业")
    INDIVIDUAL_BUSINESS = "individual_business", _("个体工商户")
    STATE_OWNED = "state_owned", _("全民所有制企业")
    COLLECTIVE_OWNED = "collective_owned", _("集体所有制企业")
    STOCK_COOPERATIVE = "stock_cooperative", _("股份合作制企业")
    FARMER_COOPERATIVE = "farmer_cooperative", _("农民专业合作社")
    BRANCH = "branch", _("分支机构")
    REPRESENTATIVE_OFFICE = "representative_office", _("常驻代表机构")
    FOREIGN_INVESTED = "foreign_invested", _("外商投资企业")
    PUBLIC_INSTITUTION = "public_institution", _("事业单位")
    GOVERNMENT_BODY = "government_body", _("机关")
    SOCIAL_ORGANISATION = "social_organisation", _("社会组织")
    OTHER = "other", _("其他")


class CustomerSource(models.TextChoices):
    """客户来源."""

    VISIT = "visit", _("业务拜访")
    REFERRAL = "referral", _("客户介绍")
    EXHIBITION = "exhibition", _("展会")
    ADVERTISEMENT = "advertisement", _("广告")
    WEBSITE = "website", _("网站")
    PHONE = "phone", _("来电")
    AGENCY = "agency", _("调查机构")
    INTERNAL = "internal", _("内部提供")
    IMPORT = "import", _("批量导入")
    OTHER = "other", _("其他")


class Grade(models.TextChoices):
    """客户等级."""

    A = "A", _("A 级")
    B = "B", _("B 级")
    C = "C", _("C 级")
    D = "D", _("D 级")


class Sex(models.TextChoices):
    """性别."""

    MALE = "male", _("男")
    FEMALE = "female", _("女")


class IdType(models.TextChoices):
    """证件类型."""

    RESIDENT = "resident", _("居民身份证")
    PASSPORT = "passport", _("护照")
    HK_MACAO = "hk_macao", _("港澳居民来往内地通行证")
    TAIWAN = "taiwan", _("台湾居民来往大陆通行证")
    FOREIGN_RESIDENT = "foreign_resident", _("外国人永久居留身份证")
    MILITARY = "military", _("军官证")
    OTHER = "other", _("其他证件")


class Currency(models.TextChoices):
    """币种 (ISO 4217)."""

    CNY = "CNY", _("人民币")
    USD = "USD", _("美元")
    HKD = "HKD", _("港元")
    EUR = "EUR", _("欧元")
    JPY = "JPY", _("日元")
    GBP = "GBP", _("英镑")
    TWD = "TWD", _("新台币")
    KRW = "KRW", _("韩元")
    AUD = "AUD", _("澳大利亚元")
    CAD = "CAD", _("加拿大元")
    SGD = "SGD", _("新加坡元")
    OTHER = "OTH", _("其他币种")


class KeyPersonRole(models.TextChoices):
    """关键人物的身份."""

    OWNER = "owner", _("所有者")
    MANAGER = "manager", _("经营管理者")
    LEGAL_REPRESENTATIVE = "legal_representative", _("法定代表人")
    OTHER = "other", _("其他")


class Education(models.TextChoices):
    """学历."""

    PRIMARY = "primary", _("小学")
    JUNIOR = "junior", _("初中")
    SENIOR = "senior", _("高中/中专")
    COLLEGE = "college", _("大专")
    BACHELOR = "bachelor", _("本科")
    MASTER = "master", _("硕士")
    DOCTOR = "doctor", _("博士")


class ReviewState(models.TextChoices):
    """建档审核 (CO-03) of a dossier that does not count yet; one that counts has none."""

    PENDING = "pending", _("待审核")
    REJECTED = "rejected", _("审核未通过")


class ChangeState(models.TextChoices):
    """What became of a change of protected fields."""

    WAITING = "waiting", _("待审批")
    SCHEDULED = "scheduled", _("已批准，待生效")
    APPLIED = "applied", _("已生效")
    REJECTED = "rejected", _("未批准")
    WITHDRAWN = "withdrawn", _("已撤回")
    FAILED = "failed", _("未能生效")


OPEN_CHANGES = (ChangeState.WAITING, ChangeState.SCHEDULED)
"""States in which a change may still take effect."""
