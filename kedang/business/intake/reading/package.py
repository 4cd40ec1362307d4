"""Looks into an Office package before anything opens it: sizes, lies about sizes, entities, formulas, the sheet's part."""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import islice
from pathlib import Path

from kedang.business.intake.reading import limits
from kedang.foundation.kernel.refused import Refused

_BLOCK = 1 << 18
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
_ATTRIBUTE = re.compile(rb'([\w:]+)\s*=\s*"([^"]*)"')
_FORMULA = re.compile(
    rb'<(?:\w+:)?c\s[^>]*?r="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<(?:\w+:)?f(?:\s[^>]*?)?(?:/>|>([^<]{0,4000})</(?:\w+:)?f>)'
)
_CUT = "工作簿不完整或已损坏，可能下载、复制中断。请重新获取文件，或用 Excel 打开后另存为新的 .xlsx 再导入"
_BOMB = "工作簿解压后异常庞大，已拒绝打开。若确是业务数据，请另存为 .csv 后再导入"


@dataclass
class Package:
    """What a look into the package told."""

    kind: str
    epoch_1904: bool = False
    sheet_parts: dict[str, str] = field(default_factory=dict)


def inspect(path: Path) -> Package:
    """Refuses bombs, entities and wrong types; every part is inflated once, in blocks, and measured."""
    _directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return _look(path, archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError, OSError) as error:
        raise Refused("workbook_broken", _CUT) from error


def _directory(path: Path) -> None:
    """The number of entries and the size of the directory, before a library builds objects of them."""
    with path.open("rb") as stream:
        stream.seek(0, 2)
        size = stream.tell()
        stream.seek(max(0, size - 65_557))
        tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        raise Refused("workbook_broken", _CUT)
    entries, directory = (
        struct.unpack("<H", tail[at + 10 : at + 12])[0],
        struct.unpack("<I", tail[at + 12 : at + 16])[0],
    )
    if entries > limits.MAX_ZIP_ENTRIES or directory > limits.MAX_ZIP_DIRECTORY:
        raise Refused("zip_bomb", _BOMB)


def _look(path: Path, archive: zipfile.ZipFile) -> Package:
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    kind = _kind(names, archive)
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused("workbook_locked", "工作簿有打开密码，请先在 Excel 中取消密码后再导入")
    declared = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if declared > limits.MAX_PACKAGE or packed > path.stat().st_size:
        raise Refused("zip_bomb", _BOMB)
    for entry in entries:
        if entry.file_size > limits.RATIO_FROM and entry.file_size > limits.MAX_RATIO * max(entry.compress_size, 1):
            raise Refused("zip_bomb", _BOMB)
    left = limits.MAX_PACKAGE
    for entry in entries:
        left -= _measure(archive, entry, left)
    package = Package(kind)
    if kind == "xlsx":
        _workbook(archive, names, package)
    return package


def _kind(names: set[str], archive: zipfile.ZipFile) -> str:
    lower = {name.lower() for name in names}
    if "xl/workbook.xml" in lower:
        return "xlsx"
    if "xl/workbook.bin" in lower:
        return "xlsb"
    if "mimetype" in names and "spreadsheet" in archive.read("mimetype")[:200].decode("ascii", "replace"):
        return "ods"
    if any(name.startswith("word/") for name in lower):
        raise Refused("wrong_type", "这是 Word 文档，不是表格。请把其中的表格复制到 Excel，另存为 .xlsx 后再导入")
    if any(name.startswith("ppt/") for name in lower):
        raise Refused("wrong_type", "这是演示文稿，不是表格。请把其中的表格复制到 Excel，另存为 .xlsx 后再导入")
    raise Refused("wrong_type", "这是压缩包，不是工作簿。请先解压，再选择其中的 .xlsx 或 .csv 文件")


def _measure(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> int:
    """Inflates one part and throws it away; its true size and its first entities are what matters."""
    is_xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
    total = 0
    tail = b""
    with archive.open(entry) as part:
        while block := part.read(_BLOCK):
            total += len(block)
            if total > left or total > entry.file_size:
                raise Refused("zip_bomb", _BOMB)
            if is_xml:
                if total == len(block) and block[:2] in (b"\xff\xfe", b"\xfe\xff"):
                    raise Refused("workbook_broken", "工作簿的内部文字编码不常见，请用 Excel 另存为新的 .xlsx 再导入")
                if b"<!" in block and (b"<!DOCTYPE" in tail + block or b"<!ENTITY" in tail + block):
                    raise Refused("xml_entities", "工作簿内含外部实体或自定义实体声明，可能有恶意内容，已拒绝打开")
                tail = block[-16:]
    return total


def _attributes(raw: bytes) -> dict[str, str]:
    return {key.decode(): unescape(value.decode("utf-8", "replace")) for key, value in _ATTRIBUTE.findall(raw)}


def _workbook(archive: zipfile.ZipFile, names: set[str], package: Package) -> None:
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return
    workbook = archive.read("xl/workbook.xml")[: 4 * limits.MIB]
    package.epoch_1904 = re.search(rb'date1904\s*=\s*"(?:1|true)"', workbook) is not None
    targets = {}
    for raw in _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels")[: 4 * limits.MIB]):
        found = _attributes(raw)
        target = found.get("Target", "")
        targets[found.get("Id", "")] = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
    for raw in _SHEET.findall(workbook):
        found = _attributes(raw)
        part = targets.get(found.get("r:id", ""), "")
        if part in names:
            package.sheet_parts[found.get("name", "")] = part


def formulas(path: Path, part: str) -> dict[int, dict[int, str]]:
    """Formula cells of one sheet: ``{line: {column index: formula}}``, up to a limit."""
    found: dict[int, dict[int, str]] = {}
    for letters, line, text in islice(_formula_cells(path, part), limits.MAX_FORMULAS):
        found.setdefault(line, {})[column_index(letters)] = text
    return found


def _formula_cells(path: Path, part: str) -> Iterator[tuple[str, int, str]]:
    rest = b""
    with zipfile.ZipFile(path) as archive, archive.open(part) as stream:
        while block := stream.read(_BLOCK):
            rest += block
            if b"<f" not in rest and b":f" not in rest:
                rest = rest[-2000:]
                continue
            cut = max(rest.rfind(b"<c "), rest.rfind(b":c "))
            ready, rest = (rest[:cut], rest[cut - 8 if cut > 8 else 0 :]) if cut > 0 else (b"", rest[-8000:])
            for letters, line, text in _FORMULA.findall(ready):
                yield letters.decode(), int(line), unescape(text.decode("utf-8", "replace"))[:120]
        for letters, line, text in _FORMULA.findall(rest):
            yield letters.decode(), int(line), unescape(text.decode("utf-8", "replace"))[:120]


def column_index(letters: str) -> int:
    """``A`` 0, ``Z`` 25, ``AA`` 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def column_letters(index: int) -> str:
    """The reverse of ``column_index``."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
