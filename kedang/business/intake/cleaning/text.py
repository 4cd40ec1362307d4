"""What is done to any text before its type is asked: one search decides whether there is anything to do at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from html import unescape

Tidied = tuple[str, tuple[str, ...]]

EMPTY = frozenset(
    "N/A n/a NA #N/A N／A NULL null Null None none NaN nan nil - -- --- — —— ——— － / // \\ . 。 * ? ？ … "
    "无 暂无 没有 未知 不详 未填 未填写 空 待补充 （无） (无) 无数据 无信息 缺失 暂缺 #VALUE! #REF! #NAME? #DIV/0!".split()
)
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufff9-\ufffb]+"
)
# Full-width forms that are not Chinese punctuation: ！，（）：；？ stay.
_WIDE = "＂＃＄％＆＇＊＋－．／０１２３４５６７８９＜＝＞＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ＼＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝"
_NARROW = {ord(c): chr(ord(c) - 0xFEE0) for c in _WIDE}
_NARROW_ALL = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0x3002: "."}
_SPACE_CHARACTERS = "\t\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_ODD_SPACE = re.compile(f"[{_SPACE_CHARACTERS}]")
_MANY_SPACES = re.compile(r" {2,}")
_CJK = "\u3400-\u4dbf\u4e00-\u9fff\u3001\u3002\uff01-\uff1f（）【】《》“”"
_SPACE_IN_CHINESE = re.compile(f"(?<=[{_CJK}]) +(?=[{_CJK}])")
_ODD_SIGNS = re.compile("[〓□■\ufffd\u25a1\ue000-\uf8ff]+")
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,5}|#x[0-9a-fA-F]{2,4});")
_EXCEL = re.compile(r'="([^"]*)"\Z')


@cache
def traditional() -> dict[int, str]:
    """Traditional characters that the standard list does not know, with their standard form."""
    from opencc import OpenCC

    block = [chr(code) for code in range(0x4E00, 0xA000)]
    simple = str(OpenCC("t2s").convert("\n".join(block))).split("\n")
    changed: dict[int, str] = {}
    for before, after in zip(block, simple, strict=True):
        # Simplified forms outside the basic plane are missing in most fonts.
        if before == after or len(after) != 1 or ord(after) > 0xFFFF:
            continue
        try:
            before.encode("gb2312")
        except UnicodeEncodeError:
            changed[ord(before)] = after
    return changed


@cache
def _suspicious(with_traditional: bool) -> re.Pattern[str]:
    """Anything that a rule below might touch: one character class, which is the fastest thing that ``re`` can search."""
    extra = "".join(map(chr, traditional())) if with_traditional else ""
    signs = (
        "\x00-\x09\x0b-\x1f\x7f-\xa0\u00ad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\ufff9-\ufffd〓□■\u3000\ufeff"
    )
    return re.compile(f"[&=\ue000-\uf8ff{signs}{_WIDE}{extra}]")


def tidier(type_: str, off: frozenset[str]) -> tuple[Callable[[str], object], Callable[[str], Tidied]]:
    """Two functions for the cells of one column, with the switched-off rules left out: what tells of something odd, and what tidies it.

    A cell in which the first finds nothing, and that has no blank and no line break at its ends, is left as it is.
    """
    keeps_tradition = type_ in ("name", "person") or "simplified" in off
    keeps_odd = type_ in ("name", "person")

    def tidy(cell: str) -> Tidied:
        return _tidy(cell, off, keeps_tradition, keeps_odd)

    return _suspicious(not keeps_tradition).search, tidy


def _tidy(text: str, off: frozenset[str], keeps_tradition: bool, keeps_odd: bool) -> Tidied:
    done: list[str] = []

    def step(code: str, after: str) -> str:
        if after == text or code in off:
            return text
        done.append(code)
        return after

    if text.startswith("="):
        text = step("excel_text", _EXCEL.sub(r"\1", text.strip()))
    if "&" in text and _ENTITY.search(text):
        text = step("entities", unescape(text))
    text = step("control", _CONTROL.sub("", text))
    text = step("width", text.translate(_NARROW))
    spaced = _MANY_SPACES.sub(" ", _ODD_SPACE.sub(" ", text))
    text = step("spaces", _SPACE_IN_CHINESE.sub("", spaced).strip())
    if keeps_odd:
        text = step("odd_signs", text.strip("〓□■\ufffd"))
    else:
        text = step("odd_signs", _ODD_SIGNS.sub("", text))
    if not keeps_tradition:
        text = step("simplified", text.translate(traditional()))
    return text, tuple(done)


def narrow(text: str) -> str:
    """Everything to half width, for codes, numbers and dates."""
    return text.translate(_NARROW_ALL).strip()
