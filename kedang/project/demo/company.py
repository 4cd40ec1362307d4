"""The demo company: departments, staff with their roles, classes of its own."""

from dataclasses import dataclass
from typing import Any

from kedang.foundation.access.secrecy import SecrecyLevel

FONDS_CODE = "001"
FONDS_NAME = "砚澜流体控制设备有限公司"
FONDS_SHORT = "砚澜"


@dataclass(frozen=True, slots=True)
class Department:
    """One department; ``parent`` by name."""

    name: str
    code: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Staff:
    """One member of staff with one grant. ``at`` names the department of a department scope, or the value of another."""

    username: str
    name: str
    department: str
    title: str
    role: str
    scope: str = ""
    at: str = ""
    clearance: int = SecrecyLevel.SECRET


DEPARTMENTS: tuple[Department, ...] = (
    Department("总经办", "ZJB"),
    Department("营销中心", "YX"),
    Department("市场部", "SC", "营销中心"),
    Department("销售一部", "XS1", "营销中心"),
    Department("销售二部", "XS2", "营销中心"),
    Department("客户服务部", "KF", "营销中心"),
    Department("档案室", "DA"),
    Department("财务部", "CW"),
    Department("技术部", "JS"),
    Department("信息技术部", "IT"),
    Department("审计部", "SJ"),
)

STAFF: tuple[Staff, ...] = (
    Staff("zhengmingqu", "郑明渠", "总经办", "总经理", "general_manager", clearance=SecrecyLevel.TOP_SECRET),
    Staff("guqinghe", "顾清和", "总经办", "副总经理", "executive", clearance=SecrecyLevel.CONFIDENTIAL),
    Staff("bailu", "白露", "总经办", "保密专员", "security_admin"),
    Staff("shenzhixing", "沈知行", "档案室", "档案室主任", "archivist", clearance=SecrecyLevel.CONFIDENTIAL),
    Staff("yezhen", "叶蓁", "档案室", "档案管理员", "archivist", clearance=SecrecyLevel.CONFIDENTIAL),
    Staff("mengxiaotang", "孟晓棠", "销售一部", "销售一部经理", "department_head"),
    Staff("lujiahe", "陆嘉禾", "销售一部", "业务员", "salesperson"),
    Staff("chengyu", "程屿", "销售一部", "业务员", "salesperson"),
    Staff("hanqiming", "韩启明", "销售二部", "销售二部经理", "department_head"),
    Staff("xuniansheng", "许念笙", "销售二部", "业务员", "salesperson"),
    Staff("luozijin", "罗子今", "销售二部", "业务员", "salesperson"),
    Staff("suman", "苏漫", "市场部", "市场专员", "clerk", "department", "销售一部"),
    Staff("fangruogu", "方若谷", "客户服务部", "客服专员", "reader", "below", "营销中心"),
    Staff("liangsiyuan", "梁思原", "财务部", "往来会计", "reader", "all"),
    Staff("tangboan", "唐伯安", "技术部", "华南区技术支持", "reader", "region", "440000"),
    Staff("helijun", "何立钧", "信息技术部", "系统管理员", "system_admin"),
    Staff("qiujingyi", "邱静仪", "审计部", "审计专员", "auditor"),
)
"""Everybody who can sign in; all ten built-in roles are held."""

WITH_PHONE = "bailu"
"""Who proves it with an authenticator app as well; the sign-in page of the demo shows the code, since no visitor has that phone."""

SELLERS = {"销售一部": ("lujiahe", "chengyu", "mengxiaotang"), "销售二部": ("xuniansheng", "luozijin", "hanqiming")}


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis of classification of the company's own."""

    code: str
    name: str
    terms: tuple[tuple[str, str], ...]
    is_multiple: bool = False
    gives_number_code: bool = False


AXES: tuple[Axis, ...] = (
    Axis(
        "field", "业务领域",
        (("GY", "工业"), ("SZ", "市政"), ("HB", "环保"), ("JZ", "建筑安装"), ("SM", "商贸流通"), ("MY", "民用服务"), ("ZF", "政府采购")),
        gives_number_code=True,
    ),
    Axis("importance", "重要程度", (("main", "主力客户"), ("normal", "一般客户"), ("sporadic", "零散客户"))),
    Axis(
        "trade", "贸易性质",
        (("wholesale", "批发"), ("retail", "零售"), ("agent", "代理"), ("special", "特约"), ("chain", "连锁"), ("exclusive", "专营")),
        is_multiple=True,
    ),
    Axis("age", "新老客户", (("old", "老客户"), ("new", "新客户"), ("future", "未来客户"))),
)  # fmt: skip

GRADE_REASONS: dict[str, tuple[str, ...]] = {
    "A": (
        "近三年年均采购额超过三百万元，回款及时",
        "年度框架协议客户，毛利率高于平均",
        "行业龙头，合作五年以上，无逾期",
    ),
    "B": ("采购稳定，账期 60 天内结清", "年采购额百万元以上，增长明显", "合作三年，偶有短期逾期已结清"),
    "C": ("采购零星，单笔金额较小", "新开发客户，合作不足一年", "价格敏感，采购不稳定"),
    "D": ("近一年无交易", "曾有三个月以上逾期", "经营状况下滑，暂停账期"),
}

EXAMPLE_RULE: dict[str, Any] = {"template": "{code}{year}{serial}", "serial_width": 2}
