"""The verbs of the import bench. Pages, the command and the API call these and nothing beneath them.

    batch = batch_upload(actor=a, file_name="客户.xlsx", source=stream)      # reads headings, suggests a mapping → uploaded
    batch = batch_map(actor=a, batch_id=batch.pk, mapping={0: "name"}, …)    # → mapped
    job = batch_stage(actor=a, batch_id=batch.pk)                            # job: reads, cleans, checks, compares → staged
    page = rows_page(actor=a, batch_id=batch.pk, outcome="rejected", page=1)
    job = batch_commit(actor=a, batch_id=batch.pk)                           # job: writes, chunk by chunk → done
    path = report_workbook(actor=a, batch_id=batch.pk, path=…)               # rejected rows with 原因 in front, imports again as it is
    job = batch_undo(actor=a, batch_id=batch.pk, reason="…")                 # job → undone

A stopped batch (``cancelled``, ``failed``) keeps what was written; ``batch_commit`` goes on, ``batch_undo`` takes it back.
"""

from kedang.business.intake.services.commit import batch_cancel, batch_commit
from kedang.business.intake.services.mapping import batch_map, mapping_rows
from kedang.business.intake.services.report import ReportKind, report_workbook
from kedang.business.intake.services.rows import RowsPage, StagedRow, row_counts, rows_page
from kedang.business.intake.services.stage import batch_stage
from kedang.business.intake.services.templates import template_remove, template_save
from kedang.business.intake.services.undo import batch_close, batch_undo
from kedang.business.intake.services.upload import batch_reread, batch_upload

__all__ = [
    "ReportKind",
    "RowsPage",
    "StagedRow",
    "batch_cancel",
    "batch_close",
    "batch_commit",
    "batch_map",
    "batch_reread",
    "batch_stage",
    "batch_undo",
    "batch_upload",
    "mapping_rows",
    "report_workbook",
    "row_counts",
    "rows_page",
    "template_remove",
    "template_save",
]
