"""The cleaning rules by name: what each does, and why a person may trust it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Rule(NamedTuple):
    """One rule; it can be switched off per column."""

    code: str
    title: StrOrPromise
    reason: StrOrPromise


_DECLARED: tuple[tuple[str, StrOrPromise, StrOrPromise], ...] = (
    ("excel_text", _("还原文本格式"), _('去掉 Excel 为保留文本而加的 ="…" 外壳')),
    ("entities", _("还原网页字符"), _("网页导出的 &amp; &eacute; 等转义还原为原来的字符")),
    ("control", _("清除控制字符"), _("看不见的控制字符、零宽字符会妨碍查找和打印")),
    ("width", _("全角转半角"), _("数字、字母和符号统一为半角，中文标点不动")),
    ("spaces", _("清除多余空格"), _("首尾空格、全角空格、汉字之间的空格和重复空格")),
    ("odd_signs", _("清除乱码符号"), _("〓 □ � 等是转换时留下的缺字符号")),
    ("simplified", _("繁体转规范汉字"), _("按国家规定使用规范汉字；企业名称和人名保留原字")),
    ("blank", _("空值标记清空"), _("N/A、无、--、null 等表示没有内容")),
    ("brackets", _("括号统一为全角"), _("企业名称中的括号统一为（）")),
    ("uscc", _("规范代码写法"), _("去掉空格和分隔符，字母转大写")),
    ("old_number", _("旧注册号另存"), _("15 位或 13 位工商注册号、组织机构代码不是统一社会信用代码，移到“注册号”")),
    ("amount", _("金额与币种"), _("“200(万元人民币)”一类写法换算成元，并分出币种")),
    ("date", _("统一日期"), _("各种写法统一为年-月-日")),
    ("number", _("统一数字"), _("去掉千分位和单位")),
    ("phone", _("统一电话"), _("手机、座机、分机统一写法，几个号码用“；”隔开")),
    ("email", _("邮箱转小写"), _("邮箱不区分大小写")),
    ("digits", _("去掉分隔符"), _("证件号、账号、邮编中的空格和连字符")),
    ("region", _("地区转代码"), _("省市区名称转为国家标准行政区划代码")),
    ("region_derived", _("由地址推出地区"), _("地区列没有内容或不够细时，从地址开头识别")),
    ("industry", _("行业转代码"), _("行业名称转为国民经济行业分类代码")),
    ("legal_form", _("归类组织形式"), _("企业类型的各种写法归入标准分类")),
    ("legal_form_derived", _("由名称推出组织形式"), _("企业类型没有内容时，按名称末尾判断")),
    ("choice", _("对应选项"), _("各种写法对应到系统里的选项")),
)

RULES: dict[str, Rule] = {code: Rule(code, title, reason) for code, title, reason in _DECLARED}

#: Which rules can do something for a type of field; the cleaning page offers these switches.
FOR_ALL = ("excel_text", "entities", "control", "width", "spaces", "odd_signs", "blank")
FOR_TYPE: dict[str, tuple[str, ...]] = {
    "name": ("brackets",),
    "person": (),
    "text": ("simplified",),
    "longtext": ("simplified",),
    "uscc": ("uscc", "old_number"),
    "registration": ("uscc",),
    "identity": ("digits",),
    "date": ("date",),
    "amount": ("amount",),
    "integer": ("number",),
    "decimal": ("number",),
    "phone": ("phone",),
    "email": ("email",),
    "postcode": ("digits",),
    "account": ("digits",),
    "region": ("region", "region_derived"),
    "address": ("simplified",),
    "industry": ("industry",),
    "legal_form": ("legal_form", "legal_form_derived"),
    "choice": ("choice",),
    "boolean": ("choice",),
}


def rules_for(type_: str) -> tuple[Rule, ...]:
    """The rules that may be switched for a field of that type."""
    return tuple(RULES[code] for code in (*FOR_ALL, *FOR_TYPE.get(type_, ())))
