"""Rows: plan, results, tallies, mapping and templates; every rule pays for itself in speed."""

import datetime
import pickle
import time
from typing import Any

import pytest

from kedang.business.customers.imports import customer_target
from kedang.business.intake.cleaning import NOTED, OK, REJECTED, build_plan, clean_rows, merge_tallies, tally_rows
from kedang.business.intake.mapping import apply_template, make_template, mapping_problem, missing_headings, suggest

TARGET = customer_target()
TODAY = datetime.date(2026, 11, 21)
HEADINGS = (
    "企业名称",
    "统一社会信用代码",
    "注册日期",
    "企业类型",
    "法人代表",
    "注册资金",
    "经营范围",
    "所在省份",
    "地区",
    "注册地址",
)
GOOD = (
    "绵阳市驰衡小汽车修理有限公司", "91510703205451059P", "1978-01-01", "N/A", "刘云泽", "101.2000(万元人民币)", "汽车修理", "四川", "绵阳",
    "绵阳市涪城区长虹大道南段106号",
)  # fmt: skip


def plan(headings: tuple[str, ...] = HEADINGS, off: tuple[tuple[int, str], ...] = (), samples: Any = (GOOD,)) -> Any:
    mapping = {s.index: s.field for s in suggest(TARGET, headings, samples) if s.field}
    return build_plan(TARGET, headings, mapping, today=TODAY, off=off)


def one(cells: tuple[str, ...] = GOOD, **changes: str) -> Any:
    made = plan()
    row = [changes.get(h, c) for h, c in zip(HEADINGS, cells, strict=True)]
    result = clean_rows(made, [(2, row)])[0]
    return result, dict(zip(made.outputs, result[2], strict=True))


def test_a_good_row() -> None:
    (line, verdict, _, changes, problems), values = one()
    assert (line, verdict, problems) == (2, OK, ())
    assert values["name"] == GOOD[0] and values["uscc"] == GOOD[1]
    assert values["established_on"] == datetime.date(1978, 1, 1)
    assert (str(values["registered_capital"]), values["capital_currency"]) == ("1012000.00", "CNY")
    assert values["region_code"] == "510703" and values["legal_form"] == "limited"
    assert values["_name_key"] == "驰衡小汽车修理"
    assert set(changes) == {(3, "blank"), (3, "legal_form_derived"), (5, "amount"), (8, "region")}


def test_an_old_number_moves_to_its_own_field() -> None:
    (_, verdict, _, changes, problems), values = one(统一社会信用代码="320581000003105")
    assert verdict == NOTED and values["uscc"] is None and values["registration_number"] == "320581000003105"
    assert (1, "old_number") in changes and "已作为旧注册号保存" in problems[0][3]


def test_a_missing_name_and_an_unknown_region() -> None:
    (_, verdict, _, _, problems), _ = one(企业名称="N/A")
    assert verdict == REJECTED and "缺少“客户名称”" in problems[0][3]
    (_, verdict, _, _, problems), values = one(所在省份="火星", 地区="", 注册地址="某处")
    assert verdict == NOTED and values["region_code"] is None and "“火星”不在国家标准行政区划之内" in problems[0][3]


def test_region_from_the_address_alone() -> None:
    (_, verdict, _, changes, _), values = one(所在省份="N/A", 地区="", 注册地址="浙江省杭州市西湖区文三路1号")
    assert verdict == OK and values["region_code"] == "330106" and (9, "region_derived") in changes


def test_two_cells_that_do_not_fit_make_a_shifted_row() -> None:
    (_, verdict, _, _, problems), _ = one(企业类型="Mathias MILLET", 注册资金="Hugues")
    assert verdict == REJECTED and problems[0][3].startswith("该行疑似错列：")
    (_, verdict, _, _, _), _ = one(企业类型="Mathias MILLET")
    assert verdict == NOTED


@pytest.mark.parametrize(
    ("column", "cell", "what"),
    [
        ("法人代表", "200(万元人民币)", "金额"),
        ("企业名称", "91510703205451059P", "统一社会信用代码"),
        ("所在省份", "四川有限公司，从事批发；零售、加工", "成段文字"),
    ],
)
def test_one_foreign_cell_is_enough_although_it_could_be_kept(column: str, cell: str, what: str) -> None:
    (_, verdict, _, _, problems), _ = one(**{column: cell})
    assert verdict == REJECTED and problems[0][1] == "shifted"
    assert f"“{column}”列是{what}" in problems[0][3] or what == "成段文字"


def test_a_rejected_row_keeps_its_values_for_the_page_but_no_key() -> None:
    (_, verdict, _, _, problems), values = one(统一社会信用代码="91510703205451059Q")
    assert verdict == REJECTED and problems[0][2] == "uscc" and values["name"] and values["_name_key"] is None


def test_rules_switched_off_per_column() -> None:
    made = plan(off=((5, "amount"), (7, "region"), (3, "blank")))
    result = clean_rows(made, [(2, GOOD)])[0]
    values = dict(zip(made.outputs, result[2], strict=True))
    assert values["registered_capital"] is None and values["region_code"] is None
    assert not {(5, "amount"), (8, "region"), (3, "blank")} & set(result[3])


