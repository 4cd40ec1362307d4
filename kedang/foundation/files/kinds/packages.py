"""ZIP and what is made of it: Office documents, OFD, plain packages. Packages that would flood the machine are refused."""

import io
import zipfile
from itertools import pairwise
from typing import BinaryIO

from django.utils.translation import gettext as _

from kedang.foundation.files.kinds import media
from kedang.foundation.kernel.refused import Refused

MOST_ENTRIES = 200_000
MOST_UNPACKED = 64 << 30
MOST_RATIO, RATIO_FROM = 250, 64 << 20
NESTED_BYTES, NESTED_DEPTH, NESTED_LOOKED_AT = 32 << 20, 4, 256 << 20
DIRECTORY_BYTES = 64 << 20

_KINDS = (
    ("OFD.xml", media.OFD),
    ("word/document.xml", media.DOCX),
    ("xl/workbook.xml", media.XLSX),
    ("xl/workbook.bin", "application/vnd.ms-excel.sheet.binary.macroenabled.12"),
    ("ppt/presentation.xml", media.PPTX),
)


class _Flood(Exception):
    """More would come out of a package than anybody honest puts in."""


def is_zip(head: bytes) -> bool:
    """Begins like a ZIP, also an empty or a split one."""
    return head[:4] in {b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"}


def look(stream: BinaryIO, name: str) -> tuple[str, str]:
    """Media type and finding of a file that begins like a ZIP.

    Raises:
        Refused: ``file_bomb``; ``file_executable`` for Java and Android programs.
    """
    try:
        refuse_directory(stream)
        with zipfile.ZipFile(stream) as package:
            _measure(package, [0, 0, 0], 0)
            names = set(package.namelist())
            encrypted = any(info.flag_bits & 1 for info in package.infolist())
            kind = _kind_of(package, names)
    except _Flood as flood:
        raise Refused(
            "file_bomb",
            _("“%(name)s”是异常压缩包（%(why)s），没有存入。如确有需要，请解压后分批上传。")
            % {"name": name, "why": flood},
        ) from flood
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, RuntimeError):
        return media.ZIP, _("压缩包或 Office 文件不完整，可能打不开，请核对原文件。")
    if kind == media.ZIP and names & {"classes.dex", "AndroidManifest.xml", "META-INF/MANIFEST.MF"}:
        raise Refused("file_executable", _("“%(name)s”是打包的程序（Java 或 Android），没有存入。") % {"name": name})
    return kind, _("压缩包中有加密的文件，需要密码才能打开。") if encrypted else ""


def open_package(stream: BinaryIO, name: str) -> zipfile.ZipFile:
    """A ZIP, open to read, whose directory is of bearable size; what is in it is not looked at.

    Raises:
        Refused: ``file_bomb``, ``zip_unreadable``.
    """
    try:
        refuse_directory(stream)
        return zipfile.ZipFile(stream)
    except _Flood as flood:
        raise Refused(
            "file_bomb", _("“%(name)s”是异常压缩包（%(why)s），没有解压。") % {"name": name, "why": flood}
        ) from flood
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, RuntimeError) as error:
        raise Refused(
            "zip_unreadable",
            _("“%(name)s”不是 ZIP 压缩包，或已损坏，没有解压。RAR、7z 请先解压，或改存为 ZIP。") % {"name": name},
        ) from error


def refuse_directory(stream: BinaryIO) -> None:
    """A directory larger than memory should hold is not read at all."""
    end = zipfile._EndRecData(stream)  # type: ignore[attr-defined]  # the only reader of the end record there is
    if end is None:
        raise zipfile.BadZipFile
    if end[zipfile._ECD_SIZE] > DIRECTORY_BYTES or end[zipfile._ECD_ENTRIES_TOTAL] > MOST_ENTRIES:  # type: ignore[attr-defined]
        raise _Flood(_("文件数超过 %(most)s") % {"most": f"{MOST_ENTRIES:,}"})
    stream.seek(0)


def _measure(package: zipfile.ZipFile, sums: list[int], depth: int) -> None:
    """Add up what the package, and packages in it, would become. ``sums``: bytes unpacked, bytes of
    the outermost packed ones, bytes unpacked to look at packages within.
    """
    spans = []
    for info in package.infolist():
        sums[0] += info.file_size
        if depth == 0:
            sums[1] += info.compress_size
            spans.append((info.header_offset, info.header_offset + info.compress_size))
        if info.file_size > RATIO_FROM and info.file_size > MOST_RATIO * max(1, info.compress_size):
            raise _Flood(_("压缩比超过 %(most)s 倍") % {"most": MOST_RATIO})
    if sums[0] > MOST_UNPACKED:
        raise _Flood(_("解压后超过 %(most)s GiB") % {"most": MOST_UNPACKED >> 30})
    if sums[0] > RATIO_FROM and sums[0] > MOST_RATIO * max(1, sums[1]):
        raise _Flood(_("压缩比超过 %(most)s 倍") % {"most": MOST_RATIO})
    spans.sort()
    if any(begin < end for (_start, end), (begin, _end) in pairwise(spans)):
        raise _Flood(_("其中的文件相互重叠"))
    for info in package.infolist():
        if info.filename.lower().endswith(".zip") and 0 < info.file_size <= NESTED_BYTES and not info.flag_bits & 1:
            _measure_nested(package, info, sums, depth + 1)


def _measure_nested(package: zipfile.ZipFile, info: zipfile.ZipInfo, sums: list[int], depth: int) -> None:
    if depth > NESTED_DEPTH:
        raise _Flood(_("压缩包层层嵌套超过 %(most)s 层") % {"most": NESTED_DEPTH})
    sums[2] += info.file_size
    if sums[2] > NESTED_LOOKED_AT:
        return
    try:
        content = io.BytesIO(package.read(info))
        refuse_directory(content)
        nested = zipfile.ZipFile(content)
    except (zipfile.BadZipFile, ValueError, RuntimeError, EOFError, OSError):
        return
    with nested:
        _measure(nested, sums, depth)


def _kind_of(package: zipfile.ZipFile, names: set[str]) -> str:
    for name, kind in _KINDS:
        if name in names:
            return kind
    if "mimetype" in names and package.getinfo("mimetype").file_size < 200:  # OpenDocument, EPUB
        said = package.read("mimetype").decode("ascii", "replace").strip()
        if said.startswith(("application/vnd.oasis.", "application/epub")):
            return said[:120]
    return media.ZIP
