"""Good files in all their shapes are read to the same rows."""

import gzip
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from kedang.business.intake.reading import check_table, open_table

HEAD = ["企业名称", "统一社会信用代码", "注册资金", "备注"]
ROWS = [
    ["北京甲公司", "91350100M000100Y43", "200(万元人民币)", "第一行；有，标点"],
    ["上海乙公司", "", "1,000(万元)", '带"引号"的\n两行备注'],
]


def text(delimiter: str = ",", end: str = "\r\n") -> str:
    def cell(value: str) -> str:
        return '"' + value.replace('"', '""') + '"' if any(c in value for c in '",;|\t\n') else value

    return "".join(delimiter.join(map(cell, row)) + end for row in [HEAD, *ROWS])


def read(path: Path, **options: object) -> list[list[str]]:
    with open_table(path, **options) as table:  # type: ignore[arg-type]
        assert list(table.headings) == HEAD
        rows = [list(cells) for _, cells in table.rows()]
        assert rows == [list(cells) for _, cells in table.rows()], "may be read again"
        assert [list(cells) for _, cells in table.sample] == rows
        return rows


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters(tmp_path: Path, codec: str, delimiter: str) -> None:
    path = tmp_path / "表.csv"
    path.write_bytes(text(delimiter).encode(codec))
    assert read(path) == ROWS


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_numbers_are_those_of_the_file(tmp_path: Path, end: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text(end=end) + f"{end}{end}丙公司,,,", encoding="utf-8", newline="")
    with open_table(path) as table:
        assert [line for line, _ in table.rows()] == [2, 3, 7]


def test_old_mac_lines_and_sep_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("名称,电话\r甲公司,1\r乙公司,2\r".encode())
    with open_table(path) as table:
        assert [list(c) for _, c in table.rows()] == [["甲公司", "1"], ["乙公司", "2"]]
    path.write_bytes("sep=;\r\n名称;电话\r\n甲,公司;1\r\n".encode())
    with open_table(path) as table:
        assert table.delimiter == ";" and [list(c) for _, c in table.rows()] == [["甲,公司", "1"]]


def test_gzip(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(text().encode()))
    assert read(path) == ROWS


def test_gb18030_that_differs_only_at_its_very_end(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"name,phone\r\n" + b"abc,13800138000\r\n" * 200_000 + "末行公司,1\r\n".encode("gb18030"))
    with open_table(path) as table:
        assert table.encoding == "gb18030"
        *_, (_, last) = table.rows()
        assert last[0] == "末行公司"


def test_one_bad_byte_far_inside_is_named_and_changes_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [f"测试企业第{n}公司,备注".encode() for n in range(30_000)]
    lines[20_000] = lines[20_000][:4] + b"\xff" + lines[20_000][4:]
    path.write_bytes("名称,备注\n".encode() + b"\n".join(lines))
    with open_table(path) as table:
        assert table.encoding == "utf-8"
        assert any("无法按 UTF-8 识别" in note for note in table.notes)
        damaged = [line for line, cells in table.rows() if "\ufffd" in cells[0]]
    assert damaged == [20_002]


def workbook(path: Path, rows: list[list[object]], title: str = "客户") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def test_xlsx(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEAD, *ROWS])
    assert read(path) == [[*ROWS[0]], [*ROWS[1]]]


