"""Whatever comes: bytes end in rows or in one sentence, cells end in a verdict; nothing else ever escapes."""

import datetime
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kedang.business.customers.imports import customer_target
from kedang.business.customers.naming import name_key, similarity
from kedang.business.intake.cleaning import build_plan, clean_rows, tally_rows
from kedang.business.intake.mapping import suggest
from kedang.business.intake.reading import check_table, open_table
from kedang.foundation.kernel.checks import contact, identity, phone, uscc
from kedang.foundation.kernel.refused import Refused

TARGET = customer_target()
FIELDS = tuple(dict.fromkeys(field.name for field in TARGET.fields))
PLAN = build_plan(TARGET, FIELDS, dict(enumerate(FIELDS)), today=datetime.date(2026, 11, 21))
PIECES = st.sampled_from(
    ["91510703205451059P", "9.14E+17", "200(万元人民币)", "N/A", "公司", "（", ")", "1999-1-2", "13800138000", "浙江", "=", "&#0;", "\u200b", "〓",
     "\ue000", "　", "-", "万", "亿元", "E", "E+99", "1e999", "０", "年", "@", "/", ";", "\n", "\x00", "𠮷", "萬", "市", "有限公司", "分行"]
)  # fmt: skip
CELL = st.one_of(
    st.text(max_size=40),
    st.lists(PIECES, max_size=6).map("".join),
    st.text("0123456789.,+-/:eE年月日万元 ", max_size=20),
)
SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]}


@given(st.lists(CELL, min_size=len(FIELDS), max_size=len(FIELDS)))
@settings(max_examples=120, **SLOW)  # type: ignore[arg-type]
def test_any_cells_end_in_a_verdict(cells: list[str]) -> None:
    rows = [(2, cells)]
    results = clean_rows(PLAN, rows)
    line, verdict, values, changes, problems = results[0]
    assert line == 2 and verdict in (0, 1, 2) and len(values) == len(PLAN.outputs)
    assert verdict == max((problem[0] for problem in problems), default=0)
    assert all(sentence and name is not None for _, _, name, sentence in problems)
    assert all(0 <= column < len(FIELDS) for column, _ in changes)
    tally_rows(PLAN, rows, results)
    assert clean_rows(PLAN, rows) == results


@given(st.integers(0, 60), st.lists(CELL, max_size=60))
@settings(max_examples=60, **SLOW)  # type: ignore[arg-type]
def test_rows_of_any_length(extra: int, cells: list[str]) -> None:
    assert len(clean_rows(PLAN, [(9, cells)])) == 1


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=200, **SLOW)  # type: ignore[arg-type]
def test_names_and_numbers_never_raise(one: str, two: str) -> None:
    assert len(name_key(one)) <= 80
    assert 0 <= similarity(one, two).score <= 100
    for check in (uscc.problem, identity.resident_problem, contact.email_problem, contact.postcode_problem):
        check(one)
    for piece in phone.split(one):
        number = phone.canonical(piece)
        assert number is None or phone.canonical(number) == number
    suggest(TARGET, (one, two), [(two, one)])


@given(st.binary(max_size=400))
@settings(max_examples=150, **SLOW)  # type: ignore[arg-type]
def test_any_bytes_end_in_rows_or_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    _read(tmp_path, content)


@given(
    st.text('名称,电话;"\n\r\t|甲公司1= ', max_size=200), st.sampled_from(["utf-8", "gb18030", "utf-16", "utf-8-sig"])
)
@settings(max_examples=200, **SLOW)  # type: ignore[arg-type]
def test_any_table_like_text(tmp_path: Path, text: str, codec: str) -> None:
    _read(tmp_path, text.encode(codec))


@pytest.mark.parametrize("keep", [30, 60, 200, 1000, 3000])
def test_a_workbook_with_noise_in_it(tmp_path: Path, keep: int) -> None:
    import xlsxwriter

    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, ["名称", "电话"])
    content = path.read_bytes()
    _read(tmp_path, content[:keep] + os.urandom(50) + content[keep + 50 :])


def _read(folder: Path, content: bytes) -> None:
    path = folder / "x.csv"
    path.write_bytes(content)
    try:
        with open_table(path) as table:
            assert table.headings and len(set(table.headings)) == len(table.headings)
            check_table(table)
    except Refused as refusal:
        assert any("\u4e00" <= character <= "\u9fff" for character in refusal.sentence)
