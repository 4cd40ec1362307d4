"""Decides the encoding of a text from the whole of it, in constant memory: an odd byte may come at the very end."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from kedang.foundation.kernel.refused import Refused

_BLOCK = 1 << 20
_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LABELS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8（带 BOM）", "gb18030": "GB18030（国标）", "utf-16": "UTF-16"}


class Encoding(NamedTuple):
    """The codec, and whether some bytes do not fit it (they read as U+FFFD)."""

    codec: str
    damaged: int = 0

    @property
    def label(self) -> str:
        return LABELS.get(self.codec, self.codec.upper())


def decide(opener: Callable[[], BinaryIO]) -> Encoding:
    """UTF-8 where it holds to the end, else GB18030 where that holds, else the better of both if nearly right."""
    with opener() as stream:
        head = stream.read(4096)
    for bom, codec in _BOMS:
        if head.startswith(bom):
            return Encoding(codec, _misfits(opener, codec)[0])
    if b"\0" in head:
        return _wide(head)
    bad_utf8, others = _misfits(opener, "utf-8")
    if bad_utf8 == 0:
        return Encoding("utf-8")
    if bad_utf8 * 40 < others:
        return Encoding("utf-8", bad_utf8)
    bad_gb, others = _misfits(opener, "gb18030")
    if bad_gb * 40 <= others:
        return Encoding("gb18030", bad_gb)
    raise Refused(
        "encoding_unknown",
        "文件不是可识别的文字：既不是 UTF-8 也不是 GB18030 编码。请用 Excel 打开后另存为“CSV UTF-8”或 .xlsx 再导入",
    )


def _wide(head: bytes) -> Encoding:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 4 * even and odd * 20 > len(head):
        return Encoding("utf-16-le")
    if even > 4 * odd and even * 20 > len(head):
        return Encoding("utf-16-be")
    raise Refused("binary_file", "文件含有二进制内容，不是表格文字。请用 Excel 打开原表，另存为 .xlsx 或 .csv 后再导入")


def _misfits(opener: Callable[[], BinaryIO], codec: str) -> tuple[int, int]:
    """How many characters do not fit, and how many beyond ASCII there are; stops early where it is hopeless."""
    decoder = codecs.getincrementaldecoder(codec)("replace")
    bad = others = 0
    wide = codec.startswith("utf-16")
    with opener() as stream:
        while True:
            block = stream.read(_BLOCK)
            if block and not wide and b"\0" in block:
                raise Refused("binary_file", "文件中间含有二进制内容（空字节），不是完整的表格文字，请重新导出后再导入")
            text = decoder.decode(block, not block)
            if not text.isascii():
                missed = text.count("\ufffd")
                bad += missed
                others += len(text.encode("utf-8", "replace")) - len(text) >> 1
            if not block:
                return bad, others
            if bad > 2000 and bad * 10 > others:
                return bad, others
