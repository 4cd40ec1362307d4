"""Cells: what is written in a hundred ways becomes one value; what cannot be told is said, not guessed."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

from kedang.business.customers.imports import customer_target
from kedang.business.intake.cleaning import amounts, dates, forms
from kedang.business.intake.cleaning.cells import Column
from kedang.business.intake.cleaning.text import traditional

TODAY = datetime.date(2026, 11, 21)
TARGET = customer_target()


def clean(field: str, cell: str, off: frozenset[str] = frozenset(), heading: str = "") -> Any:
    declared = TARGET.get(field)
    assert declared is not None
    return Column(declared, heading or declared.label, off, TODAY).cleaner()(cell)


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("200(万元人民币)", "2000000", "CNY"),
        ("16,600(万人民币元)", "166000000", "CNY"),
        ("183.8000(万人民币元)", "1838000", "CNY"),
        ("3万人民币", "30000", "CNY"),
        ("500(万)", "5000000", "CNY"),
        ("1(万元)", "10000", "CNY"),
        ("1（万元）", "10000", "CNY"),
        ("100(万元(人民币))", "1000000", "CNY"),
        ("30( 万人民币元)", "300000", "CNY"),
        ("50万美元", "500000", "USD"),
        ("500(万元美元)", "5000000", "USD"),
        ("310((万美元))", "3100000", "USD"),
        ("1,805(万港币)", "18050000", "HKD"),
        ("100(万元(港币))", "1000000", "HKD"),
        ("50(万香港元)", "500000", "HKD"),
        ("2,200(万日元)", "22000000", "JPY"),
        ("12(万欧元)", "120000", "EUR"),
        ("1,064(万法国法郎)", "10640000", "FRF"),
        ("1.2亿", "120000000", "CNY"),
        ("300000元", "300000", "CNY"),
        ("1,234,567(人民币元)", "1234567", "CNY"),
        ("￥1,200.50", "1200.50", "CNY"),
        ("US$ 30万", "300000", "USD"),
        ("RMB500万元整", "5000000", "CNY"),
        ("５００万元", "5000000", "CNY"),
        ("2百万元", "2000000", "CNY"),
        ("1E+7", "10000000", "CNY"),
    ],
)
def test_amounts(text: str, value: str, currency: str) -> None:
    read = amounts.read(text)
    assert read is not None and (read.value, read.currency) == (Decimal(value), currency)


@pytest.mark.parametrize(
    "text", ["", "待定", "Hugues", "DRAGONCHOY-LUNG）", "200(万神币)", "1-2万", "2019-01-02", "91350100M000100Y43"]
)
def test_no_amounts(text: str) -> None:
    assert amounts.read(text) is None


def test_the_heading_may_hold_the_unit() -> None:
    assert clean("registered_capital", "200", heading="注册资本（万元）")[0] == (Decimal("2000000.00"), "CNY")
    assert clean("registered_capital", "200万", heading="注册资本（万元）")[0] == (Decimal("2000000.00"), "CNY")
    value, _, problem = clean("registered_capital", "200", heading="注册资本")
    assert value == (Decimal("200.00"), "CNY") and "没有写单位，按元计" in problem[2]
    assert clean("registered_capital", "-5万元")[2][:2] == (2, "amount_negative")
    assert clean("registered_capital", "1064万法国法郎")[0] == (Decimal("10640000.00"), "OTH")


@pytest.mark.parametrize(
    "text",
    [
        "1999-01-02", "1999/1/2", "1999.1.2", "1999年1月2日", "1999年01月02日", "19990102", "1999-1-2 00:00:00", "1999-01-02T08:30:00",
        "１９９９年１月２日", "一九九九年一月二日", "2 Jan 1999", "Jan 2, 1999", "02-JAN-1999", "36162", "36162.5", "1999 1 2",
    ],
)  # fmt: skip
def test_dates(text: str) -> None:
    assert dates.read(text).value == datetime.date(1999, 1, 2)


@pytest.mark.parametrize(
    ("text", "value", "note"),
    [
        ("1999.1", "1999-01-01", "只有年月"),
        ("1999年10月", "1999-10-01", "只有年月"),
        ("199910", "1999-10-01", "只有年月"),
        ("1999", "1999-01-01", "只有年份"),
        ("36162", "1999-01-02", "Excel 日期序号"),
        ("25/12/1999", "1999-12-25", ""),
        ("12/25/1999", "1999-12-25", ""),
    ],
)
def test_dates_with_a_note(text: str, value: str, note: str) -> None:
    read = dates.read(text)
    assert read.value == datetime.date.fromisoformat(value) and note in read.note


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("1999-02-30", "不存在"),
        ("19991301", "不存在"),
        ("1/2/1999", "分不清月和日"),
        ("99-1-2", "不是可识别的日期"),
        ("去年", "不是可识别的日期"),
        ("123", "不是可识别的日期"),
    ],
)
def test_no_dates(text: str, word: str) -> None:
    read = dates.read(text)
    assert read.value is None and word in read.problem


def test_dates_must_be_past_and_not_too_old() -> None:
    assert clean("established_on", "2030-01-01")[2][1] == "date_future"
    assert clean("established_on", "1849-12-31")[2][1] == "date_early"
    assert clean("established_on", "2026-11-21")[2] is None


@pytest.mark.parametrize("text", ["N/A", "无", "--", "null", " - ", "\u3000", "暂无", "#N/A", "//"])
def test_marks_for_nothing(text: str) -> None:
    for field in ("name", "uscc", "registered_capital", "established_on", "phone", "legal_form", "remarks"):
        value, rules, problem = clean(field, text)
        assert value is None and rules and problem is None
    assert clean("remarks", "无", frozenset({"blank"}))[0] == "无"


@pytest.mark.parametrize(
    ("field", "text", "value", "rule"),
    [
        ("name", "华为技术(深圳)有限公司", "华为技术（深圳）有限公司", "brackets"),
        ("name", "ＡＢＣ　科技公司", "ABC 科技公司", "width"),
        ("name", "甲\u200b公司", "甲公司", "control"),
        ("name", "广 州 甲 公司", "广州甲公司", "spaces"),
        ("name", "甲公司〓", "甲公司", "odd_signs"),
        ("name", "華為技術有限公司", "華為技術有限公司", ""),
        ("address", "廣州市８號", "广州市8号", "simplified"),
        ("business_scope", "五金〓、家电\ue000", "五金、家电", "odd_signs"),
        ("legal_representative", "Fr&eacute;d&eacute;ric", "Frédéric", "entities"),
        ("legal_representative", "曾 智 明", "曾智明", "spaces"),
        ("legal_representative", "TAN  CHEE KEONG", "TAN CHEE KEONG", "spaces"),
        ("uscc", " 91350100-m000100y43", "91350100M000100Y43", "uscc"),
        ("uscc", '="91350100M000100Y43"', "91350100M000100Y43", "excel_text"),
        ("uscc", "９１３５０１００M000100Y43", "91350100M000100Y43", "width"),
        ("phone", "0755-26712345/13800138000", "0755-26712345；13800138000", "phone"),
        ("phone", "(010)62345678转801", "010-62345678-801", "phone"),
        ("email", "Li.Wei@Example.COM", "li.wei@example.com", "email"),
        ("bank_account", "6222 0212 3456 7890 128", "6222021234567890128", "digits"),
        ("postcode", "５１８０００", "518000", "width"),
        ("employees", "1,200人", 1200, "number"),
        ("legal_form", "有限责任公司(自然人投资或控股)", "limited", "legal_form"),
        ("legal_form", "集体分支机构(非法人)", "branch", "legal_form"),
        ("legal_form", "个体（内地）", "individual_business", "legal_form"),
        ("ownership", "国有企业", "state", "choice"),
        ("sex", "女", "female", "choice"),
        ("industry_code", "汽车制造业", "36", "industry"),
    ],
)
def test_rules(field: str, text: str, value: object, rule: str) -> None:
    after, rules, problem = clean(field, text)
    assert after == value and problem is None
    assert rule in rules if rule else not rules
    if rule and rule not in ("legal_form", "choice", "number", "industry"):
        assert clean(field, text, frozenset({rule}))[0] != value or rule == "width", "the rule can be switched off"


def test_what_is_clean_is_left_alone() -> None:
    for field, text in (
        ("name", "华为技术（深圳）有限公司"),
        ("uscc", "91350100M000100Y43"),
        ("business_scope", "五金、家电；（依法须经批准的项目）。"),
        ("phone", "13800138000"),
        ("email", "a@b.cn"),
        ("address", "乾县后稷路 8 号"),
    ):
        assert clean(field, text) == (text, (), None)


def test_only_characters_outside_the_standard_are_converted() -> None:
    table = traditional()
    assert chr(ord("乾")) not in map(chr, table) and table[ord("廣")] == "广"


@pytest.mark.parametrize(
    ("field", "text", "severity", "word"),
    [
        ("name", "甲", 2, "只有一个字"),
        ("name", "1234567", 2, "全是数字"),
        ("name", "？！……", 2, "不含文字"),
        ("name", "长" * 201, 2, "201 个字"),
        ("name", "合计：3 家", 2, "合计行"),
        ("name", "大\ue000公司", 1, "缺字符号"),
        ("uscc", "91220582778712797L", 2, "第 18 位校验码应为 A，现为 L"),
        ("uscc", "9.14403E+17", 2, "设为“文本”格式"),
        ("id_number", "110105194912310021", 2, "第 18 位校验码应为 X"),
        ("phone", "1380013800", 1, "应为 11 位，现为 10 位"),
        ("email", "abc", 1, "缺少 @"),
        ("postcode", "10000", 1, "开头的 0"),
        ("employees", "很多", 1, "不是整数"),
        ("employees", "-5", 2, "不合理"),
        ("registered_capital", "面议", 1, "不是可识别的金额"),
        ("legal_form", "石光强", 1, "不是可识别的企业类型"),
        ("industry_code", "做生意", 1, "不在国民经济行业分类之内"),
        ("sex", "中", 1, "不在选项之内（男、女）"),
    ],
)
def test_sentences(field: str, text: str, severity: int, word: str) -> None:
    _, _, problem = clean(field, text)
    assert problem is not None and problem[0] == severity and word in problem[2]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("深圳市华为技术有限公司", "limited"),
        ("内蒙古伊利实业集团股份有限公司", "joint_stock"),
        ("中国银行股份有限公司韶关分行", "branch"),
        ("中国移动通信集团河南有限公司三门峡分公司卢氏木桐营业厅", "branch"),
        ("平邑县懋华农机服务专业合作社", "farmer_cooperative"),
        ("萍乡市萍优矿产加工厂（普通合伙）", "partnership"),
        ("香港德商朗德（代理）有限公司广州办事处", "branch"),
        ("广州铝制品厂", None),
    ],
)
def test_form_from_the_name(name: str, form: str | None) -> None:
    assert forms.from_name(name) == form


@pytest.mark.parametrize(
    ("text", "is_odd"),
    [
        ("50,0000000(万元人民币)", True),
        ("10,8000000(万)", True),
        ("5000亿元", False),
        ("2万亿", True),
        ("1,234,567.8万元", False),
        ("1,00万", True),
    ],
)
def test_absurd_amounts_are_pointed_out(text: str, is_odd: bool) -> None:
    read = amounts.read(text)
    assert read is not None and read.is_odd is is_odd
    problem = clean("registered_capital", text)[2]
    assert (problem is not None and "请核对" in problem[2]) is is_odd
