"""归档章 and page numbers: on copies only, in free space only, on every page that is not blank, however the page lies."""

import io
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from kedang.business.holdings.printing.stamping import picture_as_pdf, stamped
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.web.printing.renderer import ROOT, render
from tests.holdings.printed import pages, place_of

CELLS = ["Q001", "2026", "17", "销售一组", "定期30年", "4"]
TOP_TITLE = 'place(top + center, dy: 10mm, text(size: 22pt, "关于设备采购的请示"))'


@pytest.fixture(scope="module")
def original(tmp_path_factory: Any) -> Any:
    """Makes a PDF of pages given as typst content."""

    def made(*bodies: str, landscape: bool = False) -> bytes:
        place = ROOT / "business" / "holdings" / "printing" / "_original_of_a_test.typ"
        text = (
            '#set text(font: "Noto Serif SC")\n'
            + f'#set page(paper: "a4", margin: 0mm, flipped: {str(landscape).lower()})\n'
        )
        place.write_text(text + "\n#pagebreak()\n".join(f"#({body})" for body in bodies), encoding="utf-8")
        try:
            return render(place, {}, tagged=False)
        finally:
            place.unlink()

    return made


def turned(pdf: bytes, degrees: int) -> bytes:
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        page.set_rotation(degrees)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def page_of(pdf: bytes, at: int = 0) -> Any:
    return pypdfium2.PdfDocument(pdf)[at]


def test_stamp_stands_in_the_free_middle_and_numbers_at_the_corner(original: Any) -> None:
    source = original("place(top + left, dx: 30mm, dy: 70mm, [正文])", "place(center + horizon, [第二页])")
    copy = stamped(io.BytesIO(source), CELLS, first=41)
    assert (copy.pages, copy.numbered, copy.blank, copy.has_leaf) == (2, 2, 0, False)
    first, second = pages(copy.pdf)
    assert all(cell in first for cell in CELLS) and "41" in first and "42" in second and "销售一组" not in second
    left, top = place_of(page_of(copy.pdf), "Q001")
    assert 80 <= left <= 95 and top <= 25  # the first cell of a stamp of 45 mm in the middle of 210 mm
    left, top = place_of(page_of(copy.pdf, 1), "42")
    assert left > 190 and top < 14
    assert pages(source)[0] == "正文"  # the original says what it said


def test_stamp_gives_way_to_what_stands_above(original: Any) -> None:
    copy = stamped(io.BytesIO(original(TOP_TITLE)), CELLS, first=1)
    _left, top = place_of(page_of(copy.pdf), "Q001")
    assert top > 17 and not copy.has_leaf


def test_a_full_first_page_gets_a_leaf_of_its_own(original: Any) -> None:
    full = "block(width: 100%, height: 100%, fill: luma(0))"
    copy = stamped(io.BytesIO(original(full)), CELLS, first=1)
    assert copy.has_leaf and copy.pages == 2
    leaf, page = pages(copy.pdf)
    assert all(cell in leaf for cell in CELLS) and "Q001" not in page and page == "1"


def test_blank_pages_take_no_number_and_backs_have_theirs_on_the_left(original: Any) -> None:
    text = "place(center + horizon, [正文])"
    copy = stamped(io.BytesIO(original(text, "[]", text, text)), CELLS, first=5, sides="double")
    assert (copy.numbered, copy.blank) == (3, 1)
    assert [words.replace("正文", "") for words in pages(copy.pdf)[1:]] == ["", "6", "7"]
    assert place_of(page_of(copy.pdf, 2), "6")[0] > 190  # third page: a front
    assert place_of(page_of(copy.pdf, 3), "7")[0] < 20  # fourth page: a back


def test_technical_papers_have_their_numbers_below(original: Any) -> None:
    copy = stamped(io.BytesIO(original("place(center + horizon, [图]) ")), CELLS, first=9, marks="lower", stamp=False)
    left, top = place_of(page_of(copy.pdf), "9")
    assert left > 190 and top > 280 and "Q001" not in pages(copy.pdf)[0]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_turned_pages_are_numbered_as_they_are_seen(original: Any, degrees: int) -> None:
    """Where ink is new in the picture of the page: in the corner that the reader calls upper right."""
    source = turned(original("place(center + horizon, [正文])"), degrees)
    copy = stamped(io.BytesIO(source), CELLS, first=8, stamp=False)
    before, after = (page_of(pdf).render(scale=0.5).to_pil().convert("L") for pdf in (source, copy.pdf))
    from PIL import ImageChops

    left, top, right, bottom = ImageChops.difference(before, after).getbbox() or (0, 0, 0, 0)
    assert left > after.width * 0.85 and bottom < after.height * 0.08 and right > left and bottom > top


def test_a_scanned_picture_is_stamped_too() -> None:
    target = io.BytesIO()
    sheet = Image.new("RGB", (1240, 1754), (244, 240, 232))
    sheet.paste((30, 30, 30), (300, 700, 900, 760))
    sheet.save(target, "TIFF", dpi=(150, 150), save_all=True, append_images=[sheet])
    target.seek(0)
    copy = stamped(picture_as_pdf(target), CELLS, first=1)
    assert copy.pages == 2 and copy.numbered == 2 and not copy.has_leaf and "Q001" in pages(copy.pdf)[0]


def test_what_does_not_open_is_told_in_one_sentence() -> None:
    with pytest.raises(Refused) as refused:
        stamped(io.BytesIO(b"%PDF-1.7 nothing"), CELLS, first=1)
    assert refused.value.code == "copy_not_possible" and "打不开" in refused.value.sentence
    with pytest.raises(Refused) as refused:
        picture_as_pdf(io.BytesIO(b"no picture"))
    assert refused.value.code == "copy_not_possible"
