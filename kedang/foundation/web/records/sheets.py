"""Writing rows into files: CSV that Excel reads, XLSX in constant memory; text is always text, never a formula."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from kedang.foundation.kernel import clock, context
from kedang.foundation.kernel.marks import present_mark
from kedang.foundation.kernel.marks_in_rows import bits_of, row_of

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
Line = list[tuple[str, Any]]
"""Cells of a row: text, and the number itself where it is one in clear."""


def guarded(text: str) -> str:
    """Text that a spreadsheet will not take for a formula; signed numbers stay numbers."""
    if text.startswith(DANGEROUS) and not text.lstrip("+-").replace(",", "").replace(".", "", 1).isdigit():
        return f"'{text}"
    return text


def csv_lines(labels: list[str], lines: Iterable[Line]) -> Iterator[str]:
    """Lines of a CSV file, with the mark by which Excel knows UTF-8, and the hidden one of who asks for it in its quotes."""
    bits = bits_of(present_mark())
    yield "\ufeff"
    yield row_of([guarded(label) for label in labels], bits_of(""))
    for line in lines:
        yield row_of([guarded(text) for text, _value in line], bits)


def sign(book: Any, sheet: Any) -> None:
    """The visible mark at the foot of every printed page, and the hidden one in the properties: who exported this, and when."""
    mark = present_mark()
    if not mark:
        return
    who = exporter_words()
    sheet.set_footer(f"&L&8{who}&R&8&P / &N")
    book.set_properties({"comments": who})
    book.set_custom_property("Kedang", mark)


def exporter_words() -> str:
    """``导出：何静 2026-11-22 10:03``."""
    from kedang.foundation.access.models import Person

    name = Person.objects.filter(pk=context.current().who()).values_list("name", flat=True).first() or ""
    return _("导出：%(name)s %(at)s") % {
        "name": name.replace("&", "&&"),
        "at": f"{clock.local(clock.now()):%Y-%m-%d %H:%M}",
    }


def write_xlsx(target: Any, title: str, labels: list[str], lines: Iterable[Line]) -> int:
    """Write a workbook of one sheet to a file object or path; returns the number of rows."""
    import xlsxwriter  # a tenth of the start of a process, for a workbook now and then

    book = xlsxwriter.Workbook(
        target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(title[:31])
    sign(book, sheet)
    head = book.add_format({"bold": True, "bg_color": "#EEECE4", "bottom": 1})
    money = book.add_format({"num_format": "#,##0.00"})
    sheet.freeze_panes(1, 0)
    for at, label in enumerate(labels):
        sheet.set_column(at, at, 18)
        sheet.write_string(0, at, label, head)
    last = 0
    for last, line in enumerate(lines, 1):
        for at, (text, value) in enumerate(line):
            if value is not None:
                sheet.write_number(last, at, float(value), money if "." in text or "," in text else None)
            elif text:
                sheet.write_string(last, at, text[:32000])
    sheet.autofilter(0, 0, max(1, last), len(labels) - 1)
    book.close()
    return last