def test_tallies_add_up() -> None:
    made = plan()
    rows = [(n, GOOD) for n in range(2, 12)]
    results = clean_rows(made, rows)
    tally = merge_tallies([tally_rows(made, rows[:4], results[:4]), tally_rows(made, rows[4:], results[4:])])
    assert tally["5:amount"]["count"] == 10
    assert (
        tally["5:amount"]["samples"][0] == [2, "101.2000(万元人民币)", "1,012,000.00 CNY"]
        and len(tally["5:amount"]["samples"]) == 5
    )
    assert tally["3:blank"]["samples"][0] == [2, "N/A", ""]


def test_plan_and_results_travel_between_processes() -> None:
    made = pickle.loads(pickle.dumps(plan()))
    assert pickle.loads(pickle.dumps(clean_rows(made, [(2, GOOD)]))) == clean_rows(made, [(2, GOOD)])


def test_columns_in_any_order_and_by_value_alone() -> None:
    order = [4, 9, 0, 7, 2, 1, 8, 3, 6, 5]
    headings = tuple(HEADINGS[n] for n in order)
    made = plan(headings, samples=[[GOOD[n] for n in order]])
    values = dict(zip(made.outputs, clean_rows(made, [(2, [GOOD[n] for n in order])])[0][2], strict=True))
    assert (
        values["name"] == GOOD[0] and values["region_code"] == "510703" and values["legal_representative"] == "刘云泽"
    )
    found = suggest(TARGET, ("甲", "乙", "丙"), [(GOOD[0], GOOD[1], "13800138000")] * 5)
    assert [s.field for s in found] == ["name", "uscc", "mobile"]
    assert all(s.confidence < 70 and s.reason.startswith("值") for s in found)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("单位名称", "name"), ("客户名称*", "name"), ("公司名称（全称）", "name"), ("社会信用代码", "uscc"), ("税号", "uscc"), ("法人", "legal_representative"),
        ("法定代表人", "legal_representative"), ("注册资本(万元)", "registered_capital"), ("成立时间", "established_on"), ("员工人数", "employees"),
        ("联系电话", "phone"), ("手机号码", "mobile"), ("联系人", "contact.name"), ("联系人手机", "contact.mobile"), ("E-mail", "email"),
        ("邮编", "postcode"), ("传真", "fax"), ("公司地址", "address"), ("开户行", "bank_name"), ("銀行帳號", "bank_account"), ("备注", "remarks"),
        ("客户编号", "number"), ("行业代码", "industry_code"), ("经济性质", "ownership"),
    ],
)  # fmt: skip
def test_headings_of_all_kinds(heading: str, field: str) -> None:
    assert suggest(TARGET, (heading,), [])[0].field == field


def test_values_contradict_a_heading() -> None:
    (found,) = suggest(TARGET, ("注册资金",), [("91510703205451059P",)] * 5)
    assert found.field != "registered_capital" or found.confidence < 60


def test_lists_of_people_and_of_companies_with_contacts() -> None:
    people = suggest(
        TARGET, ("姓名", "性别", "手机", "身份证号"), [("张三", "男", "13800138000", "11010519491231002X")] * 3
    )
    assert [s.field for s in people] == ["name", "sex", "mobile", "id_number"]
    both = suggest(TARGET, ("公司", "姓名", "职务", "行业"), [("北京甲科技有限公司", "张三", "经理", "软件业")] * 3)
    assert [s.field for s in both] == ["name", "contact.name", "contact.post", "industry_code"]


def test_a_date_in_an_unknown_column_is_not_guessed() -> None:
    (found,) = suggest(TARGET, ("创建时间",), [("2020-01-01",)] * 3)
    assert found.field == ""


def test_an_unknown_column_stays_visible_without_a_field() -> None:
    (found,) = suggest(TARGET, ("内部流转标志",), [("x1",), ("x2",)])
    assert found.field == "" and found.samples == ("x1", "x2") and found.reason


def test_a_mapping_must_hold_a_name_and_no_field_twice() -> None:
    assert "请指定哪一列是“客户名称”" in (mapping_problem(TARGET, {0: "uscc"}) or "")
    assert "2 列都对应到“统一社会信用代码”" in (mapping_problem(TARGET, {0: "name", 1: "uscc", 2: "uscc"}) or "")
    assert mapping_problem(TARGET, {0: "name", 1: "region_code", 2: "region_code"}) is None


def test_templates_find_their_columns_by_heading() -> None:
    template = make_template(HEADINGS, {0: "name", 1: "uscc", 7: "region_code"})
    headings = ("地区", "统一社会信用代码", "企业名称")
    assert apply_template(template, headings) == {1: "uscc", 2: "name"}
    assert missing_headings(template, headings) == ["所在省份"]


def test_a_row_is_cheap() -> None:
    """The budget is 60 µs a row on a quiet core; a loaded test machine gets three times that."""
    made = plan()
    rows = [
        (n, (f"{GOOD[0][:6]}{chr(0x4E00 + n % 9000)}{GOOD[0][6:]}", *GOOD[1:6], GOOD[6] * 20, *GOOD[7:]))
        for n in range(8000)
    ]
    clean_rows(made, rows[:200])
    start = time.process_time()
    clean_rows(made, rows)
    assert (time.process_time() - start) / len(rows) < 180e-6
