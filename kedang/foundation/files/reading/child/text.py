"""Task ``text``: the pages of a file as text, by what the content is."""

import re
from collections.abc import Iterator
from typing import Any

from kedang.foundation.files.reading.child.answers import MOST_PAGES, Frame, Trouble

MOST_LETTERS = 100_000
"""Of one page."""
_CONTROL = re.compile(r"[\x00\x01\x03-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff￾￿]")


def read(request: dict[str, Any], content: bytes) -> Iterator[Frame]:
    """Frames ``{kind, pages}`` first, then ``{page, text, title, source}`` for each page from ``first`` on."""
    kind = kind_of(content, request.get("media_type", ""), request.get("name", ""))
    first = int(request.get("first", 1))
    for number, page in enumerate(_pages(kind, content, first), 0):
        if number == 0:
            total = int(page["pages"])
            yield {"kind": kind, "pages": total, "is_cut": total > MOST_PAGES or bool(page.get("is_cut"))}, b""
            continue
        text = _CONTROL.sub("", page.get("text", ""))
        yield {**page, "text": text[:MOST_LETTERS], "title": _CONTROL.sub("", page.get("title", ""))[:200]}, b""


def kind_of(content: bytes, media_type: str, name: str) -> str:
    """``pdf``, ``picture``, ``docx`` …; empty text is text.

    Raises:
        Trouble: ``no_text`` for kinds that hold none, ``old_office``, ``locked``.
    """
    head = content[:1024]
    if b"%PDF-" in head:
        return "pdf"
    if _is_picture(content):
        return "picture"
    if content[:4] in {b"PK\x03\x04", b"PK\x05\x06"}:
        from kedang.foundation.files.reading.child.packages import office_kind

        return office_kind(content)
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Trouble("locked")
        if "Workbook".encode("utf-16-le") in content:
            return "xlsx"
        raise Trouble("old_office")
    if content[:5] == b"{\\rtf":
        raise Trouble("old_office")
    if media_type == "message/rfc822" or name.lower().endswith(".eml"):
        return "mail"
    if media_type.startswith(("audio/", "video/")) or (
        b"\0" in content[:4096] and content[:2] not in {b"\xff\xfe", b"\xfe\xff"}
    ):
        raise Trouble("no_text")
    return "text"


def _is_picture(content: bytes) -> bool:
    return (
        content[:8] == b"\x89PNG\r\n\x1a\n"
        or content[:3] == b"\xff\xd8\xff"
        or content[:4] in {b"II*\0", b"MM\0*", b"GIF8"}
        or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")
        or (content[:2] == b"BM" and content[6:10] == bytes(4))
    )


def _pages(kind: str, content: bytes, first: int) -> Iterator[dict[str, Any]]:
    if kind == "pdf":
        from kedang.foundation.files.reading.child.pdf import pages

        return pages(content, first, MOST_PAGES)
    if kind == "picture":
        from kedang.foundation.files.reading.child.pictures import sheets

        return sheets(content, first)
    if kind in {"docx", "pptx"}:
        from kedang.foundation.files.reading.child.office import blocks

        return _numbered(blocks(kind, content), first)
    if kind == "xlsx":
        from kedang.foundation.files.reading.child.tables import workbook

        return _numbered(workbook(content), first)
    from kedang.foundation.files.reading.child.plain import mail, plain

    return _numbered(mail(content) if kind == "mail" else plain(content), first)


def _numbered(made: Iterator[dict[str, Any]], first: int) -> Iterator[dict[str, Any]]:
    """Kinds without pages of their own: the pieces become pages; what there is beyond the most is left."""
    found: list[dict[str, Any]] = []
    is_cut = False
    for one in made:
        if len(found) == MOST_PAGES:
            is_cut = True
            break
        found.append(one)
    yield {"pages": len(found), "is_cut": is_cut}
    for number, one in enumerate(found, 1):
        if number >= first:
            yield {"page": number, "source": "extracted", **one}
