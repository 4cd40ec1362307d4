"""Which fields of a customer may be imported: labels and lengths from the model, spellings of headings from here."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import translation

from kedang.business.customers import fields as dossier
from kedang.business.customers.models import Contact, Customer
from kedang.business.customers.reference.lists import terms
from kedang.foundation.kernel.importing import ImportChoice, ImportField, ImportTarget

CONTACT = "contact."

#: How headings are written besides the label, most usual first.
HEADINGS: dict[str, str] = {
    "number": "客户编号 客户编码 客户代码 编号 档案编号 客户号 会员号",
    "name": "企业名称 公司名称 单位名称 客户名称 名称 机构名称 客户 企业 公司 单位 客户全称 公司全称 企业全称 商户名称 店名 供应商名称 经销商名称 姓名 客户姓名 "
    "customer company companyname customername",
    "short_name": "简称 客户简称 公司简称 企业简称 单位简称",
    "uscc": "统一社会信用代码 社会信用代码 信用代码 统一信用代码 统一代码 税号 纳税人识别号 纳税识别号 企业代码 营业执照号 营业执照号码 uscc taxid",
    "registration_number": "注册号 工商注册号 旧注册号 组织机构代码 营业执照注册号",
    "legal_representative": "法定代表人 法人代表 法人 法人姓名 法定代表人姓名 负责人 企业负责人 投资人 经营者 执行事务合伙人",
    "legal_form": "组织形式 企业类型 公司类型 单位类型 主体类型 市场主体类型 登记类型 企业组织形式",
    "ownership": "企业性质 单位性质 所有制 所有制形式 经济性质 经济类型 公司性质",
    "registered_capital": "注册资本 注册资金 注册资本金 注册资本(万元) 注册资金(万元) 资本 资金数额 出资额",
    "capital_currency": "注册资本币种 资本币种 币种",
    "established_on": "成立日期 注册日期 开业时间 创立日期 成立年月 成立时间 注册时间 登记日期 开业日期 设立日期 创立时间 建厂时间 工商注册日期",
    "business_scope": "经营范围 业务范围 主营业务 经营项目 主营 主营产品 经营内容",
    "industry_code": "行业代码 国标行业代码 行业 所属行业 行业类别 行业分类 行业名称 所属行业类别",
    "employees": "职工人数 员工人数 人数 员工数 从业人数 企业人数 人员规模 在职人数 雇员人数",
    "annual_sales": "年销售额 销售额 年营业额 营业额 年产值 产值 营业收入 年收入 销售收入",
    "total_assets": "资产总额 总资产 资产",
    "sex": "性别",
    "born_on": "出生日期 生日 出生年月",
    "id_type": "证件类型 证件种类",
    "id_number": "证件号码 身份证号 身份证号码 身份证 证件号 公民身份号码",
    "household_address": "户籍地址 户籍 户口所在地 身份证地址",
    "region_code": "所在地区 地区 省 市 区 县 区/县 县市 州市 所属省份 所属城市 所属区县 省份 所在省份 省 城市 市 所在城市 区县 县区 区域 行政区划 所在区域 所属地区 省市 区县名称",
    "address": "地址 注册地址 公司地址 企业地址 单位地址 详细地址 通讯地址 联系地址 经营地址 办公地址 住所 经营场所 住址 address",
    "postcode": "邮政编码 邮编 postcode zip",
    "phone": "电话 联系电话 公司电话 固定电话 座机 办公电话 电话号码 企业电话 单位电话 总机 phone tel telephone",
    "mobile": "手机 手机号 手机号码 移动电话 mobile",
    "fax": "传真 传真号码 传真电话 fax",
    "email": "电子邮箱 邮箱 电子邮件 邮件 邮箱地址 email mail",
    "wechat": "微信 微信号 wechat",
    "website": "网址 网站 公司网址 主页 website url",
    "bank_name": "开户银行 开户行 银行 开户行名称",
    "bank_account": "银行账号 银行帐号 账号 帐号 开户账号 银行卡号 卡号 账户",
    "source": "客户来源 来源 来源渠道 渠道",
    "first_dealt_on": "首次交易日期 首次交易时间 首次合作时间 合作日期 开始合作时间 首次合作日期",
    "route_order": "路序 线路顺序 拜访顺序",
    "party_kind": "客户类型 客户类别 类型",
    "directness": "直接间接 直接/间接",
    "stage": "客户状态 状态",
    "remarks": "备注 说明 附注 其他 其它说明 remark remarks",
    CONTACT + "name": "联系人 联络人 联系人姓名 姓名 主要联系人 对接人 业务联系人 contact",
    CONTACT + "post": "职务 联系人职务 职位 岗位",
    CONTACT + "unit": "所在部门 联系人部门 部门",
    CONTACT + "mobile": "联系人手机 联系人手机号 联系手机",
    CONTACT + "phone": "联系人电话",
    CONTACT + "email": "联系人邮箱 联系人邮件",
    CONTACT + "wechat": "联系人微信",
}
TYPES: dict[str, str] = {
    "number": "text",
    "name": "name",
    "uscc": "uscc",
    "registration_number": "registration",
    "legal_representative": "person",
    "legal_form": "legal_form",
    "industry_code": "industry",
    "registered_capital": "amount",
    "annual_sales": "amount",
    "total_assets": "amount",
    "id_number": "identity",
    "region_code": "region",
    "address": "address",
    "household_address": "address",
    "postcode": "postcode",
    "phone": "phone",
    "mobile": "phone",
    "fax": "phone",
    "email": "email",
    "bank_account": "account",
    "business_scope": "longtext",
    "remarks": "longtext",
    CONTACT + "name": "person",
}
LISTS: dict[str, str] = {"ownership": "ownerships", "capital_currency": "currencies", "id_type": "id_documents"}
COMBINED = frozenset({"region_code", "address", "phone", "remarks", "business_scope"})
CONTACT_FIELDS = ("name", "post", "unit", "mobile", "phone", "email", "wechat")
#: Sealed columns have no length of their own; what a person can have written there is bounded all the same.
SEALED_LENGTH = 200


def _type(name: str, field: Any) -> str:
    if name in TYPES:
        return TYPES[name]
    bare = name.removeprefix(CONTACT)
    if bare in TYPES and name.startswith(CONTACT):
        return TYPES[bare]
    if field.choices:
        return "choice"
    if isinstance(field, models.DateField):
        return "date"
    if isinstance(field, models.IntegerField):
        return "integer"
    return "text"


def _choices(name: str, field: Any) -> tuple[ImportChoice, ...]:
    if name == "registered_capital":
        field = Customer._meta.get_field("capital_currency")
    if not getattr(field, "choices", None):
        return ()
    aliases = {code: term.aliases for code, term in terms(LISTS[name]).items()} if name in LISTS else {}
    return tuple(
        ImportChoice(str(value), str(label), aliases.get(str(value), ()))
        for value, label in field.choices
        if value != ""
    )


def _field(name: str, model: type[models.Model]) -> ImportField:
    bare = name.removeprefix(CONTACT)
    field: Any = model._meta.get_field(bare)
    label = str(field.verbose_name)
    if name.startswith(CONTACT) and bare != "name":
        label = f"联系人{label}"
    elif name.startswith(CONTACT):
        label = "联系人"
    return ImportField(
        name=name,
        label=label,
        type=_type(name, field),
        synonyms=tuple(HEADINGS.get(name, "").split()),
        kinds=tuple(kind for kind, names in dossier.KIND_FIELDS.items() if bare in names),
        required=name == "name",
        max_length=field.max_length
        or (None if isinstance(field, models.TextField) and bare in LONG else SEALED_LENGTH),
        companion="capital_currency" if name == "registered_capital" else "",
        choices=_choices(name, field),
        combine=name in COMBINED,
    )


LONG = frozenset({"business_scope", "remarks"})


@cache
def customer_target() -> ImportTarget:
    """Everything that an import may bring into a customer's dossier; labels in the source language, as sentences name them."""
    with translation.override(settings.LANGUAGE_CODE):
        return _target()


def _target() -> ImportTarget:
    names = ["number", "party_kind", *dossier.EVERY_FIELD]
    skipped = {"responsible", "department", "secrecy_level"}
    own = [_field(name, Customer) for name in dict.fromkeys(names) if name not in skipped]
    contacts = [_field(CONTACT + name, Contact) for name in CONTACT_FIELDS]
    return ImportTarget(
        key="customers",
        label="客户",
        fields=(*own, *contacts),
        name_field="name",
        uscc_field="uscc",
        registration_field="registration_number",
        region_field="region_code",
        address_field="address",
        legal_form_field="legal_form",
        kind_field="party_kind",
    )
