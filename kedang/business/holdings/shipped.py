"""What a company begins with: retention periods, classes, filing scope and code templates, drawn from the five regulations.

The titles of the regulations are shortened in ``basis``: 制度 客户档案管理制度（客户服务部门）, 维护方案 客户档案维护方案, 规范 客户资料档案系统管理与维护规范,
办法 公司档案管理办法, 细则 环保公司客户档案管理细则.
"""

from dataclasses import dataclass

from kedang.business.holdings.choices import Arrangement, YearRule
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
class Kind:
    """A line of the shipped filing scope. ``duty``: words in the names of departments that owe it, the likeliest first."""

    code: str
    name: str
    series: str
    retention: str
    secrecy: int
    duty: tuple[str, ...]
    basis: str
    words: str
    weight: int = 50
    due: int | None = 30
    rule: str = YearRule.OWN_DATE.value


MARKET, SALES, SERVICE = ("市场", "营销", "销售"), ("销售", "营销", "业务"), ("客户服务", "客服", "服务")
MONEY, TECHNICAL, OFFICE = ("财务",), ("技术", "工程", "研发"), ("办公室", "总经办", "行政", "档案")
OWN, REPLY, FIRST = YearRule.OWN_DATE.value, YearRule.REPLY.value, YearRule.FIRST_YEAR.value
LAST, OPENING, CLOSING = YearRule.LAST_YEAR.value, YearRule.OPENING.value, YearRule.CLOSING.value

