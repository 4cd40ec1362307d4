"""One look at a file that was just sealed: what it is, what must not be taken in, what the archivist should know."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from django.utils.translation import gettext as _

from kedang.foundation.files.kinds import media, packages, papers
from kedang.foundation.kernel.refused import Refused

HEAD = 1 << 16


@dataclass(frozen=True, slots=True)
class Look:
    """Media type, and a sentence for the archivist where something is odd about the file."""

    media_type: str
    finding: str = ""


def look(stream: BinaryIO, name: str) -> Look:
    """Tell the kind of a file from its content.

    Args:
        stream: the whole file, open to read and seek.
        name: its name, for the sentence of a refusal and for readings of the same bytes (CSV, HTML).

    Raises:
        Refused: ``file_executable``, ``file_bomb``.
    """
    head = stream.read(HEAD)
    extension = PurePath(name).suffix.lower().lstrip(".")
    _refuse_program(head, extension, name)
    if packages.is_zip(head):
        kind, finding = packages.look(stream, name)
        return Look(kind, finding)
    if b"%PDF-" in head[:1024]:
        return Look(media.PDF, papers.look_at_pdf(stream))
    kind = next((kind for at, mark, kind in media.SIGNATURES if head[at : at + len(mark)] == mark), "")
    if kind == media.OLE:
        return Look(*papers.look_at_ole(stream, extension))
    if not kind and head[:2] == b"BM" and len(head) > 14 and head[6:10] == bytes(4):
        kind = "image/bmp"
    if not kind and head[:2] in {b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"}:
        kind = "audio/mpeg"
    kind = kind or papers.text_kind(head, extension)
    return Look(kind or media.OCTETS, _odd_name(kind, extension))


def _refuse_program(head: bytes, extension: str, name: str) -> None:
    what = next((str(what) for at, mark, what in media.EXECUTABLES if head[at : at + len(mark)] == mark), "")
    if head[:2] == b"MZ" and _is_windows_program(head):
        what = _("Windows 程序")
    if what:
        raise Refused(
            "file_executable",
            _(
                "“%(name)s”的内容是可执行程序（%(what)s），与扩展名无关，没有存入。档案中不收程序文件；确需留存请打包成 ZIP 并说明。"
            )
            % {"name": name, "what": what},
        )
    if extension in media.SCRIPTS:
        raise Refused(
            "file_executable",
            _("“%(name)s”是程序或脚本（.%(extension)s），没有存入。档案中不收可以直接运行的文件。")
            % {"name": name, "extension": extension},
        )


def _is_windows_program(head: bytes) -> bool:
    """A PE file, or a DOS program: text that begins with these two letters is neither."""
    at = int.from_bytes(head[60:64], "little")
    return head[at : at + 4] == b"PE\0\0" or (len(head) > 64 and b"\0" in head[2:64] and b"DOS" in head[:256])


def _odd_name(kind: str, extension: str) -> str:
    """A document whose content is none: a broken file, or one under a wrong name."""
    if not kind and extension in {
        "pdf",
        "ofd",
        "docx",
        "xlsx",
        "pptx",
        "doc",
        "xls",
        "ppt",
        "jpg",
        "jpeg",
        "png",
        "tif",
        "tiff",
    }:
        return _("扩展名是 .%(extension)s，内容却不是这种格式，文件可能已损坏。") % {"extension": extension}
    return ""
