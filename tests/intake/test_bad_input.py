"""Bad files: each answered with one clear Chinese sentence, in bounded memory, and nothing taken over half."""

import datetime
import gzip
import io
import resource
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from kedang.business.customers.imports import customer_target
from kedang.business.intake.cleaning import REJECTED, build_plan, clean_rows
from kedang.business.intake.mapping import suggest
from kedang.business.intake.reading import check_table, limits, open_table
from kedang.foundation.kernel.refused import Refused

TODAY = datetime.date(2026, 11, 21)


def refused(path: Path) -> Refused:
    with pytest.raises(Refused) as caught, open_table(path) as table:
        check_table(table)
    assert any("\u4e00" <= c <= "\u9fff" for c in caught.value.sentence)
    return caught.value


def xlsx_bytes() -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["名称", "电话"])
        for number in range(1, 2000):
            sheet.write_row(number, 0, [f"第{number}公司", str(number)])
    return target.getvalue()


def repack(change: Callable[[str, bytes], bytes]) -> bytes:
    """The same workbook with parts altered."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes())) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, change(entry.filename, old.read(entry)))
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        (b"", "file_empty", "空的"),
        (b"\n\n  \n", "table_empty", "没有任何内容"),
        ("名称,电话\n".encode(), "table_without_rows", "没有数据行"),
        (b"%PDF-1.7 ...", "wrong_type", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "wrong_type", "图片"),
        (b"\xff\xd8\xff\xe0", "wrong_type", "图片"),
        (b"MZ\x90\x00\x03\x00\x00\x00", "wrong_type", "可执行程序"),
        (b"\x7fELF\x02\x01", "wrong_type", "可执行程序"),
        (b"Rar!\x1a\x07", "wrong_type", "RAR"),
        ("<html><table><tr><td>名称".encode(), "html_table", "网页"),
        (b'<?xml version="1.0"?><Workbook>', "xml_table", "XML"),
        (b'{"name": 1}', "json_file", "JSON"),
        (bytes(range(256)) * 40, "binary_file", "二进制"),
        (b"name,phone\n" + b"abc,1\n" * 2000 + b"\x00\x01\x02", "binary_file", "空字节"),
        (b"name,x\n" + bytes([0x81, 0xFF, 0xC0, 0xFE, 0x0A]) * 5000, "encoding_unknown", "UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "workbook_broken", "损坏"),
    ],
)
def test_wrong_content_under_the_right_name(tmp_path: Path, content: bytes, code: str, word: str) -> None:
    for name in ("客户.xlsx", "客户.csv", "客户.xls"):
        path = tmp_path / name
        path.write_bytes(content)
        found = refused(path)
        assert found.code == code and word in found.sentence, found.sentence


def test_missing_file(tmp_path: Path) -> None:
    assert refused(tmp_path / "没有.csv").code == "file_missing"


def test_a_word_document_and_a_plain_zip(tmp_path: Path) -> None:
    for inside, word in (("word/document.xml", "Word"), ("a.csv", "压缩包")):
        path = tmp_path / "客户.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(inside, "x")
        assert word in refused(path).sentence


@pytest.mark.parametrize("is_gzip", [False, True])
def test_one_endless_line(tmp_path: Path, is_gzip: bool) -> None:
    """A gibibyte without a line break (packed), or 64 MiB plain: refused, and memory stays where it was."""
    path = tmp_path / "a.csv"
    size = 1024 if is_gzip else 64
    with gzip.open(path, "wb", compresslevel=1) if is_gzip else path.open("wb") as stream:
        for _ in range(size):
            stream.write(b"a" * (1 << 20))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = refused(path)
    assert found.code == "line_too_long" and "第 1 行" in found.sentence
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def test_gzip_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(("名称,电话\n" + "甲公司,1\n" * 9000).encode())[:-20])
    assert refused(path).code == "file_cut_off"


def test_a_quote_that_never_closes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('名称,备注\n甲公司,"好"\n乙公司,"从这里断了\n', encoding="utf-8")
    found = refused(path)
    assert found.code == "file_cut_off" and "第 3 行" in found.sentence and "没有写入" in found.sentence


@pytest.mark.parametrize("follow", [300, 30_000])
def test_a_stray_quote_may_not_swallow_rows(tmp_path: Path, follow: int) -> None:
    path = tmp_path / "a.csv"
    path.write_text('名称,备注\n甲公司,"好\n' + "乙公司,一般\n" * follow + '丙公司,"好"\n', encoding="utf-8")
    found = refused(path)
    assert found.code == "file_cut_off" and "第 2 行" in found.sentence


def test_workbooks_cut_off_anywhere(tmp_path: Path) -> None:
    whole = xlsx_bytes()
    for part in (0.2, 0.5, 0.9, 0.999):
        path = tmp_path / "a.xlsx"
        path.write_bytes(whole[: int(len(whole) * part)])
        assert refused(path).code == "workbook_broken"


def test_workbook_with_a_flipped_byte(tmp_path: Path) -> None:
    whole = bytearray(xlsx_bytes())
    with zipfile.ZipFile(io.BytesIO(bytes(whole))) as archive:
        sheet = archive.getinfo("xl/worksheets/sheet1.xml")
    whole[sheet.header_offset + 200] ^= 0xFF
    path = tmp_path / "a.xlsx"
    path.write_bytes(whole)
    assert refused(path).code == "workbook_broken"


def test_zip_bomb_by_ratio(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(repack(lambda name, data: data + b" " * (300 << 20) if "sheet1" in name else data))
    assert path.stat().st_size < 1 << 20
    assert refused(path).code == "zip_bomb"


def test_zip_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    content = bytearray(repack(lambda name, data: data + b" " * (100 << 20) if "sheet1" in name else data))
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        name_length = struct.unpack("<H", content[at + 28 : at + 30])[0]
        if b"sheet1" in content[at + 46 : at + 46 + name_length]:
            content[at + 24 : at + 28] = struct.pack("<I", 2000)
        at = content.find(b"PK\x01\x02", at + 4)
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert refused(path).code in ("zip_bomb", "workbook_broken")


def test_zip_bomb_by_number_of_parts(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(limits.MAX_ZIP_ENTRIES + 1):
            archive.writestr(f"x{number}", "")
    assert refused(path).code == "zip_bomb"


@pytest.mark.parametrize(
    "entity",
    [
        b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
        b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    ],
)
@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_entities(tmp_path: Path, entity: bytes, part: str) -> None:
    def change(name: str, data: bytes) -> bytes:
        return data.replace(b"?>", b"?>" + entity, 1) if name == part else data

    path = tmp_path / "a.xlsx"
    path.write_bytes(repack(change))
    assert refused(path).code == "xml_entities"


def test_a_workbook_that_needs_too_much_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kedang.business.intake.reading.workbook import Workbook

    path = tmp_path / "a.xlsx"
    path.write_bytes(repack(lambda name, data: data.replace("第1公司".encode(), b"x" * (120 << 20))))
    with pytest.raises(Refused) as caught:
        Workbook(path, memory=150 << 20)
    assert caught.value.code in ("workbook_too_large", "workbook_broken")


def test_too_many_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(",".join(f"标题{n}" for n in range(1200)) + "\n" + "x," * 1199 + "x\n", encoding="utf-8")
    assert refused(path).code == "too_many_columns"


# -- cells that a spreadsheet has spoilt ------------------------------------------------------------------------------


def results(path: Path) -> list[tuple[int, int, dict[str, object], tuple[tuple[int, str, str, str], ...]]]:
    target = customer_target()
    with open_table(path) as table:
        mapping = {s.index: s.field for s in suggest(target, table.headings, [c for _, c in table.sample]) if s.field}
        plan = build_plan(target, table.headings, mapping, today=TODAY, epoch_1904=table.epoch_1904)
        cleaned = clean_rows(plan, table.rows())
    return [
        (line, verdict, dict(zip(plan.outputs, values, strict=True)), problems)
        for line, verdict, values, _, problems in cleaned
    ]


def test_long_codes_typed_as_numbers_are_refused_with_the_way_to_mend_it(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["客户名称", "统一社会信用代码", "身份证号", "银行账号"])
        sheet.write_row(1, 0, ["甲公司", 914403001922038216])
        sheet.write_row(2, 0, ["乙公司", "9.14403E+17"])
        sheet.write_row(3, 0, ["张三", "", 440106199003070015])
        sheet.write_row(4, 0, ["丙公司", "", "", 6222021234567890123])
        sheet.write_row(5, 0, ["丁公司", "91350100M000100Y43", "", "44001234567890123456"])
    found = results(path)
    assert [verdict for _, verdict, _, _ in found] == [2, 2, 2, 2, 0]
    for _, _, values, problems in found[:4]:
        assert any(code == "excel_number" and "设为“文本”格式" in sentence for _, code, _, sentence in problems)
        assert values["uscc"] is None and values["id_number"] is None and values["bank_account"] is None


def test_formulas(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["客户名称", "备注"])
        sheet.write(1, 0, "甲公司")
        sheet.write_formula(1, 1, "=1+1", None, 2)
    with open_table(path) as table:
        assert any("1 个单元格是公式（列：“备注”）" in note for note in table.notes)
        assert table.formulas == {2: {1: "1+1"}}
    assert results(path)[0][2]["remarks"] == "2"


def test_formulas_that_were_never_calculated_and_typed_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["客户名称", "备注"])
    sheet.append(["甲公司", "=HYPERLINK(A1)"])
    book.save(path)
    (_, verdict, _, problems) = results(path)[0]
    assert verdict == REJECTED and problems[0][1] == "formula" and "=HYPERLINK" in problems[0][3]
    csv = tmp_path / "a.csv"
    csv.write_text(
        '客户名称,统一社会信用代码,备注\n甲公司,"=""91350100M000100Y43""",\n乙公司,,=cmd|calc\n', encoding="utf-8"
    )
    first, second = results(csv)
    assert first[2]["uscc"] == "91350100M000100Y43" and first[1] == 0
    assert second[1] == REJECTED and second[3][0][1] == "formula"


