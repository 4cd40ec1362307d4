"""PDF by PDFium: the text of each page, and whether a page is a scan that must be recognised."""

from collections.abc import Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw

from kedang.foundation.files.reading.child.answers import Trouble

FEW_LETTERS = 12
"""A page with an image and no more letters than this (a stamped page number) is a scan."""


def opened(content: bytes) -> Any:
    """The document.

    Raises:
        Trouble: ``locked`` (password), ``broken``.
    """
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        locked = code in {pypdfium2.raw.FPDF_ERR_PASSWORD, pypdfium2.raw.FPDF_ERR_SECURITY}
        raise Trouble("locked" if locked else "broken") from error
    if len(document) == 0:
        raise Trouble("broken")
    return document


def pages(content: bytes, first: int, most: int) -> Iterator[dict[str, Any]]:
    """Number of pages, then each from ``first`` on; a page that does not open is said to be broken and the rest goes on."""
    document = opened(content)
    total = len(document)
    yield {"pages": total}
    for number in range(first, min(total, most) + 1):
        try:
            page = document[number - 1]
        except pypdfium2.PdfiumError:
            yield {"page": number, "text": "", "source": "nothing", "is_broken": True}
            continue
        try:
            text = _text(page)
            letters = sum(1 for char in text if char.isalnum())
            is_scan = letters <= FEW_LETTERS and _has_image(page)
            source = "waiting" if is_scan else "extracted" if letters else "nothing"
            yield {"page": number, "text": text, "source": source}
        finally:
            page.close()


def _text(page: Any) -> str:
    reader = page.get_textpage()
    try:
        return str(reader.get_text_bounded()).replace("\r\n", "\n").replace("\r", "\n")
    finally:
        reader.close()


def _has_image(page: Any) -> bool:
    wanted = [pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]
    return next(iter(page.get_objects(filter=wanted, max_depth=3)), None) is not None
