"""What a company begins with: retention periods, classes, filing scope and code templates, drawn from the five regulations.

The titles of the regulations are shortened in ``basis``: 制度 客户档案管理制度（客户服务部门）, 维护方案 客户档案维护方案, 规范 客户资料档案系统管理与维护规范,
办法 公司档案管理办法, 细则 环保公司客户档案管理细则.
"""

from dataclasses import dataclass

from kedang.business.holdings.choices import Arrangement
from kedang.business.holdings.shipped_kinds import DUTIES as DUTIES
from kedang.business.holdings.shipped_kinds import KINDS as KINDS
from kedang.business.holdings.shipped_kinds import NOT_KEPT as NOT_KEPT
from kedang.business.holdings.shipped_kinds import Kind as Kind
from kedang.foundation.access.secrecy import SecrecyLevel

BY_VOLUME, BY_ITEM = Arrangement.VOLUME.value, Arrangement.ITEM.value
INTERNAL, SECRET = SecrecyLevel.INTERNAL, SecrecyLevel.SECRET
CONFIDENTIAL = SecrecyLevel.CONFIDENTIAL


@dataclass(frozen=True, slots=True)
class Period:
    """A retention period; ``reads_as`` the code of the present one behind an old one."""

    code: str
    name: str
    years: int | None
    reads_as: str = ""


PERIODS: tuple[Period, ...] = (
    Period("Y", "永久", None),
    Period("D30", "定期30年", 30),
    Period("D10", "定期10年", 10),
    Period("CQ", "长期（旧）", 30, "D30"),
    Period("DQ", "短期（旧）", 10, "D10"),
)


@dataclass(frozen=True, slots=True)
class Class:
    """A class of the shipped scheme; the one above is the code without its last part."""

    code: str
    name: str
    retention: str = "D30"
    arrangement: str = BY_VOLUME
    note: str = ""


TITLE = "客户档案分类方案"
NOTE = "按 DA/T 13-2022，客户档案归专业档案（ZY），客户管理工作中形成的管理文件归文书档案（WS）。一级为门类，二级为客户，三级按资料性质。"
CLASSES: tuple[Class, ...] = (
    Class("ZY", "专业档案"),
    Class("ZY·KH", "客户档案", note="与客户有关、有保存价值的各种资料。"),
    Class("ZY·KH·JB", "基本资料", "Y", note="主体资格、证照、登记表、联系人及关键人物资料、变更材料。"),
    Class("ZY·KH·HT", "合同协议", "D30", note="合同、协议、补充协议、报价与投标文件。"),
    Class("ZY·KH·JY", "交易往来", "D30", note="订单、交货、结算、付款与对账资料。"),
    Class("ZY·KH·FW", "服务记录", "D10", note="沟通、走访、安装、维修与售后服务记录。"),
    Class("ZY·KH·TS", "投诉与反馈", "D10", note="投诉、问题反馈、处理结果、满意度与服务评价。"),
    Class("ZY·KH·XM", "项目资料", "D30", note="项目立项、技术、实施与验收资料，同一客户的不同项目分别立卷。"),
    Class("ZY·KH·XY", "信用与财务", "D30", note="资信调查、财务报表、授信与催收资料。"),
    Class("ZY·KH·GX", "关系维护", "D10", note="客户关怀、活动、拜访与往来函件。"),
    Class("ZY·KH·SC", "市场与分析", "D10", note="市场调查、行业动态、构成分析与销售分析。"),
    Class("WS", "文书档案", "D10", BY_ITEM),
    Class("WS·KH", "客户管理文件", "D30", BY_ITEM, note="制度、请示与批复、计划、总结、会议文件。"),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """A code template."""

    name: str
    arrangement: str
    standard: str
    volume: str
    item: str
    is_default: bool = False


_CLASSED = "{fonds}-{series}·{year}·{retention}"
SHAPES: tuple[Shape, ...] = (
    Shape("按卷（年度·期限）", BY_VOLUME, "DA/T 13-2022", f"{_CLASSED}-{{volume:4}}", f"{_CLASSED}-{{volume:4}}-{{item:3}}", True),
    Shape("按件（年度·期限）", BY_ITEM, "DA/T 13-2022", "", f"{_CLASSED}-{{item:4}}", True),
    Shape("按件（年度·期限·机构）", BY_ITEM, "DA/T 13-2022", "", f"{_CLASSED}·{{unit}}-{{item:4}}"),
    Shape(
        "按件（期限、机构分列）", BY_ITEM, "DA/T 22-2015", "", "{fonds}-{series}·{year}-{retention}-{unit}-{item:4}",
    ),
    Shape("按卷（项目）", BY_VOLUME, "DA/T 13-2022", "{fonds}-{series}·{project}-{volume:3}", "{fonds}-{series}·{project}-{volume:3}-{item:3}"),
    Shape("旧式：目录号", BY_VOLUME, "DA/T 13-1994", "{fonds}-{catalogue:3}-{volume:3}", "{fonds}-{catalogue:3}-{volume:3}-{item:3}"),
    Shape("旧式：类别号", BY_VOLUME, "DA/T 13-1994", "{fonds}-{series}-{volume:3}", "{fonds}-{series}-{volume:3}-{item:3}"),
    Shape("旧式：项目号", BY_VOLUME, "DA/T 13-1994", "{series}-{project}-{volume:3}", "{series}-{project}-{volume:3}-{item:3}"),
)  # fmt: skip
