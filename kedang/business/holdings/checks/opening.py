"""Whether a file opens: PDF by PDFium, images by Pillow, Office and packages by their directory, text by its encoding."""

import io
import zipfile
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from kedang.foundation.files import kinds
from kedang.foundation.files.kinds import media
from kedang.foundation.files.models import StoredFile

LARGEST_IMAGE = 200_000_000
"""Pixels; larger ones are looked at by their head only."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What opening has shown. ``is_known`` is False for formats that only a program of their own can open."""

    is_open: bool
    is_known: bool = True
    is_locked: bool = False
    pages: int | None = None
    finding: str = ""


def try_to_open(stream: BinaryIO, one: StoredFile) -> Opened:
    """Open it as a reader would; the bytes stay as they are."""
    kind = one.media_type
    try:
        if kind == media.PDF:
            return _pdf(stream)
        if kind.startswith("image/"):
            return _image(stream, kind)
        if kind in {media.DOCX, media.XLSX, media.PPTX, media.OFD, media.ZIP} or kind.startswith(media.OFFICE):
            return _zip(stream)
        seen = kinds.look(stream, one.name)
    except Exception as error:  # every reader fails in its own ways, and all of them mean that it does not open
        return Opened(False, finding=f"{type(error).__name__}: {error}"[:120])
    is_locked = bool(seen.finding) and _("密码") in seen.finding
    is_known = kind.startswith("text/") or kind in {media.DOC, media.XLS, media.PPT, "application/json"}
    return Opened(not seen.finding, is_known, is_locked, None, seen.finding)


def _pdf(stream: BinaryIO) -> Opened:
    import pypdfium2

    try:
        paper = pypdfium2.PdfDocument(stream, autoclose=False)
    except pypdfium2.PdfiumError as error:
        is_locked = "password" in str(error).lower()
        return Opened(
            False, is_locked=is_locked, finding=_("PDF 设有打开密码") if is_locked else _("PDF 已损坏，打不开")
        )
    try:
        pages = len(paper)
        if pages:
            paper[0].close()
        return Opened(pages > 0, pages=pages, finding="" if pages else _("PDF 没有页"))
    finally:
        paper.close()


def _image(stream: BinaryIO, kind: str) -> Opened:
    from PIL import Image, UnidentifiedImageError

    if kind in {
        "image/vnd.dwg",
        "image/vnd.dxf",
        "image/svg+xml",
        "image/vnd.adobe.photoshop",
        "image/heic",
        "image/avif",
    }:
        return Opened(True, is_known=False)
    try:
        with Image.open(stream) as picture:
            frames = int(getattr(picture, "n_frames", 1))
            if picture.width * picture.height <= LARGEST_IMAGE:
                picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        return Opened(False, finding=_("图片解不开：%(why)s") % {"why": str(error)[:80]})
    return Opened(True, pages=frames)


def _zip(stream: BinaryIO) -> Opened:
    readable: Any = stream if stream.seekable() else io.BytesIO(stream.read())
    with zipfile.ZipFile(readable) as package:
        members = package.infolist()
        if any(member.flag_bits & 1 for member in members):
            return Opened(False, is_locked=True, finding=_("包内有加密的文件"))
        first = next((member for member in members if not member.is_dir()), None)
        if first is not None:
            with package.open(first) as part:
                part.read(1 << 16)
    return Opened(bool(members))
