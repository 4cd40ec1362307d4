"""The process that opens a workbook: no Django, no project modules, a hard limit on memory and processor time.

Run by path with one JSON argument; answers on standard output with length-prefixed marshal frames:
``("meta", {...})``, then ``("rows", first line, [[str, ...], ...])`` …, then ``("end", rows)``; or ``("error", code, text)``.
"""

from __future__ import annotations

import datetime
import json
import marshal
import resource
import sys
from typing import Any

_BATCH = 500


def _send(*message: Any) -> None:
    frame = marshal.dumps(message)
    out = sys.stdout.buffer
    out.write(len(frame).to_bytes(4, "big"))
    out.write(frame)


def _text(value: Any) -> str:
    """A cell as the text that a person would have typed; large whole numbers keep the look of a damaged number."""
    if type(value) is float:
        if value == int(value) if abs(value) < 1e15 else False:
            return str(int(value))
        return f"{value:.15g}".upper()
    if type(value) is bool:
        return "是" if value else "否"
    if type(value) is datetime.datetime:
        return value.isoformat(" ") if value.time() != datetime.time() else value.date().isoformat()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def _pick(book: Any, wanted: str) -> Any:
    if wanted:
        return book.get_sheet_by_name(wanted)
    sheet = None
    for info in book.sheets_metadata:
        if str(info.typ).endswith("WorkSheet") and str(info.visible).endswith("Visible"):
            sheet = book.get_sheet_by_name(info.name)
            if sheet.height:
                return sheet
    for info in book.sheets_metadata:
        if str(info.typ).endswith("WorkSheet"):
            sheet = book.get_sheet_by_name(info.name)
            if sheet.height:
                return sheet
    return sheet


def _read(book: Any, wanted: str) -> None:
    sheet = _pick(book, wanted)
    sheets = [
        (info.name, str(info.visible).endswith(".Visible"))
        for info in book.sheets_metadata
        if str(info.typ).endswith("WorkSheet")
    ]
    if sheet is None:
        _send("meta", {"sheets": sheets, "sheet": "", "height": 0, "width": 0, "top": 0, "left": 0, "merged": []})
        _send("end", 0)
        return
    top, left = sheet.start or (0, 0)
    merged = [(a[0], a[1], b[0], b[1]) for a, b in (sheet.merged_cell_ranges or [])[:20000]]
    meta = {
        "sheets": sheets,
        "sheet": sheet.name,
        "height": sheet.height,
        "width": sheet.width,
        "top": top,
        "left": left,
    }
    _send("meta", meta | {"merged": merged})
    # Rows come from the very first one, empty ones included; cells from the first column.
    line = 1
    batch: list[list[str]] = []
    for row in sheet.iter_rows():
        batch.append([cell if type(cell) is str else _text(cell) for cell in row])
        if len(batch) == _BATCH:
            _send("rows", line, batch)
            line += _BATCH
            batch = []
    if batch:
        _send("rows", line, batch)
    _send("end", line + len(batch) - 1)


def main() -> None:
    """Limits first, then the library."""
    job = json.loads(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (job["memory"], job["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (job["seconds"], job["seconds"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import python_calamine as calamine

    try:
        _read(calamine.CalamineWorkbook.from_path(job["path"]), job["sheet"])
    except calamine.PasswordError as error:
        _send("error", "workbook_locked", str(error))
    except calamine.WorksheetNotFound as error:
        _send("error", "sheet_missing", str(error))
    except MemoryError:
        _send("error", "workbook_too_large", "memory")
    except Exception as error:
        _send("error", "workbook_broken", f"{type(error).__name__}: {error}")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
