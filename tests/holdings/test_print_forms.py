"""Every form from live data against its golden file, and the rules of filling them in."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pypdfium2
import pytest

from kedang.business.holdings.models import (
    DocumentType,
    FilingTrace,
    Item,
    Location,
    Transfer,
    TransferLine,
    Volume,
    VolumeNote,
)
from kedang.business.holdings.printing import boxes, catalogue, labels, transfer, volume
from kedang.business.holdings.printing.render import joined, pdf_of, xlsx_of
from kedang.business.holdings.printing.sheet import Sheet, code_parts
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused
from tests.cast import Cast
from tests.holdings import golden
from tests.holdings.making import make_volume, period
from tests.holdings.printed import box, boxed_items, full_volume, pages, place_of, size_of, words

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
def noon(archive: Cast) -> Iterator[Cast]:
    """The archive at noon of a fixed day."""
    with clock.frozen(NOON):
        yield archive


def options(cast: Cast, **asked: Any) -> dict[str, Any]:
    return volume.options_of(cast.fonds.pk, asked)


def pdf(cast: Cast, sheet: Sheet) -> bytes:
    return pdf_of(sheet, cast.archivist, "https://archive.example")


def noted(cast: Cast, of: Volume) -> None:
    """Two notes, one of them signed."""
    for number, (kind, text) in enumerate(
        (("added", "补入验收单1件3页。"), ("damage", "第3件第2页右下角撕裂，已修复。"))
    ):
        signed = {"signed_by": cast.archivist, "signed_at": clock.now()} if number == 0 else {}
        VolumeNote.objects.create(volume=of, kind=kind, text=text, made_by="沈砚", made_at=clock.now(), **signed)


@pytest.mark.parametrize("size", ["a4", "hard"])
@pytest.mark.parametrize("standard", ["gb9705", "gb11822"])
def test_cover(noon: Cast, standard: str, size: str) -> None:
    made = volume.cover(noon.archivist, full_volume(noon), options(noon, standard=standard, cover_size=size))
    keys = ["青山精密机械", "001", "定期"]
    keys += ["青禾实业有限公司", "合同协议", "2026-0001", "归"] if standard == "gb9705" else ["销售一组", "001-ZY"]
    golden.compare(f"cover-{standard}-{size}", pdf(noon, made), keys)


@pytest.mark.parametrize(("standard", "width"), [("gb9705", 10), ("gb9705", 20), ("gb11822", 15)])
def test_spine(noon: Cast, standard: str, width: int) -> None:
    made = volume.spine(noon.archivist, full_volume(noon), options(noon, standard=standard, spine_width=width))
    page = pypdfium2.PdfDocument(pdf(noon, made))[0]
    assert size_of(page) == (width, 310)
    golden.compare(f"spine-{standard}-{width}", pdf(noon, made), ["保管期限", "案卷题名", "青"])


@pytest.mark.parametrize("standard", ["gb9705", "gb11822"])
def test_contents(noon: Cast, standard: str) -> None:
    made = volume.contents(noon.archivist, full_volume(noon), options(noon, standard=standard))
    keys = ["档号", "档号", "第1号设备", "[现场会议记录]", "20260301", "复印件", "秘密"]
    keys += ["顺序号", "页号"] if standard == "gb9705" else ["文件编号", "文件题名", "页数"]
    golden.compare(f"contents-{standard}", pdf(noon, made), keys)


def test_columns_and_filling_of_contents(noon: Cast) -> None:
    """Numbers from 1, title in full, made up ones in brackets, eight figures, 页号 of the last item from–to, 密级 only above 内部."""
    of = full_volume(noon)
    made = volume.contents(noon.archivist, of, options(noon, standard="gb9705"))
    assert [head.label for head in made.heads] == ["顺序号", "文号", "责任者", "题名", "日期", "页号", "备注"]
    assert made.rows == [
        ["1", "青山合〔2026〕1号", "青山精密机械有限公司", "第1号设备采购合同", "20260301", "1", "复印件"],
        ["2", "青山合〔2026〕2号", "青山精密机械有限公司", "[现场会议记录]", "20260302", "3", ""],
        ["3", "青山合〔2026〕3号", "青山精密机械有限公司", "第3号设备采购合同", "20260303", "6-9", "秘密"],
    ]
    other = volume.contents(noon.archivist, of, options(noon, standard="gb11822"))
    assert [head.label for head in other.heads] == ["序号", "文件编号", "责任者", "文件题名", "日期", "页数", "备注"]
    assert [row[5] for row in other.rows] == ["2", "3", "4"]
    assert sum(head.width for head in made.heads) == sum(head.width for head in other.heads) == 170


def test_head_stands_on_every_page_and_long_titles_stay_whole(noon: Cast) -> None:
    of = full_volume(noon, 38)
    long = Item.objects.filter(volume=of).order_by("position")[13]
    Item.objects.filter(pk=long.pk).update(title="关于设备采购与安装调试事项的往来函件" * 16)
    made = pdf(noon, volume.contents(noon.archivist, of, options(noon)))
    found = pages(made)
    assert len(found) == 3
    for number, text in enumerate(found, 1):
        assert (
            "卷内文件目录" in text and "顺序号" in text and f"第{number}页共3页" in text and of.reference_code in text
        )
    whole = "关于设备采购与安装调试事项的往来函件" * 16
    assert sum(whole in text for text in found) == 1  # not torn apart by the end of a page


@pytest.mark.parametrize(("items", "sheets"), [(14, 1), (15, 1), (16, 2)])
def test_a_full_page_is_followed_by_no_blank_one(noon: Cast, items: int, sheets: int) -> None:
    """One line is higher than the others, so that with fourteen the foot of the page has no room for a blank row."""
    of = full_volume(noon, items)
    if items == 14:
        Item.objects.filter(volume=of, position=2).update(author="青山精密机械有限公司、" * 2)
    assert len(pages(pdf(noon, volume.contents(noon.archivist, of, options(noon))))) == sheets


def test_notes(noon: Cast) -> None:
    of = full_volume(noon, situation="第2件缺附件一。")
    noted(noon, of)
    twin = make_volume(noon, carrier="electronic")
    Volume.objects.filter(pk=of.pk).update(twin=twin)
    of.refresh_from_db()
    for standard in ("gb9705", "gb11822"):
        made = volume.notes(noon.archivist, of, options(noon, standard=standard))
        keys = ["互见号", "第2件缺附件一", "补入", "借阅损坏", "（待签认）", "何静", "20261122"]
        golden.compare(f"notes-{standard}", pdf(noon, made), keys)
    text = words(pdf(noon, made))
    assert (
        f"互见号：{twin.reference_code}" in text and text.count("（待签认）") == 1 and "本卷共有文件材料9页。" in text
    )


def test_nothing_to_note_leaves_name_and_date(noon: Cast) -> None:
    text = words(pdf(noon, volume.notes(noon.archivist, full_volume(noon), options(noon))))
    assert "本卷无需要说明的情况" in text and "沈砚" in text and "20261122" in text and "互见号" not in text


def test_drawings_and_photographs_are_counted_where_the_kind_of_document_tells(noon: Cast) -> None:
    of = full_volume(noon)
    first, second, _third = Item.objects.filter(volume=of).order_by("position")
    for item, name in ((first, "竣工图纸"), (second, "现场照片")):
        kind = DocumentType.objects.create(fonds=noon.fonds, code=f"T{item.pk}", name=name)
        Item.objects.filter(pk=item.pk).update(document_type=kind)
    text = words(pdf(noon, volume.notes(noon.archivist, of, options(noon, standard="gb11822"))))
    assert "共有文件材料6页，其中：文字材料4页，图样材料2页，照片3张" in text


def test_catalogue_of_volumes(noon: Cast) -> None:
    for _number in range(3):
        full_volume(noon)
    open_one = make_volume(noon, title="还在组卷")
    conditions = catalogue.conditions_of(noon.fonds.pk, {"year": "2026", "series": "ZY·KH"})
    made = catalogue.volume_catalogue(noon.archivist, noon.fonds, conditions, 15)
    assert [head.label for head in made.heads] == ["序号", "档号", "案卷题名", "起止日期", "总页数", "保管期限", "备注"]
    assert len(made.rows) == 3 and open_one.title not in str(made.rows)
    made_pdf = pdf(noon, made)
    golden.compare("volumes", made_pdf, ["全宗名称", "简称", "总页数", "编制日期", "ZY·KH·HT"])
    cover, explained, table, closing = pages(made_pdf)
    assert "案卷目录" in cover and "起止日期20260301-20260303" in cover and "说明" in explained and "D30" in explained
    assert "总页数" in table and "本目录共登记案卷3卷，27页" in closing and "本目录表共1张" in closing


def test_catalogue_of_items(noon: Cast) -> None:
    boxed_items(noon, box(noon))
    full_volume(noon)
    conditions = catalogue.conditions_of(noon.fonds.pk, {"year": "2026", "retention": str(period().pk)})
    made = catalogue.item_catalogue(noon.archivist, noon.fonds, conditions, 15)
    assert [head.label for head in made.heads] == [
        "序号",
        "档号",
        "文号",
        "责任者",
        "题名",
        "日期",
        "密级",
        "页数",
        "备注",
    ]
    assert [row[4] for row in made.rows] == [
        "第1号通知",
        "第2号通知",
        "第3号通知",
    ]  # what lies in volumes stands in their own
    made_pdf = pdf(noon, made)
    assert all(size_of(page) == (297, 210) for page in pypdfium2.PdfDocument(made_pdf))
    golden.compare("items", made_pdf, ["机构（问题）", "保管期限", "责任者", "第1号通知", "20260501"])


def test_register_of_filings(noon: Cast) -> None:
    of = full_volume(noon)
    item = Item.objects.filter(volume=of).order_by("position")[0]
    FilingTrace.objects.create(item=item, step="put_away", made_by="沈砚", made_at=NOON)
    conditions = catalogue.conditions_of(noon.fonds.pk, {"since": "2026-11-22", "until": "2026-11-22"})
    made = catalogue.register(noon.archivist, noon.fonds, conditions, 15)
    assert made.rows[0][1:4] == ["20261122", item.reference_code, "第1号设备采购合同"]
    assert made.rows[0][-2:] == ["周航", "沈砚"]
    golden.compare("register", pdf(noon, made), ["归档登记簿", "归档时间", "第1号设备", "沈砚"])
    past = catalogue.conditions_of(noon.fonds.pk, {"until": "2026-11-21"})
    assert not catalogue.register(noon.archivist, noon.fonds, past, 15).rows


@pytest.mark.parametrize("thickness", [20, 50])
def test_box(noon: Cast, thickness: int) -> None:
    place = box(noon)
    boxed_items(noon, place)
    made = pdf(noon, boxes.box_spine(noon.archivist, place, {"thickness": thickness}))
    assert size_of(pypdfium2.PdfDocument(made)[0]) == (thickness, 310)
    golden.compare(
        f"box-spine-{thickness}", made, ["全宗号", "年度", "保管期限", "起止件号", "0001", "0003", "盒号", "H0007"]
    )
    page = pypdfium2.PdfDocument(made)[0]
    assert place_of(page, "0001")[1] < place_of(page, "0003")[1]  # first above, last below


def test_face_contents_and_notes_of_a_box(noon: Cast) -> None:
    place = box(noon)
    first, *_others = boxed_items(noon, place)
    Item.objects.filter(pk=first.pk).update(remarks="缺第2页")
    FilingTrace.objects.create(item=first, step="catalogue", made_by="沈砚", made_at=NOON)
    face = pdf(noon, boxes.box_face(noon.archivist, place, {}))
    assert size_of(pypdfium2.PdfDocument(face)[0]) == (220, 310)
    golden.compare("box-face", face, ["青禾实业有限公司", "盒号：H0007"])
    golden.compare(
        "box-items", pdf(noon, boxes.box_items(noon.archivist, place, {})), ["盒号：H0007", "第1号通知", "缺第2页"]
    )
    notes = pdf(noon, boxes.box_notes(noon.archivist, place, {}))
    golden.compare("box-notes", notes, ["盒内文件情况说明", "缺第2页", "沈砚", "整理日期"])
    assert "盒内共有归档文件3件，6页" in words(notes)


def test_thickness_is_one_that_is_made(noon: Cast) -> None:
    place = Location(kind="box", thickness=33)
    assert [boxes.thickness_of(place, asked) for asked in (None, "20", "47", "x", "9999999")] == [30, 20, 50, 30, 30]
    with pytest.raises(Refused) as refused:
        boxes.box_spine(
            noon.archivist, Location.objects.create(fonds=noon.fonds, kind="shelf", code="01", label="一库-01"), {}
        )
    assert refused.value.code == "not_a_box"


def test_labels(noon: Cast) -> None:
    place = box(noon)
    boxed_items(noon, place)
    for number in range(25):
        box(noon, f"H{number + 100:04d}")
    sheet = labels.labels(noon.archivist, noon.fonds, {"kind": "box", "begin": "2"})
    labels.drawn(sheet)
    made = pdf(noon, sheet)
    golden.compare("labels", made, ["一库-A01-02-H0007", "0001-0003", "一库-A01-02-H0124"])
    assert len(pages(made)) == 2  # 26 labels after two that are left free, 24 to a sheet
    left, top = place_of(pypdfium2.PdfDocument(made)[0], "一库-A01-02-H0007")
    assert left > 140 and top < 37  # the third of the first row
    of = full_volume(noon)
    one = labels.labels(noon.archivist, noon.fonds, {"kind": "volume", "ids": str(of.pk)})
    assert one.rows == [[of.reference_code, of.title, "2026　定期30年　3 件"]]
    with pytest.raises(Refused) as refused:
        labels.labels(noon.archivist, noon.fonds, {"kind": "volume"})
    assert refused.value.code == "nothing_to_print"


def test_list_of_a_transfer(noon: Cast) -> None:
    of = full_volume(noon)
    item = boxed_items(noon, box(noon))[0]
    given = {"handed_by": noon.salesperson, "handed_at": NOON, "received_by": noon.archivist, "received_at": NOON}
    handed = Transfer.objects.create(
        fonds=noon.fonds, number="YJ2026-001", department=noon.sales_one, title="合同", created_at=NOON, **given
    )
    TransferLine.objects.create(transfer=handed, position=1, volume=of, pages=9, state="accepted", pages_counted=8)
    TransferLine.objects.create(transfer=handed, position=2, item=item, pages=1, state="rejected", reason="缺页")
    made = transfer.transfer_list(noon.archivist, handed, {})
    assert made.rows[0] == ["1", of.title, "2026", of.reference_code, "9", "定期30年", "接收", "实点 8 页"]
    assert made.rows[1][1:] == ["第1号通知", "2026", item.reference_code, "1", "定期30年", "退回", "缺页"]
    text = words(pdf(noon, made))
    for said in (
        "移交部门：销售一组",
        "移交人：周航",
        "移交时间：20261122",
        "接收人：沈砚",
        "接收时间：20261122",
        "共2条10页，接收1条",
    ):
        assert said in text
    golden.compare("transfer", pdf(noon, made), ["档案移交", "移交部门", "退回", "接收人"])


def test_workbooks_hold_the_same_rows(noon: Cast) -> None:
    made = volume.contents(noon.archivist, full_volume(noon), options(noon))
    sheet = openpyxl.load_workbook(BytesIO(xlsx_of(made))).worksheets[0]
    head, *rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert head == ["顺序号", "文号", "责任者", "题名", "日期", "页号", "备注"]
    assert rows[1] == [2, "青山合〔2026〕2号", "青山精密机械有限公司", "[现场会议记录]", "20260302", "3", None]


def test_forms_of_several_sizes_come_in_one_file(noon: Cast) -> None:
    of = full_volume(noon)
    made = [
        pdf(noon, volume.FORMS[name](noon.archivist, of, options(noon, cover_size="hard")))
        for name in ("cover", "spine", "contents")
    ]
    assert [size_of(page) for page in pypdfium2.PdfDocument(joined(made))] == [(220, 310), (15, 310), (210, 297)]


def test_text_of_users_is_data(noon: Cast) -> None:
    trap = "#panic() $x$ *粗* @a {page} \\"
    of = full_volume(noon)
    Volume.objects.filter(pk=of.pk).update(title=trap)
    Item.objects.filter(volume=of).update(title=trap, author=trap, remarks=trap)
    of.refresh_from_db()
    for name in volume.FORMS:
        assert "panic" in words(pdf(noon, volume.FORMS[name](noon.archivist, of, options(noon)))) or name == "notes"


def test_parts_of_a_code() -> None:
    assert code_parts("Q001-ZY·KH·2026·D30-0007") == ("Q001", "ZY·KH·2026·D30", "0007")
    assert code_parts("C038-001-002") == ("C038", "001", "002")
    assert code_parts("7") == ("", "", "7")


def test_codes_on_labels_are_whole(noon: Cast) -> None:
    """Every module of a printed code is where it was meant: read off the picture of the sheet."""
    import segno

    box(noon)
    sheet = labels.labels(noon.archivist, noon.fonds, {"kind": "box"})
    labels.drawn(sheet)
    scale = 6.0
    ink = (
        pypdfium2.PdfDocument(pdf(noon, sheet))[0]
        .render(scale=scale)
        .to_pil()
        .convert("L")
        .point(lambda v: 255 if v < 128 else 0)
    )
    code = segno.make(sheet.rows[0][0], error="m", micro=False, boost_error=False, mask=2)
    modules = [list(row) for row in code.matrix]
    corner = ink.crop((0, 0, int(27 * scale * 72 / 25.4), int(29 * scale * 72 / 25.4)))
    left, top, right, _bottom = corner.getbbox()
    side = (right - left) / len(modules)
    read = [
        [
            int(ink.getpixel((int(left + (x + 0.5) * side), int(top + (y + 0.5) * side))) > 0)
            for x in range(len(modules))
        ]
        for y in range(len(modules))
    ]
    assert read == modules
