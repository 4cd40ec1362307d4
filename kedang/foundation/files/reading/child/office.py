"""Word and PowerPoint documents: headings, paragraphs and tables as lines; a page where Word last broke one, a page for each slide."""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from kedang.foundation.files.reading.child.answers import HEADING
from kedang.foundation.files.reading.child.packages import opened, part, tree
from kedang.foundation.files.reading.child.plain import cut

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
BREAK = "\x0c"
LINES_OF_A_PAGE = 45
_SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")


def blocks(kind: str, content: bytes) -> Iterator[dict[str, Any]]:
    """Pages of a document."""
    return _document(content) if kind == "docx" else _slides(content)


def _document(content: bytes) -> Iterator[dict[str, Any]]:
    package = opened(content)
    body = tree(part(package, "word/document.xml")).find(f"{W}body")
    lines = list(_lines(body)) if body is not None else []
    for name in ("word/footnotes.xml", "word/comments.xml"):
        found = part(package, name)
        if found:
            lines += [BREAK, *_lines(tree(found))] if lines else list(_lines(tree(found)))
    page: list[str] = []
    for line in lines:
        pieces = line.split(BREAK)
        page.append(pieces[0])
        for piece in pieces[1:]:
            if any(one.strip() for one in page):
                yield from cut(page)
            page = [piece]
    if any(one.strip() for one in page):
        yield from cut(page)


def _lines(body: Element) -> Iterator[str]:
    for one in body:
        if one.tag == f"{W}p":
            yield _heading(one) + _run_text(one)
        elif one.tag == f"{W}tbl":
            for row in one.iter(f"{W}tr"):
                cells = [" ".join(_run_text(cell).replace(BREAK, " ").split()) for cell in row.findall(f"{W}tc")]
                yield "\t".join(cells) + ("\t" if len(cells) == 1 else "")
        elif one.tag != f"{W}sectPr":
            yield from _lines(one)  # content controls, changes that were kept, footnotes


def _heading(paragraph: Element) -> str:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    name = (style.get(f"{W}val") or "").lower() if style is not None else ""
    level = paragraph.find(f"{W}pPr/{W}outlineLvl")
    return (
        HEADING if level is not None or name.startswith(("heading", "title", "标题")) or name in {"1", "2", "3"} else ""
    )


def _run_text(node: Element) -> str:
    """Text of the runs, page breaks as form feeds; deleted text is not text."""
    parts: list[str] = []
    for one in node.iter():
        if one.tag == f"{W}t":
            parts.append(one.text or "")
        elif one.tag == f"{W}tab":
            parts.append(" ")
        elif one.tag == f"{W}lastRenderedPageBreak":
            parts.append(BREAK)
        elif one.tag == f"{W}br":
            parts.append(BREAK if one.get(f"{W}type") == "page" else " ")
        elif one.tag == f"{W}p" and one is not node and parts:
            parts.append(" ")
    return "".join(parts)


def _slides(content: bytes) -> Iterator[dict[str, Any]]:
    package = opened(content)
    numbers = sorted(int(found[1]) for name in package.namelist() if (found := _SLIDE.fullmatch(name)))
    for number in numbers:
        slide = tree(part(package, f"ppt/slides/slide{number}.xml"))
        lines = [line for line in _slide_lines(slide) if line.strip()]
        notes = part(package, f"ppt/notesSlides/notesSlide{number}.xml")
        if notes:
            lines += ["", *[line for line in _slide_lines(tree(notes)) if line.strip()]]
        if lines and "\t" not in lines[0]:
            lines[0] = HEADING + lines[0]
        yield {"text": "\n".join(lines)}


def _slide_lines(slide: Element) -> Iterator[str]:
    in_tables = {id(one) for table in slide.iter(f"{A}tbl") for one in table.iter(f"{A}p")}
    for one in slide.iter():
        if one.tag == f"{A}p" and id(one) not in in_tables:
            yield "".join(text.text or "" for text in one.iter(f"{A}t"))
        elif one.tag == f"{A}tr":
            yield "\t".join("".join(text.text or "" for text in cell.iter(f"{A}t")) for cell in one.findall(f"{A}tc"))
