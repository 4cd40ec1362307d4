"""Small workbooks; text stays text, never a formula."""

import tempfile
from collections.abc import Sequence

import xlsxwriter
from django.http import FileResponse

from kedang.foundation.web.records.sheets import sign


def workbook(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], name: str) -> FileResponse:
    """A workbook of one sheet as a download."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by the response that streams it
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(title[:31])
    sign(book, sheet)
    bold = book.add_format({"bold": True, "bg_color": "#EEECE4", "bottom": 1})
    for at, head in enumerate(heads):
        sheet.write_string(0, at, head, bold)
    sheet.set_column(0, len(heads) - 1, 20)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, 1):
        for at, text in enumerate(row):
            sheet.write_string(number, at, text[:32000])
    book.close()
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name)
