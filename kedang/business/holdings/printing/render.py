"""From a sheet to PDF, XLSX or a picture for the screen."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from kedang.business.holdings.printing.sheet import Sheet, secrecy_words
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.web.printing.renderer import qr_svg, render, softened
from kedang.foundation.web.records.sheets import write_xlsx

HERE = Path(__file__).resolve().parent
PREVIEW_SCALE = 1.15
"""Pixels per point of a preview: to be looked at, too coarse to be used."""


def pdf_of(sheet: Sheet, actor: Actor, origin: str = "", *, preview: bool = False) -> bytes:
    """The form as PDF. ``origin`` is the address of this house, so that a phone's camera opens the page that compares."""
    data: dict[str, Any] = {
        **sheet.data,
        "title": sheet.title,
        "code": "" if preview else sheet.code,
        "preview": preview,
        "columns": [
            {"label": head.label, "width": head.width, "align": head.align, "is_code": head.is_code}
            for head in sheet.heads
        ],
        "rows": sheet.rows,
        "form": str(sheet.form),
        "mark": {
            "company": sheet.fonds.name,
            "printed_by": actor.display_name,
            "printed_at": f"{clock.local(clock.now()):%Y-%m-%d %H:%M}",
            "secrecy": secrecy_words(sheet.secrecy_level if sheet.mark_level is None else sheet.mark_level),
        },
        "say": _say(),
    }
    qr = "" if preview else qr_svg(address_of(sheet.code, origin))
    return render(
        HERE / sheet.template, {**softened(data), "qr": qr, "drawings": sheet.drawings}, tagged=len(sheet.lines) <= 100
    )


def address_of(code: str, origin: str) -> str:
    """What the code of a sheet holds: the address of the page that compares, or the code alone."""
    return f"{origin.rstrip('/')}/archive/sheets/?code={code}" if origin else code


def xlsx_of(sheet: Sheet) -> bytes:
    """A table form as a workbook; figures are numbers, codes and dates stay text."""
    labels = [head.label for head in sheet.heads]
    lines = [
        [
            (cell, int(cell) if head.is_number and cell.isdecimal() else None)
            for head, cell in zip(sheet.heads, cells, strict=True)
        ]
        for cells in sheet.rows
    ]
    target = io.BytesIO()
    write_xlsx(target, sheet.title, labels, lines)
    return target.getvalue()


def pages_of(pdf: bytes) -> int:
    """Number of pages."""
    import pypdfium2  # a large library, for those who print

    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def picture_of(pdf: bytes, number: int = 0, scale: float = PREVIEW_SCALE) -> bytes:
    """A page as PNG."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[min(max(number, 0), len(document) - 1)]
        target = io.BytesIO()
        page.render(scale=scale).to_pil().save(target, "PNG")
        return target.getvalue()
    finally:
        document.close()


def joined(parts: list[bytes]) -> bytes:
    """Several forms one after the other in one file."""
    import pypdfium2

    if len(parts) == 1:
        return parts[0]
    whole = pypdfium2.PdfDocument.new()
    try:
        for part in parts:
            source = pypdfium2.PdfDocument(part)
            whole.import_pages(source)
            source.close()
        target = io.BytesIO()
        whole.save(target)
        return target.getvalue()
    finally:
        whole.close()


def _say() -> dict[str, str]:
    """Words of the forms, in the language of who prints."""
    return {
        "fonds_name": _("全宗名称"),
        "series_name": _("类目名称"),
        "volume_title": _("案卷题名"),
        "from": _("自"),
        "until": _("至"),
        "year": _("年"),
        "years": _("年度"),
        "month": _("月"),
        "day": _("日"),
        "retention": _("保管期限"),
        "this_volume": _("本卷共"),
        "pieces": _("件"),
        "pages": _("页"),
        "filing_number": _("归档号"),
        "code": _("档号"),
        "fonds_code": _("全宗号"),
        "catalogue": _("目录号"),
        "volume_number": _("案卷号"),
        "unit": _("立卷单位"),
        "span": _("起止日期"),
        "secrecy": _("密级"),
        "cross": _("互见号"),
        "situation": _("本卷情况说明"),
        "remark": _("说明"),
        "arranged_by": _("立卷人"),
        "checked_by": _("检查人"),
        "arranged_on": _("立卷时间"),
        "box_situation": _("盒内文件情况说明"),
        "sorted_by": _("整理人"),
        "sorted_on": _("整理日期"),
        "checked_on": _("检查日期"),
        "box_number": _("盒号"),
        "item_numbers": _("起止件号"),
        "volume_numbers": _("起止案卷号"),
        "function": _("机构（问题）"),
        "archive_box": _("档案盒"),
        "parts": _("目次"),
        "short_words": _("简称（代码）表"),
        "table": _("目录表"),
        "table_notes": _("备考表"),
        "table_pages": _("本目录表共 {pages} 张。"),
        "unsigned": _("（待签认）"),
        "preview": _("预览"),
    }
