"""PDF, old Office containers and text: kind, and whether a password or damage stands in the way of reading."""

import os
import re
from typing import BinaryIO

from django.utils.translation import gettext as _

from kedang.foundation.files.kinds import media

TAIL = 1 << 16
_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF")
_OLE_STREAMS = (
    ("WordDocument", media.DOC),
    ("Workbook", media.XLS),
    ("Book", media.XLS),
    ("PowerPoint Document", media.PPT),
    ("VisioDocument", "application/vnd.visio"),
    ("__properties_version1.0", "application/vnd.ms-outlook"),
)


def look_at_pdf(stream: BinaryIO) -> str:
    """A sentence where a PDF is cut off, damaged or locked; the file itself is kept as it came."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - TAIL))
    tail = stream.read(TAIL)
    starts = _START.findall(tail)
    if not starts:
        return _("PDF 不完整（没有结尾），可能打不开，请核对原文件。")
    at = int(starts[-1])
    stream.seek(min(at, size))
    table = stream.read(32)
    if at >= size or not (table.lstrip().startswith(b"xref") or re.match(rb"\s*\d+\s+\d+\s+obj", table)):
        return _("PDF 的索引已损坏，可能打不开或缺页，请核对原文件。")
    stream.seek(at)
    if b"/Encrypt" in tail or b"/Encrypt" in stream.read(TAIL).partition(b"stream")[0]:
        return _("PDF 设有密码或权限限制，可能无法预览和识别文字，请取得不加密的版本。")
    return ""


def look_at_ole(stream: BinaryIO, extension: str) -> tuple[str, str]:
    """Kind and finding of an OLE container: the names of its streams stand in the directory as UTF-16."""
    stream.seek(0)
    head = stream.read(1 << 20)
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - (1 << 20)))
    seen = head + stream.read(1 << 20)
    if "EncryptedPackage".encode("utf-16-le") in seen:
        return media.EXTENSIONS.get(extension[:3], media.OLE), _(
            "Office 文件设有打开密码，无法预览和识别文字，请取得不加密的版本。"
        )
    for name, kind in _OLE_STREAMS:
        if name.encode("utf-16-le") + b"\0\0" in seen:
            return kind, ""
    return media.OLE, ""


def text_kind(head: bytes, extension: str) -> str:
    """Media type of text in UTF-8, UTF-16 or GB 18030; empty where the bytes are none."""
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        text = head[2:].decode("utf-16-le" if head[0] == 0xFF else "utf-16-be", "replace")
    elif b"\0" in head:
        return ""
    else:
        found = _decoded(head)
        if found is None:
            return ""
        text = found
    start = text.lstrip("\ufeff \t\r\n")[:512].lower()
    if start.startswith(("<!doctype html", "<html")):
        return "text/html"
    if "<svg" in start and start.startswith(("<?xml", "<svg", "<!doctype svg")):
        return "image/svg+xml"
    if start.startswith("<?xml"):
        return "text/xml"
    meant = media.EXTENSIONS.get(extension, media.TEXT)
    is_text = meant.startswith(("text/", "message/")) or meant in {"application/json", "image/vnd.dxf"}
    return meant if is_text else media.TEXT


def _decoded(head: bytes) -> str | None:
    """Text, where the bytes are text; a character cut by the end of the head does no harm."""
    control = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head[:4096])
    if control > len(head[:4096]) // 100:
        return None
    for coding, most in (("utf-8", 4), ("gb18030", 4)):
        for cut in range(most):
            try:
                return head[: len(head) - cut].decode(coding)
            except UnicodeDecodeError as error:
                if error.start < len(head) - 8:
                    break
    return None
