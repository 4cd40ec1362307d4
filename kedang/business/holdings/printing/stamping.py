"""归档章 and page numbers on a PDF copy (AR-07, AR-10): laid over what is read; the stored original is opened for reading only."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from kedang.business.holdings.models import Item
from kedang.business.holdings.models.sheet import PageMarks, Sides
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.web.printing.renderer import render

POINTS = 72 / 25.4
STAMP = (46 * POINTS, 17 * POINTS)
NUMBER = (24 * POINTS, 7 * POINTS)
EDGE = 8 * POINTS
LOOK = 0.5
"""Pixels per point when a page is looked at for free space."""
INK = 45
"""So much darker than its paper a sign is."""
MIDDLE_UNTIL = 40 * POINTS
"""So far down the middle is tried first; then any place above."""
MOST_PAGES = 2000


@dataclass(frozen=True, slots=True)
class Stamped:
    """The copy, the last page number on it, how many pages are blank, and whether the stamp needed a leaf of its own."""

    pdf: bytes
    pages: int
    numbered: int
    blank: int
    has_leaf: bool


def stamp_cells(item: Item) -> list[str]:
    """全宗号, 年度, 件号 over 机构或问题, 保管期限, 页数 (DA/T 22-2015)."""
    unit = item.department.name if item.department else (item.series.name if item.series else "")
    number = item.number or item.position
    return [
        item.fonds.code, str(item.year or ""), str(number or ""), unit, item.retention.name if item.retention else "",
        str(item.pages or ""),
    ]  # fmt: skip


def stamped(
    source: BinaryIO,
    cells: list[str],
    *,
    first: int,
    marks: str = PageMarks.UPPER,
    sides: str = Sides.SINGLE,
    stamp: bool = True,
) -> Stamped:
    """A stamped copy of a PDF.

    Args:
        source: the original, opened for reading.
        cells: the six cells of the stamp.
        first: number of the first page.
        marks, sides: which corner, and whether backs were scanned too.
        stamp: whether the 归档章 is wanted besides the page numbers.

    Raises:
        Refused: not a PDF that opens, or too long.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        raise Refused(
            "copy_not_possible", _("文件打不开（损坏或设有口令），无法制作加盖归档章和页号的副本。")
        ) from error
    try:
        count = len(document)
        if count > MOST_PAGES:
            raise Refused("copy_too_long", _("文件超过 {most} 页，无法一次制作加盖副本。").format(most=MOST_PAGES))
        looks = [_Look(document[at]) for at in range(count)]
        filled = [not look.is_blank for look in looks]
        over = _overlay(cells, first, sum(filled))
        place = looks[0].free_place(marks == PageMarks.UPPER) if stamp else None
        number = 0
        for at in range(count):
            if not filled[at]:
                continue
            number += 1
            page = document[at]
            is_back = sides == Sides.DOUBLE and at % 2 == 1
            mark = over["left" if is_back else "right"].page_as_xobject(number, document).as_pageobject()
            _lay(page, mark, *_corner(page.get_size(), is_back, marks))
            if at == 0 and place is not None:
                _lay(page, over["right"].page_as_xobject(0, document).as_pageobject(), *place)
            page.gen_content()
        has_leaf = stamp and place is None
        if has_leaf:
            _add_leaf(document, over["right"])
        target = io.BytesIO()
        document.save(target)
        return Stamped(target.getvalue(), count + has_leaf, number, count - number, has_leaf)
    finally:
        document.close()


def picture_as_pdf(source: BinaryIO) -> io.BytesIO:
    """A scanned picture (of several pages, as TIFF may be) as PDF in its own size.

    Raises:
        Refused: a picture that does not open.
    """
    from PIL import Image, ImageSequence, UnidentifiedImageError

    try:
        picture = Image.open(source)
        pages = [page.convert("RGB") for page in ImageSequence.Iterator(picture)]
        dots = picture.info.get("dpi", (150, 150))[0] or 150
        target = io.BytesIO()
        pages[0].save(target, "PDF", resolution=float(dots), save_all=True, append_images=pages[1:])
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise Refused("copy_not_possible", _("图片打不开，无法制作加盖归档章和页号的副本。")) from error
    target.seek(0)
    return target