def test_a_workbook_under_the_name_of_a_csv(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.csv", [HEAD, *ROWS])
    assert read(path) == ROWS


def test_xls(tmp_path: Path) -> None:
    """A workbook of 1997 (BIFF8), written by another program and kept with the tests."""
    path = Path(__file__).with_name("sample.xls")
    with open_table(path) as table:
        assert table.kind == "xls"
        assert table.headings == ("企业名称", "统一社会信用代码", "成立日期", "注册资本")
        assert list(table.rows()) == [(2, ["北京甲公司", "91350100M000100Y43", "1999-01-02", "200"])]


def test_numbers_dates_and_truths_become_what_a_person_would_type(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["名称", "电话", "日期", "金额", "是否", "序号"])
        sheet.write(1, 0, "甲公司")
        sheet.write(1, 1, 13891227786)
        sheet.write(1, 2, 36162, book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write(1, 3, 183.8)
        sheet.write(1, 4, True)
        sheet.write(1, 5, 36162)
    with open_table(path) as table:
        assert list(table.rows()) == [(2, ["甲公司", "13891227786", "1999-01-02", "183.8", "是", "36162"])]


def test_title_rows_above_the_heading(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        [["某某公司 2025 年客户一览表"], ["制表：张三", None, "日期：2025-01-01"], [], HEAD, *ROWS],  # type: ignore[list-item]
    )
    with open_table(path) as table:
        assert list(table.headings) == HEAD and table.heading_line == 4
        assert [line for line, _ in table.rows()] == [5, 6]
        assert any("第 4 行为标题行" in note for note in table.notes)
    with open_table(path, heading_row=5) as table:
        assert table.headings[0] == "北京甲公司"


def test_two_heading_rows_with_groups(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["基本情况", None, "主要联系人", None, "备用联系人", None])
    sheet.append(["客户名称", "地址", "姓名", "电话", "姓名", "电话"])
    sheet.append(["甲公司", "北京", "张三", "1", "李四", "2"])
    for area in ("A1:B1", "C1:D1", "E1:F1"):
        sheet.merge_cells(area)
    book.save(tmp_path / "a.xlsx")
    with open_table(tmp_path / "a.xlsx") as table:
        assert table.headings == (
            "客户名称",
            "地址",
            "主要联系人 姓名",
            "主要联系人 电话",
            "备用联系人 姓名",
            "备用联系人 电话",
        )
        assert list(table.rows()) == [(3, ["甲公司", "北京", "张三", "1", "李四", "2"])]


def test_duplicate_and_empty_headings(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("名称,电话,电话,\n甲公司,1,2,3\n", encoding="utf-8")
    with open_table(path) as table:
        assert table.headings == ("名称", "电话", "电话（2）", "第 4 列（无标题）")
        assert any("标题有重复" in note for note in table.notes) and any("没有标题" in note for note in table.notes)


def test_no_heading_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("北京甲公司,91350100M000100Y43,13800138000\n上海乙公司,,13800138001\n", encoding="utf-8")
    with open_table(path) as table:
        assert table.headings == ("第 1 列", "第 2 列", "第 3 列") and table.heading_line == 0
        assert check_table(table).rows == 2


def test_merged_cells_are_filled_downwards(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["地区", "名称"], ["浙江", "甲公司"], [None, "乙公司"], [None, "丙公司"], ["江苏", "丁公司"]):
        sheet.append(row)
    sheet.merge_cells("A2:A4")
    book.save(tmp_path / "a.xlsx")
    with open_table(tmp_path / "a.xlsx") as table:
        assert [cells[0] for _, cells in table.rows()] == ["浙江", "浙江", "浙江", "江苏"]
        assert any("合并单元格" in note for note in table.notes)


def test_a_hundred_sheets(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        for number in range(1, 101):
            sheet = book.add_worksheet(f"表{number}")
            if number in (37, 60):
                sheet.write_row(0, 0, ["名称", "电话"])
                sheet.write_row(1, 0, [f"第{number}公司", "1"])
    with open_table(tmp_path / "a.xlsx") as table:
        assert table.sheet == "表37" and len(table.sheets) == 100
        assert any("100 张工作表，读取的是“表37”" in note and "等 99 张" in note for note in table.notes)
    with open_table(tmp_path / "a.xlsx", sheet="表60") as table:
        assert [cells[0] for _, cells in table.rows()] == ["第60公司"]


def test_short_rows_come_as_they_are_and_a_short_end_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("名称,电话,地址\n甲公司,1\n乙公司,1,北京,多出\n丙公司,1,上海,,\n丁公", encoding="utf-8")
    with open_table(path) as table:
        assert [len(cells) for _, cells in table.rows()] == [2, 4, 3, 1]
        assert any("可能在此被截断" in note for note in check_table(table).notes)


@pytest.mark.parametrize("name", ["表.csv", "表.csv.gz", "表.xlsx"])
def test_how_many_rows_there_will_be_is_foretold_while_reading(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kedang.business.intake.reading.delimited._BLOCK", 1 << 12)
    path, rows = tmp_path / name, 20_000 if "csv" in name else 3_000
    lines = [
        [f"第{number}公司", "", str(number * 7919 % 100_003), f"备注{number * 31 % 977}"] for number in range(rows)
    ]
    content = "\n".join(",".join(line) for line in [HEAD, *lines]).encode()
    if name.endswith("xlsx"):
        book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
        sheet = book.add_worksheet()
        for at, line in enumerate([["客户一览"], HEAD, *lines], start=3):
            sheet.write_row(at, 2, line)
        book.close()
    else:
        path.write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    with open_table(path) as table:
        assert table.expected(0) == 0
        told = [(read, table.expected(read)) for read, _ in enumerate(table.rows(), start=1)]
    if name.endswith("xlsx"):
        assert {total for _, total in told} == {rows}
        return
    middle = [total for read, total in told if read > rows / 5]
    assert min(middle) >= rows * 0.7 and max(middle) <= rows * 1.3
    assert all(total >= read for read, total in told)
