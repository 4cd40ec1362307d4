"""Addresses of this room."""

from django.urls import URLPattern, path

from kedang.business.intake.panels import BatchPages, TemplatePages
from kedang.business.intake.views import batch, columns, downloads, review

app_name = "intake"


def _of_batch(tail: str, view: type[batch.BatchPage], name: str) -> URLPattern:
    return path(f"imports/<int:pk>/{tail}/", view.as_view(pages=BatchPages), name=f"batch-{name}")


urlpatterns: list[URLPattern] = [
    path("imports/blank/", downloads.BlankWorkbook.as_view(), name="blank"),
    *TemplatePages.urls(),
    _of_batch("columns", columns.Columns, "mapping"),
    _of_batch("reread", columns.Reread, "reread"),
    _of_batch("rules", review.Rules, "cleaning"),
    _of_batch("duplicates", review.Duplicates, "duplicates"),
    _of_batch("rows", review.Rows, "rows"),
    _of_batch("check", review.Check, "check"),
    _of_batch("commit", review.Commit, "commit"),
    _of_batch("progress", batch.Progress, "progress"),
    _of_batch("report", downloads.Report, "report"),
    *BatchPages.urls(),
]