class _Look:
    """A page looked at from afar: where its ink is."""

    def __init__(self, page: Any) -> None:
        grey = page.render(scale=LOOK, grayscale=True).to_pil().convert("L")
        histogram = grey.histogram()
        paper = max(range(128, 256), key=lambda level: histogram[level]) if sum(histogram[128:]) else 255
        self.ink = grey.point([255 if level < paper - INK else 0 for level in range(256)])
        self.size = page.get_size()

    @property
    def is_blank(self) -> bool:
        """No sign on it; a speck of dust is none."""
        dark = self.ink.histogram()[255]
        return bool(dark <= max(2, self.ink.width * self.ink.height // 20000))

    def free_place(self, numbers_above: bool) -> tuple[float, float] | None:
        """Lower left corner (from the page's, in points) of free space for the stamp at the head of the page.

        In the middle, else elsewhere in the upper third.
        """
        wide, high = self.size
        need = (int((STAMP[0] + 4) * LOOK), int((STAMP[1] + 4) * LOOK))
        left, right = int(EDGE * LOOK), int((wide - EDGE) * LOOK) - need[0]
        if right < left:
            return None
        middle = (left + right) // 2
        across = sorted(range(left, right + 1, 3), key=lambda x: abs(x - middle))
        corner = (int((wide - EDGE) * LOOK) - int(NUMBER[0] * LOOK), int((EDGE + NUMBER[1]) * LOOK))
        rows = range(int(4 * POINTS * LOOK), max(1, int(high * LOOK / 3) - need[1]), 2)
        in_the_middle = [(middle, y) for y in rows if y <= MIDDLE_UNTIL * LOOK]
        for x, y in (*in_the_middle, *((x, y) for y in rows for x in across)):
            if numbers_above and x + need[0] > corner[0] and y < corner[1]:
                continue
            if self.ink.crop((x, y, x + need[0], y + need[1])).getbbox() is None:
                return (x / LOOK + 2, high - (y / LOOK) - STAMP[1] - 2)
        return None


def _overlay(cells: list[str], first: int, count: int) -> dict[str, Any]:
    """Stamp and numbers, set once for each side of the leaf."""
    import pypdfium2

    numbers = [str(first + at) for at in range(count)]
    template = Path(__file__).resolve().parent / "stamp.typ"
    return {
        side: pypdfium2.PdfDocument(render(template, {"cells": cells, "numbers": numbers, "side": side, "say": {}}, tagged=False))
        for side in ("left", "right")
    }  # fmt: skip


def _corner(size: tuple[float, float], is_back: bool, marks: str) -> tuple[float, float]:
    """Where a number goes: outer corner, above or below."""
    wide, high = size
    x = EDGE if is_back else wide - EDGE - NUMBER[0]
    return (x, high - EDGE - NUMBER[1]) if marks == PageMarks.UPPER else (x, EDGE)


_TURNS: dict[int, Callable[[float, float, float, float], tuple[float, ...]]] = {
    0: lambda x, y, w, h: (1, 0, 0, 1, x, y),
    90: lambda x, y, w, h: (0, 1, -1, 0, w - y, x),
    180: lambda x, y, w, h: (-1, 0, 0, -1, w - x, h - y),
    270: lambda x, y, w, h: (0, -1, 1, 0, y, h - x),
}
"""From what the reader sees to the page's own axes, by the turn in which it is shown (clockwise)."""


def _lay(page: Any, mark: Any, x: float, y: float) -> None:
    import pypdfium2

    box = page.get_cropbox()
    turned = _TURNS[page.get_rotation() % 360](x, y, box[2] - box[0], box[3] - box[1])
    a, b, c, d, e, f = turned
    mark.set_matrix(pypdfium2.PdfMatrix(a, b, c, d, e + box[0], f + box[1]))
    page.insert_obj(mark)


def _add_leaf(document: Any, over: Any) -> None:
    """No free space above: the stamp stands on a leaf laid before page 1, as the rule allows, and covers nothing."""
    wide, high = document[0].get_size()
    leaf = document.new_page(wide, high, index=0)
    mark = over.page_as_xobject(0, document).as_pageobject()
    _lay(leaf, mark, (wide - STAMP[0]) / 2, high - 20 * POINTS - STAMP[1])
    leaf.gen_content()
