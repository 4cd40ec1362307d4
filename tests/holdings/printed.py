"""A volume with everything that its forms show, and what a PDF says."""

from datetime import date
from typing import Any

import pypdfium2
from django.db import transaction

from kedang.business.holdings.models import Item, Location, Volume
from kedang.foundation.kernel import clock
from tests.cast import Cast
from tests.holdings.making import make_item, make_volume


def full_volume(cast: Cast, items: int = 3, **values: Any) -> Volume:
    """A volume whose items have numbers, authors, dates, pages; the second has a title made up, the third is 秘密."""
    volume = make_volume(cast, title="青山精密机械有限公司2026年设备采购合同及往来函件", **values)
    first = 1
    with transaction.atomic():
        for at in range(1, items + 1):
            make_item(
                cast, volume, title=f"第{at}号设备采购合同" if at != 2 else "现场会议记录", is_title_made=at == 2, author="青山精密机械有限公司",
                document_number=f"青山合〔2026〕{at}号", dated_on=date(2026, 3, min(at, 28)), pages=at + 1, first_page=first,
                secrecy_level=2 if at == 3 else 1, remarks="复印件" if at == 1 else "",
            )  # fmt: skip
            first += at + 1
    volume.item_count, volume.page_count = items, first - 1
    volume.started_on, volume.ended_on = date(2026, 3, 1), date(2026, 3, min(28, items))
    volume.closed_at, volume.state, volume.inspected_by = clock.now(), "closed", cast.head
    volume.save()
    return volume


def box(cast: Cast, code: str = "H0007", **values: Any) -> Location:
    """A box on a shelf."""
    given = {"kind": "box", "label": f"一库-A01-02-{code}", "thickness": 30, **values}
    made: Location = Location.objects.create(fonds=cast.fonds, code=code, **given)
    made.path = f"/{made.pk}/"
    made.save(update_fields=["path"])
    return made


def boxed_items(cast: Cast, place: Location, count: int = 3) -> list[Item]:
    """Items that stand by themselves in a box."""
    made = []
    for at in range(1, count + 1):
        made.append(
            make_item(
                cast,
                title=f"第{at}号通知",
                pages=at,
                location=place,
                dated_on=date(2026, 5, at),
                author="青禾实业有限公司",
            )
        )
    return made


def pages(pdf: bytes) -> list[str]:
    """Text of each page without blanks."""
    document = pypdfium2.PdfDocument(pdf)
    return [text_of(page) for page in document]


def text_of(page: Any) -> str:
    """Text of a page without blanks and joiners."""
    text = page.get_textpage().get_text_bounded()
    return "".join(sign for sign in text if not sign.isspace() and sign not in "\u200b\u2060\ufffe")


def words(pdf: bytes) -> str:
    """Text of all pages."""
    return "\n".join(pages(pdf))


def place_of(page: Any, wanted: str) -> tuple[float, float]:
    """Where a word begins: millimetres from the left and from the top."""
    finder = page.get_textpage().search(wanted)
    found = finder.get_next()
    assert found is not None, wanted
    index, _count = found
    left, _bottom, _right, top = page.get_textpage().get_charbox(index)
    high = page.get_size()[1]
    return round(left * 25.4 / 72, 1), round((high - top) * 25.4 / 72, 1)


def size_of(page: Any) -> tuple[float, float]:
    """Width and height in millimetres."""
    wide, high = page.get_size()
    return round(wide * 25.4 / 72), round(high * 25.4 / 72)