def test_serial_dates_of_both_epochs(tmp_path: Path) -> None:
    for date_1904, expected in ((False, datetime.date(1999, 1, 2)), (True, datetime.date(2003, 1, 3))):
        path = tmp_path / "a.xlsx"
        with xlsxwriter.Workbook(path, {"date_1904": date_1904}) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["客户名称", "成立日期"])
            sheet.write_row(1, 0, ["甲公司", 36162])
        (_, verdict, values, problems) = results(path)[0]
        assert verdict == 1 and values["established_on"] == expected and "Excel 日期序号" in problems[0][3]


def test_control_characters(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("客户名称,备注\n甲\u200b公\x07司\u3000,\ufeff好\x7f\n", encoding="utf-8")
    (_, verdict, values, _) = results(path)[0]
    assert (verdict, values["name"], values["remarks"]) == (0, "甲公司", "好")


def test_shifted_rows_are_refused_and_none_is_imported_in_the_wrong_place(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    scope = (
        "一汽丰田品牌汽车销售；进口丰田品牌汽车销售；小型车辆维修（一类）；生产、加工、销售汽车零部件；汽车装饰销售服务"
    )
    path.write_text(
        "企业名称,统一社会信用代码,注册日期,企业类型,法人代表,注册资金,经营范围,所在省份,地区,注册地址\n"
        f"好公司,91350100M000100Y43,1996-01-30,有限责任公司,张三,200(万元人民币),{scope},四川,成都,成都市武侯区1号\n"
        f"甲公司,91350100M000100Y43,1996-01-30,6,200(万元人民币),ABOURICHEH,RIF OMAR S,{scope},N/A,成都\n"
        "乙公司,91350100M000100Y43,2009-10-21,45万人民币,陈旺,,低质矿,普通合伙,萍乡,江西省萍乡市\n"
        "丙公司,91350100M000100Y43,2011-11-15,Mathias MILLET,Romain,Hugues,服饰零售,N/A,武汉,武汉市江汉区1号\n"
        "丁公司,1996-01-30,91350100M000100Y43,有限责任公司,张三,200(万元),x,四川,成都,成都市1号\n"
        "戊公司,91350100M000100Y43,1996-01-30,有限责任公司,张三,200(万元),x,四川,成都,成都市1号,多一列\n"
        "己公司,91350100M000100Y43,1996-01-30\n",
        encoding="utf-8",
    )
    found = results(path)
    assert [verdict for _, verdict, _, _ in found] == [0, 2, 2, 2, 2, 2, 2]
    for _, _, _, problems in found[1:]:
        assert problems[0][1] == "shifted" and problems[0][3].startswith("该行疑似错列：")
