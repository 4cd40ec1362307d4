"""Opens whatever came, by its content, and reads it whole once when asked to check it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from kedang.business.intake.reading import content, delimited, headings, limits, package
from kedang.business.intake.reading.table import Merge, Row, Table
from kedang.business.intake.reading.workbook import Workbook
from kedang.foundation.kernel.refused import Refused

_EMPTY = "表中没有任何内容，请检查是否选错文件或工作表"
_NO_ROWS = "表中只有标题，没有数据行，请检查是否选错文件或工作表"


class Checked(NamedTuple):
    """What reading the whole file told: nothing was refused on the way."""

    rows: int
    last_line: int
    notes: tuple[str, ...]


def open_table(
    path: Path | str,
    *,
    sheet: str = "",
    heading_row: int | None = None,
    encoding: str | None = None,
) -> Table:
    """A table ready to be read; ``Refused`` with one Chinese sentence where it cannot be.

    ``heading_row`` is a line number, 0 for a table without heading, ``None`` to find it.
    """
    path = Path(path)
    kind = content.kind_of(path)
    if kind in ("text", "gzip"):
        return _open_text(path, kind == "gzip", heading_row, encoding)
    return _open_workbook(path, kind, sheet, heading_row)


def check_table(table: Table) -> Checked:
    """Reads all rows once: a quote that never closes, a broken end or an endless line is refused before anything is kept."""
    rows = last = 0
    last_width = 0
    for line, cells in table.rows():
        rows += 1
        last, last_width = line, len(cells)
    if rows == 0:
        raise Refused("table_without_rows", _NO_ROWS)
    notes: tuple[str, ...] = ()
    if table.kind == "csv" and last_width < len(table.headings):
        notes = (
            f"最后一行（第 {last} 行）只有 {last_width} 列，少于标题的 {len(table.headings)} 列，文件可能在此被截断",
        )
    return Checked(rows, last, notes)


def _open_text(path: Path, is_gzip: bool, heading_row: int | None, encoding: str | None) -> Table:
    source = delimited.sniff(path, is_gzip, encoding)
    head = [(line, cells) for line, cells in islice(source.records(), limits.HEAD_ROWS) if any(map(str.strip, cells))]
    if not head:
        raise Refused("table_empty", _EMPTY)
    _width(max(len(cells) for _, cells in head))
    found = headings.find(head, wanted=heading_row)
    width = len(found.names)

    def rows() -> Iterator[Row]:
        for line, cells in source.records():
            if line <= found.line:
                continue
            if len(cells) > width and not any(cells[width:]):
                cells = cells[:width]
            if not cells or (not cells[0] and not "".join(cells).strip()):
                continue
            yield line, cells

    def foretold(read: int) -> int:
        return int(read / source.place.portion) if source.place.portion else 0

    label = delimited.DELIMITER_LABELS.get(source.delimiter, source.delimiter)
    notes = [f"编码：{source.encoding.label}；分隔符：{label}", *found.notes]
    if source.encoding.damaged:
        notes.append(
            f"有 {source.encoding.damaged} 处字节无法按 {source.encoding.label} 识别，读作“�”，所在的行会逐一提示"
        )
    return Table(
        kind="csv",
        headings=found.names,
        heading_line=found.line,
        source=rows,
        sample=list(islice(rows(), limits.SAMPLE_ROWS)),
        encoding=source.encoding.codec,
        delimiter=source.delimiter,
        notes=tuple(notes),
        foretold=foretold,
    )


def _open_workbook(path: Path, kind: str, sheet: str, heading_row: int | None) -> Table:
    looked = package.inspect(path) if kind == "zip" else package.Package("xls")
    book = Workbook(path, sheet)
    stream = book.rows()
    try:
        head = list(islice(stream, limits.HEAD_ROWS + limits.SAMPLE_ROWS))
        filled = [(line, cells) for line, cells in head[: limits.HEAD_ROWS] if any(map(str.strip, cells))]
        if not filled:
            raise Refused(
                "table_empty", _EMPTY if len(book.sheets) < 2 else f"工作表“{book.sheet}”是空的，请选择另一张工作表"
            )
        _width(max(len(cells) for _, cells in filled))
        formulas = package.formulas(path, looked.sheet_parts[book.sheet]) if book.sheet in looked.sheet_parts else {}
        found = headings.find(filled, book.merges, book.left, heading_row)
    except BaseException:
        book.close()
        raise
    shift = _Shape(found.line, len(found.names), book.left, _fills(book.merges, found.line, book.left), formulas)
    ready: list[Iterator[Row]] = [chain(head, stream)]

    def rows() -> Iterator[Row]:
        if ready:
            yield from shift.apply(ready.pop())
            return
        again = Workbook(path, book.sheet)
        try:
            yield from shift.apply(again.rows())
        finally:
            again.close()

    return Table(
        kind=looked.kind,
        headings=found.names,
        heading_line=found.line,
        source=rows,
        sample=list(islice(shift.apply(iter(head)), limits.SAMPLE_ROWS)),
        sheet=book.sheet,
        sheets=book.sheets,
        epoch_1904=looked.epoch_1904,
        formulas=formulas,
        notes=tuple(_workbook_notes(book, found, formulas, shift)),
        foretold=lambda _read: max(book.height - found.line, 0),
        closer=book.close,
    )


class _Shape:
    """Cuts rows to the heading, fills merged cells downwards, marks formulas that were never calculated."""

    def __init__(
        self,
        heading: int,
        width: int,
        left: int,
        fills: dict[int, list[tuple[int, int]]],
        formulas: dict[int, dict[int, str]],
    ) -> None:
        self.heading, self.width, self.left, self.fills, self.formulas = heading, width, left, fills, formulas

    def apply(self, rows: Iterator[Row]) -> Iterator[Row]:
        width = self.width
        held: dict[int, tuple[int, str]] = {}
        special = bool(self.fills or self.formulas)
        for line, cells in rows:
            if line <= self.heading:
                continue
            if len(cells) > width and not any(cells[width:]):
                cells = cells[:width]
            if special:
                cells = self._special(line, list(cells), held)
            if not cells or (not cells[0] and not "".join(cells).strip()):
                continue
            yield line, cells

    def _special(self, line: int, cells: list[str], held: dict[int, tuple[int, str]]) -> list[str]:
        for column, bottom in self.fills.get(line, ()):
            if column < len(cells):
                held[column] = (bottom, cells[column])
        for column, (bottom, text) in list(held.items()):
            if line > bottom:
                del held[column]
            elif not cells[column]:
                cells[column] = text
        for column, text in self.formulas.get(line, {}).items():
            place = column - self.left
            if 0 <= place < len(cells) and not cells[place]:
                cells[place] = "=" + text
        return cells


def _fills(merges: Sequence[Merge], heading: int, left: int) -> dict[int, list[tuple[int, int]]]:
    """Merged areas below the heading that span several rows: ``{first line: [(column, last line)]}``."""
    fills: dict[int, list[tuple[int, int]]] = {}
    for area in merges:
        if area.bottom > area.top >= heading:
            fills.setdefault(area.top + 1, []).append((area.left - left, area.bottom + 1))
    return fills


def _workbook_notes(
    book: Workbook, found: headings.Headings, formulas: dict[int, dict[int, str]], shape: _Shape
) -> Iterator[str]:
    if len(book.sheets) > 1:
        others = [sheet.name for sheet in book.sheets if sheet.name != book.sheet]
        listed = "、".join(f"“{name}”" for name in others[:10]) + (f" 等 {len(others)} 张" if len(others) > 10 else "")
        yield f"工作簿有 {len(book.sheets)} 张工作表，读取的是“{book.sheet}”；未读取：{listed}"
    yield from found.notes
    below = {column - book.left for line, row in formulas.items() if line > found.line for column in row}
    if below:
        count = sum(len(row) for line, row in formulas.items() if line > found.line)
        names = "、".join(f"“{found.names[c]}”" for c in sorted(below) if 0 <= c < len(found.names))
        more = "以上" if count >= limits.MAX_FORMULAS else ""
        yield f"有 {count} 个{more}单元格是公式（列：{names}），读取的是保存时的计算结果"
    if shape.fills:
        count = sum(len(fill) for fill in shape.fills.values())
        yield f"数据区有 {count} 处纵向合并单元格，已按首格内容逐行填充，请核对"


def _width(columns: int) -> None:
    if columns > limits.MAX_COLUMNS:
        raise Refused(
            "too_many_columns", f"表格有 {columns} 列，超过 {limits.MAX_COLUMNS} 列的上限，请删去无关的列后再导入"
        )
