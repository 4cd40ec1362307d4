"""The reader's name, the time and the number of the request, burnt into every picture of a page that goes out (US-05, SE-08).

It is drawn on the server, over what is sent and never over what is kept. Small pictures are left alone: nobody reads a word on them.
"""

import io
import math
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from kedang.business.holdings.models import ItemFile
from kedang.foundation.access.opened.services import open_rows
from kedang.foundation.files.owners import Held
from kedang.foundation.files.previewing.drawing import Picture
from kedang.foundation.files.previewing.marking import mark_with, words_with
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.marks import mark_for
from kedang.foundation.kernel.refused import Refused

if TYPE_CHECKING:
    from PIL import Image

SMALLEST = 400
"""Pictures narrower than this are left alone."""
INK, STRENGTH = (118, 22, 14), 46
"""Colour of the mark, and how much of it there is (of 255): the text beneath stays legible, a photo of the screen still tells."""
SLANT = 24
QUALITY = 86


def declare() -> None:
    """Called once at start-up."""
    mark_with(marked)
    words_with(words)


def words(actor: Any, held: Held) -> str:
    """Name, account, time and, where it is read by an approved request, its number."""
    parts = [f"{actor.name} {actor.username}", f"{clock.local(clock.now()):%Y-%m-%d %H:%M}"]
    number = number_of(actor, held)
    return "  ".join([*parts, number] if number else parts)


def number_of(actor: Any, held: Held) -> str:
    """Number of the request by which the actor reads this file; empty where a role lets them."""
    until = getattr(actor, "opened_until", None)
    if until is None or until <= clock.now() or not isinstance(held.row, ItemFile):
        return ""
    return next(
        (row.source for row in open_rows(actor, held.row.item).order_by("id") if "holdings.leaf" in row.actions), ""
    )


def marked(actor: Any, held: Held, picture: Picture) -> Picture:
    """The picture as this reader gets it."""
    if picture.width < SMALLEST:
        return picture
    return Picture(burnt(picture.content, words(actor, held), mark_for(actor.pk)), picture.width, picture.height)


def burnt(content: bytes, told: str, hidden: str = "", footer: str = "") -> bytes:
    """A JPEG with the words across it, tiled and slanted; a line at its foot; the hidden mark in its comment."""
    from PIL import Image

    with Image.open(io.BytesIO(content)) as opened:
        sheet = opened.convert("RGB")
    sheet.paste(INK, (0, 0), _veil(told, *sheet.size))
    if footer:
        sheet = _with_footer(sheet, footer)
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=QUALITY, comment=hidden.encode())
    return out.getvalue()


@lru_cache(maxsize=6)
def _veil(told: str, width: int, height: int) -> "Image.Image":
    """How much ink lies where: the words again and again, along a slant. The same for all pages of one size within a minute."""
    from PIL import Image, ImageDraw

    font = _font(max(18, width // 46))
    left, top, right, bottom = font.getbbox(told)
    step_x, step_y = int(right - left) + width // 9, int(bottom - top) * 5
    side = int(math.hypot(width, height)) + 2 * step_y
    wide = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(wide)
    for row, y in enumerate(range(0, side, step_y)):
        for x in range(-(row % 2) * step_x // 2, side, step_x):
            pen.text((x, y), told, fill=STRENGTH, font=font)
    turned = wide.rotate(SLANT, resample=Image.Resampling.BILINEAR)
    x, y = (side - width) // 2, (side - height) // 2
    return turned.crop((x, y, x + width, y + height))


def _with_footer(sheet: "Image.Image", footer: str) -> "Image.Image":
    from PIL import Image, ImageDraw

    font = _font(max(16, sheet.width // 64))
    height = int(font.getbbox(footer)[3]) * 2
    longer = Image.new("RGB", (sheet.width, sheet.height + height), "white")
    longer.paste(sheet, (0, 0))
    pen = ImageDraw.Draw(longer)
    pen.line(((0, sheet.height), (sheet.width, sheet.height)), fill=(150, 150, 150))
    pen.text((sheet.width // 60, sheet.height + height // 5), footer, fill=(60, 60, 60), font=font)
    return longer


@lru_cache(maxsize=8)
def _font(size: int) -> Any:
    from PIL import ImageFont

    path = Path(settings.BASE_DIR) / "build" / "fonts" / "NotoSansSC-Regular.ttf"
    if not path.exists():
        told = _("服务器上没有安装水印字体，不能显示页面：请在服务器上运行 make setup 后再试。")
        raise Refused("fonts_missing", told)
    return ImageFont.truetype(str(path), size)
