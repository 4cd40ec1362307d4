"""Workbooks (xlsx, xls, ods) by calamine: rows as lines with tabs, a page for each so many rows of a sheet."""

import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from kedang.foundation.files.reading.child.answers import Trouble
from kedang.foundation.files.reading.child.plain import cut

MOST_ROWS, MOST_COLUMNS = 20_000, 200


def workbook(content: bytes) -> Iterator[dict[str, Any]]:
    """All sheets, hidden ones too: what is in the file is found."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except PasswordError as error:
        raise Trouble("locked") from error
    except CalamineError as error:
        raise Trouble("broken") from error
    for name in book.sheet_names:
        try:
            sheet = book.get_sheet_by_name(name)
            rows = _rows(sheet)
        except CalamineError:
            continue
        for page in cut(rows):
            yield {**page, "title": name}


def _rows(sheet: Any) -> list[str]:
    found: list[str] = []
    for row in sheet.iter_rows():
        cells = [_cell(value) for value in row[:MOST_COLUMNS]]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            found.append("\t".join(cells) + ("\t" if len(cells) == 1 else ""))
        if len(found) >= MOST_ROWS:
            break
    return found


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if (value.hour, value.minute) == (0, 0) else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return " ".join(str(value).split())
