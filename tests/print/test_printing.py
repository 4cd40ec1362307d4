"""Printed documents: what stands on the pages, that user text stays text, and that it is quick."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from kedang.foundation.kernel.refused import Refused
from kedang.foundation.web.printing import (
    Card,
    Column,
    Line,
    Lines,
    Listing,
    Mark,
    Section,
    Table,
    render,
    render_listing,
    render_sheet,
    renderer,
)

MARK = Mark("澄江恒岳流体设备有限公司", "沈知行（shenzhixing）", "2026-11-21 19:45", "内部", "归档")
TRAP = "#panic() $x$ *粗* @a \\ </text> {page} \u0000"


def pages_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_bounded().replace("\u2060", "") for page in document]


def card() -> Card:
    lines = [
        Line("统一社会信用代码", "91330602MA2BXQ7L3K"),
        Line("电话", "057****67", "mask"),
        Line("信用问题", "欠款", "hide"),
        Line("备注", TRAP, wide=True),
    ]
    contacts = Table([Column("姓名"), Column("职务", 1)], [["陆嘉禾", "采购部经理"]], numbered=True)
    return Card(
        "客户档案卡",
        "GY202305",
        "绍兴越泽阀门有限公司",
        [Section("基本情况", [Lines(lines)]), Section("联系人", [contacts])],
        MARK,
    )


def listing(rows: int) -> Listing:
    table = Table(
        [Column("客户编号"), Column("客户名称", 1)], [[f"GY{n:05d}", "越泽阀门"] for n in range(rows)], numbered=True
    )
    return Listing("客户一览表", table, MARK, conditions="全部", total=f"共 {rows} 户", signatures=["制表"])


def test_card_shows_what_the_reader_may_see_and_who_printed_it() -> None:
    (text,) = pages_of(render_sheet(card()))
    for expected in (
        "GY202305",
        "绍兴越泽阀门有限公司",
        "91330602MA2BXQ7L3K",
        "057****67",
        "（按权限不显示）",
        "陆嘉禾",
        "内部",
    ):
        assert expected in text
    assert "欠款" not in text
    assert "沈知行（shenzhixing）" in text and "2026-11-21 19:45" in text and "用途：归档" in text
    assert "第 1 页 共 1 页" in text


def test_user_text_is_data_and_never_source() -> None:
    (text,) = pages_of(render_sheet(card()))
    assert "#panic() $x$ *粗* @a \\ </text> {page}" in text
    strange = replace(card(), name=TRAP, number="", mark=replace(MARK, printed_by=TRAP, purpose=TRAP))
    assert "#panic()" in pages_of(render_sheet(strange))[0]


def test_list_repeats_its_head_and_counts_its_pages() -> None:
    pages = pages_of(render_listing(listing(90)))
    assert len(pages) >= 3
    for number, text in enumerate(pages, 1):
        assert "客户编号" in text and f"第 {number} 页 共 {len(pages)} 页" in text and "沈知行" in text
    assert "GY00089" in pages[-1] and "制表" in pages[-1]


def test_empty_list_says_so() -> None:
    empty = replace(listing(0), table=replace(listing(0).table, empty="没有符合条件的客户"))
    assert "没有符合条件的客户" in pages_of(render_listing(empty))[0]


def test_long_values_break_inside_their_cells() -> None:
    long = replace(listing(1), table=Table([Column("甲", 1), Column("乙", 1)], [["A" * 400, "字" * 400]]))
    document = pypdfium2.PdfDocument(render_listing(long))
    width = document[0].get_width()
    page = document[0].get_textpage()
    assert all(page.get_charbox(n)[2] <= width - 30 for n in range(page.count_chars()))


def test_a_card_takes_less_than_a_third_of_a_second() -> None:
    render_sheet(card())
    began = time.perf_counter()
    render_sheet(replace(card(), name="改名之后"))
    assert time.perf_counter() - began < 0.3


def test_only_templates_of_the_package_are_rendered(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="inside the package"):
        render(tmp_path / "foreign.typ", {})


def test_missing_fonts_are_refused_in_one_sentence(tmp_path: Path, settings: object) -> None:
    renderer._fonts.cache_clear()
    settings.BASE_DIR = tmp_path  # type: ignore[attr-defined]
    try:
        with pytest.raises(Refused) as refused:
            renderer._fonts()
        assert "make setup" in str(refused.value.sentence)
    finally:
        renderer._fonts.cache_clear()
