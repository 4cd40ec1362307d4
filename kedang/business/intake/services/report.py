"""The workbook back: the original columns, with what became of each row and why in front. It imports again as it is."""

import csv
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import xlsxwriter
from django.db import transaction

from kedang.business.intake.events import REPORT_TAKEN
from kedang.business.intake.models import ImportBatch
from kedang.business.intake.services.lookup import batch_for
from kedang.business.intake.services.rows import StagedRow, chunk_rows
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor

REASON_HEADING, OUTCOME_HEADING, LINE_HEADING = "原因", "处理结果", "原行号"
OUTCOME_LABELS = {
    "created": "新建",
    "updated": "更新",
    "unchanged": "无变化",
    "duplicates": "重复",
    "rejected": "不合格",
}
MAX_SHEET_ROWS = 1_000_000
_RISKY = ("=", "+", "-", "@", "\t", "\r")


class ReportKind(StrEnum):
    """Which rows go into the workbook."""

    REJECTED = "rejected"
    NOT_TAKEN = "not_taken"
    ALL = "all"


def report_workbook(*, actor: Actor, batch_id: int, path: Path, kind: ReportKind = ReportKind.REJECTED) -> Path:
    """Write the rows back with a reason column in front; returns the path, whose suffix becomes ``.csv`` beyond a million rows.

    Args:
        path: where to write; ``.csv`` writes CSV, anything else a workbook.
        kind: rejected rows, rejected and duplicate rows, or all rows.
    """
    batch = batch_for(actor, batch_id)
    wanted = {ReportKind.REJECTED: ("rejected",), ReportKind.NOT_TAKEN: ("rejected", "duplicates"), ReportKind.ALL: ()}[
        kind
    ]
    totals = batch.counts
    expected = sum(int(totals.get(name, 0)) for name in wanted) if wanted else batch.row_count
    if expected > MAX_SHEET_ROWS:
        path = path.with_suffix(".csv")
    write = _write_csv if path.suffix.lower() == ".csv" else _write_xlsx
    with transaction.atomic():
        record(actor, REPORT_TAKEN, batch, meta={"rows": expected, "kind": str(kind)})
    write(path, batch, _rows(batch, wanted))
    return path


def _rows(batch: ImportBatch, wanted: tuple[str, ...]) -> Iterator[StagedRow]:
    for seq, counts in batch.chunks.order_by("seq").values_list("seq", "counts"):
        if not wanted or any(counts.get(name) for name in wanted):
            for row in chunk_rows(batch, batch.chunks.get(seq=seq)):
                if not wanted or row.outcome in wanted:
                    yield row


def _lines(batch: ImportBatch, rows: Iterator[StagedRow]) -> Iterator[list[str]]:
    width = len(batch.headings)
    yield [REASON_HEADING, OUTCOME_HEADING, LINE_HEADING, *batch.headings]
    for row in rows:
        cells = list(row.cells) + [""] * (width - len(row.cells))
        yield [row.why, OUTCOME_LABELS[row.outcome], str(row.line), *cells]


def _write_xlsx(path: Path, batch: ImportBatch, rows: Iterator[StagedRow]) -> None:
    """Every cell is text: nothing is calculated, no number loses its tail."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("导入结果")
    head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "num_format": "@"})
    text = book.add_format({"num_format": "@"})
    warn = book.add_format({"num_format": "@", "font_color": "#B42318"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 0, 48, text)
    sheet.set_column(1, 2, 10, text)
    sheet.set_column(3, max(3, 2 + len(batch.headings)), 20, text)
    for number, line in enumerate(_lines(batch, rows)):
        for column, cell in enumerate(line):
            sheet.write_string(number, column, cell[:32_767], head if number == 0 else warn if column == 0 else text)
    book.close()


def _write_csv(path: Path, batch: ImportBatch, rows: Iterator[StagedRow]) -> None:
    """With a byte order mark, so that Excel reads it as UTF-8; cells that a spreadsheet would calculate get an apostrophe."""
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        for line in _lines(batch, rows):
            writer.writerow([f"'{cell}" if cell.startswith(_RISKY) else cell for cell in line])
