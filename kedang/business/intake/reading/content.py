"""What a file is, told from its first bytes; the name is not asked."""

from __future__ import annotations

import os
from pathlib import Path

from kedang.business.intake.reading import limits
from kedang.foundation.kernel.refused import Refused

_ADVICE = "请用 Excel 或 WPS 打开原表，另存为 .xlsx 或 .csv 后再导入"
_STRANGERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF 文件"),
    (b"\x89PNG", "图片（PNG）"),
    (b"\xff\xd8\xff", "图片（JPEG）"),
    (b"GIF8", "图片（GIF）"),
    (b"BM", "图片（BMP）"),
    (b"II*\x00", "图片（TIFF）"),
    (b"MM\x00*", "图片（TIFF）"),
    (b"MZ", "可执行程序"),
    (b"\x7fELF", "可执行程序"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"BZh", "bzip2 压缩包"),
    (b"\xfd7zXZ", "xz 压缩包"),
    (b"\x28\xb5\x2f\xfd", "zstd 压缩包"),
    (b"SQLite format 3\x00", "数据库文件"),
    (b"{\\rtf", "RTF 文档"),
)
_BMP_MIN = 26


def kind_of(path: Path) -> str:
    """``text``, ``gzip``, ``zip`` or ``compound`` (the container of XLS); anything else is refused by name."""
    try:
        size = os.path.getsize(path)
    except OSError as error:
        raise Refused("file_missing", f"读不到文件“{path.name}”，请重新选择") from error
    if size == 0:
        raise Refused("file_empty", "文件是空的（0 字节），请检查是否选错文件或导出没有完成")
    if size > limits.MAX_FILE:
        raise Refused("file_too_large", f"文件超过 {limits.MAX_FILE // limits.MIB} MiB，请分成几个文件导入")
    with path.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "compound"
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    _refuse_strangers(head)
    return "text"


def _refuse_strangers(head: bytes) -> None:
    for magic, name in _STRANGERS:
        if head.startswith(magic) and not (magic in (b"BM", b"MZ") and b"\0" not in head[:64]):
            gap = " " if name[0].isascii() else ""
            raise Refused("wrong_type", f"这是{gap}{name}，不是表格。{_ADVICE}")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head")):
        raise Refused("html_table", f"这是网页格式的表格（有些系统导出的 .xls 其实是网页）。{_ADVICE}")
    if start.startswith((b"<?xml", b"<!doctype")) or b"<workbook" in start:
        raise Refused("xml_table", f"这是 XML 文件，不是可直接导入的表格。{_ADVICE}")
    if start.startswith((b"{", b"[{", b"[[")):
        raise Refused("json_file", f"这是 JSON 数据，不是表格。{_ADVICE}")