KINDS: tuple[Kind, ...] = (
    Kind(
        "JB01",
        "客户登记表、资料卡",
        "ZY·KH·JB",
        "Y",
        INTERNAL,
        MARKET,
        "制度第6条；维护方案第三条1",
        "登记表 资料卡 客户卡 信息表",
        10,
    ),
    Kind(
        "JB02",
        "营业执照及资质证照",
        "ZY·KH·JB",
        "Y",
        INTERNAL,
        SALES,
        "制度第6条；规范2.1",
        "营业执照 资质 许可证 证照 证书",
        20,
    ),
    Kind(
        "JB03",
        "法定代表人、经办人身份证件与授权书",
        "ZY·KH·JB",
        "Y",
        SECRET,
        SALES,
        "规范2.1",
        "身份证 授权书 委托书 法定代表人",
        30,
    ),
    Kind(
        "JB04",
        "联系人与关键人物资料",
        "ZY·KH·JB",
        "D30",
        SECRET,
        SALES,
        "办法Ⅱ二1；规范2.1",
        "联系人 通讯录 关键人物",
        40,
    ),
    Kind(
        "JB05", "客户信息变更资料", "ZY·KH·JB", "Y", INTERNAL, SALES, "制度第26条；细则八2", "变更 更名 迁址 异动", 50
    ),
    Kind(
        "HT01",
        "合同、协议及附件",
        "ZY·KH·HT",
        "D30",
        SECRET,
        SALES,
        "办法 归档范围2；细则三1",
        "合同 协议 补充协议 附件",
        10,
        30,
        CLOSING,
    ),
    Kind("HT02", "报价单、投标文件", "ZY·KH·HT", "D10", SECRET, SALES, "细则三1", "报价 投标 标书 询价", 30),
    Kind(
        "HT03",
        "合同评审、变更与终止文件",
        "ZY·KH·HT",
        "D30",
        SECRET,
        SALES,
        "办法 归档范围2",
        "评审 变更单 终止 解除",
        40,
        30,
        CLOSING,
    ),
    Kind(
        "JY01",
        "订单、发货与签收单",
        "ZY·KH·JY",
        "D10",
        INTERNAL,
        SALES,
        "制度第6条；规范2.1",
        "订单 发货 送货 签收 提货",
        20,
        90,
    ),
    Kind(
        "JY02",
        "付款凭证、发票复印件",
        "ZY·KH·JY",
        "D30",
        SECRET,
        MONEY,
        "制度范本第5条3",
        "付款 收款 发票 汇款 回单",
        30,
        90,
    ),
    Kind(
        "JY03",
        "对账单、往来询证函",
        "ZY·KH·JY",
        "D30",
        SECRET,
        MONEY,
        "制度范本第5条3",
        "对账 询证函 往来款 结算",
        40,
        90,
    ),
    Kind(
        "FW01",
        "沟通、走访与拜访记录",
        "ZY·KH·FW",
        "D10",
        INTERNAL,
        SALES,
        "规范2.1；维护方案第四条1",
        "沟通 拜访 走访 访问日报 纪要",
        20,
        90,
    ),
    Kind(
        "FW02",
        "安装、维修与售后服务单",
        "ZY·KH·FW",
        "D10",
        INTERNAL,
        SERVICE,
        "维护方案 物业资料8",
        "安装 维修 报修 售后 服务单 巡检",
        30,
        90,
    ),
    Kind(
        "FW03",
        "培训、技术交底与使用说明",
        "ZY·KH·FW",
        "D10",
        INTERNAL,
        TECHNICAL,
        "细则二3",
        "培训 交底 使用说明 手册",
        40,
        90,
    ),
    Kind(
        "TS01",
        "投诉记录与处理结果",
        "ZY·KH·TS",
        "D10",
        SECRET,
        SERVICE,
        "制度范本第3条；细则三1",
        "投诉 处理结果 整改 索赔",
        10,
        30,
        CLOSING,
    ),
    Kind(
        "TS02",
        "满意度调查与服务评价",
        "ZY·KH·TS",
        "D10",
        INTERNAL,
        SERVICE,
        "制度范本第5条2",
        "满意度 调查 评价 回访 建议",
        30,
        90,
        LAST,
    ),
    Kind(
        "XM01",
        "项目建议、立项与方案",
        "ZY·KH·XM",
        "D30",
        SECRET,
        TECHNICAL,
        "细则三1、四1",
        "立项 方案 建议书 可行性",
        10,
        60,
        CLOSING,
    ),
    Kind(
        "XM02",
        "项目技术资料与图纸",
        "ZY·KH·XM",
        "D30",
        SECRET,
        TECHNICAL,
        "细则二3",
        "技术资料 图纸 设计 工艺 参数",
        30,
        60,
        CLOSING,
    ),
    Kind(
        "XM03",
        "项目实施、验收与结算文件",
        "ZY·KH·XM",
        "D30",
        SECRET,
        TECHNICAL,
        "细则三1；办法 归档时间1",
        "验收 竣工 开工 进度 项目结算",
        40,
        60,
        CLOSING,
    ),
    Kind(
        "XY01",
        "资信调查与信用评级",
        "ZY·KH·XY",
        "D30",
        CONFIDENTIAL,
        MONEY,
        "维护方案第四条4；规范2.1",
        "资信 信用 评级 调查报告 授信",
        10,
    ),
    Kind(
        "XY02",
        "客户财务报表",
        "ZY·KH·XY",
        "D30",
        CONFIDENTIAL,
        MONEY,
        "制度第26条",
        "财务报表 资产负债 利润表 审计报告",
        20,
        90,
        LAST,
    ),
    Kind(
        "XY03",
        "欠款催收与违约资料",
        "ZY·KH·XY",
        "D30",
        CONFIDENTIAL,
        MONEY,
        "维护方案 物业资料7；规范2.1",
        "欠款 催收 违约 律师函 逾期",
        30,
        30,
        CLOSING,
    ),
    Kind(
        "GX01",
        "客户关怀与活动资料",
        "ZY·KH·GX",
        "D10",
        INTERNAL,
        MARKET,
        "制度 第四条（四）",
        "关怀 活动 礼品 生日 展会",
        40,
        90,
    ),
    Kind(
        "GX02",
        "与客户往来函件",
        "ZY·KH·GX",
        "D10",
        INTERNAL,
        SALES,
        "维护方案 物业资料6",
        "函 来函 复函 通知 往来文件",
        20,
        90,
        REPLY,
    ),
    Kind(
        "SC01", "市场与行业动态资料", "ZY·KH·SC", "D10", INTERNAL, MARKET, "细则三1", "市场调查 行业 政策 动态", 40, 90
    ),
    Kind(
        "SC02",
        "客户构成与销售分析报告",
        "ZY·KH·SC",
        "D10",
        SECRET,
        MARKET,
        "维护方案第四条3",
        "构成分析 销售分析 年度业绩 统计",
        20,
        90,
        LAST,
    ),
    Kind(
        "WS01",
        "客户档案管理制度与规定",
        "WS·KH",
        "Y",
        INTERNAL,
        OFFICE,
        "制度第27条",
        "制度 规定 办法 细则 规范",
        10,
        180,
    ),
    Kind(
        "WS02",
        "请示与批复",
        "WS·KH",
        "D30",
        INTERNAL,
        OFFICE,
        "制度第10条、第12条（1）",
        "请示 批复 申请 审批",
        20,
        180,
        REPLY,
    ),
    Kind(
        "WS03",
        "工作规划与计划",
        "WS·KH",
        "D10",
        INTERNAL,
        OFFICE,
        "制度第12条（2）",
        "规划 计划 方案安排",
        30,
        180,
        FIRST,
    ),
    Kind(
        "WS04",
        "工作总结与报告",
        "WS·KH",
        "D10",
        INTERNAL,
        OFFICE,
        "制度第12条（3）",
        "总结 工作报告 述职",
        40,
        180,
        LAST,
    ),
    Kind(
        "WS05",
        "会议文件与纪要",
        "WS·KH",
        "D10",
        INTERNAL,
        OFFICE,
        "制度第12条（4）",
        "会议 纪要 签到 议程",
        50,
        180,
        OPENING,
    ),
)
NOT_KEPT: tuple[tuple[str, str, str], ...] = (
    ("BG01", "重份文件、未采用的草稿", "重份 草稿 作废"),
    ("BG02", "一般性广告、贺卡与请柬", "广告 贺卡 请柬 宣传页"),
)
"""Looked at and not kept: (code, name, words)."""
DUTIES = {kind.code: kind.duty for kind in KINDS}


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
