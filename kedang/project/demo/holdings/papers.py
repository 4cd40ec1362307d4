"""Papers for the demo's items: some forty small files of the kinds a customer archive holds, made once and used again and again.

``paper_for(item)`` chooses by the words of the title, so that a contract is a contract; licences and letters of authority are scans.
"""

import io
import re
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

from PIL import Image, ImageChops, ImageFilter

from kedang.foundation.web.printing.renderer import render
from kedang.project.demo.holdings import paper_words as words

TEMPLATE = Path(__file__).with_name("papers.typ")
SCAN_WIDTH, SCAN_QUALITY = 910, 62
_UNSAFE = re.compile(r'[\\/:*?"<>|\s]+')

KINDS: tuple[tuple[str, str, int], ...] = (
    ("补充|变更|解除|终止", "supplement", 2),
    ("合同|协议", "contract", 4),
    ("执照|许可证|资质|证照|证书", "licence", 3),
    ("授权|委托|身份证|法定代表人", "authority", 2),
    ("纪要|会议", "minutes", 4),
    ("报价|投标|询价|价格", "quotation", 3),
    ("验收|竣工|交付", "acceptance", 3),
    ("对账|询证|往来款|结算|发票|付款|收款|回单", "statement", 3),
    ("订单|发货|送货|签收", "delivery", 2),
    ("投诉|索赔|整改", "complaint", 2),
    ("满意度|调查|评价|回访", "survey", 2),
    ("走访|拜访|访问|沟通|巡检|维修|安装|服务", "visit", 3),
    ("台账|清单|报表|名单|统计|分析", "workbook", 1),
    ("照片|现场|图", "photo", 2),
    ("函|通知|请示|批复|报告|方案|计划|总结|", "letter", 4),
)
"""Words of a title → kind, and how many different ones of it there are: 40 in all."""


def paper_for(item: Any) -> tuple[bytes, str]:
    """Content and name of a file for an item (anything with a ``title``); the same item always gets the same."""
    kind, most = next((kind, most) for pattern, kind, most in KINDS if re.search(pattern, item.title))
    content, ending = paper(kind, crc32(item.title.encode()) % most)
    return content, f"{_UNSAFE.sub('_', item.title)[:120]}.{ending}"


@cache
def paper(kind: str, variant: int) -> tuple[bytes, str]:
    """One of the papers, and the ending of its name."""
    if kind == "workbook":
        return words.workbook(), "xlsx"
    if kind == "photo":
        return _photo(variant), "jpg"
    made = render(TEMPLATE, words.SHEETS[kind](variant), tagged=False)
    if kind == "licence":
        return _scan(made, variant, as_pdf=variant > 0)
    return _scan(made, variant, as_pdf=True) if kind == "authority" else (made, "pdf")


def _scan(made: bytes, variant: int, *, as_pdf: bool) -> tuple[bytes, str]:
    """The paper as a scanner would see it: a little askew, grained, yellowish."""
    import pypdfium2

    sheets = []
    document = pypdfium2.PdfDocument(made)
    for number in range(len(document)):
        page = document[number]
        drawn = page.render(scale=SCAN_WIDTH / page.get_size()[0]).to_pil().convert("L")
        turned = drawn.rotate(0.5 - 0.35 * variant, Image.Resampling.BICUBIC, fillcolor=252)
        grain = Image.effect_noise(turned.size, 18).point(lambda value: 216 + value // 4)
        grey = ImageChops.multiply(turned.filter(ImageFilter.GaussianBlur(0.35)), grain)
        sheets.append(
            Image.merge(
                "RGB", (grey, grey.point(lambda value: max(value - 3, 0)), grey.point(lambda value: max(value - 12, 0)))
            )
        )
    out = io.BytesIO()
    if as_pdf:
        sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:], quality=SCAN_QUALITY, resolution=110)
        return out.getvalue(), "pdf"
    sheets[0].save(out, "JPEG", quality=SCAN_QUALITY, dpi=(110, 110))
    return out.getvalue(), "jpg"


def _photo(variant: int) -> bytes:
    """A hall in dim light; nobody has to be able to tell which."""
    size = (1200, 800)
    ground = Image.linear_gradient("L").resize(size).point(lambda value: 70 + value // 3)
    picture = Image.merge(
        "RGB", (ground, ground.point(lambda value: value + 6), ground.point(lambda value: value + 14))
    )
    for column in range(6):
        left = 60 + column * 190 + variant * 24
        picture.paste((150 - 14 * column, 128, 96 + 9 * column), (left, 300 + 22 * (column % 3), left + 120, 700))
        picture.paste((206, 212, 216), (left + 20, 120, left + 100, 150))
    noise = Image.effect_noise(size, 24).convert("RGB")
    out = io.BytesIO()
    Image.blend(picture, noise, 0.06).save(out, "JPEG", quality=78)
    return out.getvalue()


def every_paper() -> list[tuple[str, int]]:
    """All kinds and numbers, for tests and for who wants them made beforehand."""
    return [(kind, number) for _pattern, kind, most in KINDS for number in range(most)]
