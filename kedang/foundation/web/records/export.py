"""Export of a list: what the actor may see of it, as XLSX or CSV; written down before the first byte leaves."""

import csv
import tempfile
from collections.abc import Iterator
from typing import Any

import xlsxwriter
from django.contrib import messages
from django.db import models, transaction
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from kedang.foundation.access.policies import require
from kedang.foundation.access.secrecy import FieldRight
from kedang.foundation.access.veil import reveal, right_anywhere
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.kernel import clock
from kedang.foundation.web.events import LIST_EXPORTED
from kedang.foundation.web.records.cells import cell_of
from kedang.foundation.web.records.declare import Column
from kedang.foundation.web.records.list import RecordList
from kedang.foundation.web.records.naming import field_of, is_right_aligned, label_of
from kedang.foundation.web.records.query import ListQuery

MOST_ROWS = 50_000
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def guarded(text: str) -> str:
    """Text that a spreadsheet will not take for a formula; signed numbers stay numbers."""
    if text.startswith(DANGEROUS) and not text.lstrip("+-").replace(",", "").replace(".", "", 1).isdigit():
        return f"'{text}"
    return text


class Line:
    """Target of csv.writer that hands each line on instead of keeping it."""

    def write(self, text: str) -> str:
        """The line itself."""
        return text


class RecordExport(RecordList):
    """GET asks for format and columns, POST delivers the file."""

    template_name = "web/records/export.html"

    def required_action(self) -> str:
        return self.pages.action_of("export") or self.pages.action_of("view")

    @cached_property
    def params(self) -> QueryDict:
        """Conditions handed over by the list."""
        asked = self.request.POST if self.request.method == "POST" else self.request.GET
        params = QueryDict(asked.get("query", "").lstrip("?"), mutable=True) if "query" in asked else asked.copy()
        key = params.get("view", "")
        saved = next((view for view in self.saved_views if f"v{view.pk}" == key), None)
        if saved is not None and not set(params) - {"view", "page", "size"}:
            from kedang.foundation.web.records.query import params_of

            params = params_of(saved.conditions)
        return params

    @cached_property
    def view_key(self) -> str:
        return self.params.get("view", "")

    @cached_property
    def export_columns(self) -> list[Column]:
        """Columns of the list, then the remaining fields of the panels, as far as the actor may see them."""
        every = self.pages.list_columns(self.actor)
        known = {column.name for column in every}
        for panel in self.pages.panels:
            for name in panel.fields:
                if name not in known and field_of(self.pages.model, name) is not None:
                    if right_anywhere(self.actor, self.pages.model, name) != FieldRight.HIDE:
                        every.append(Column(name))
                        known.add(name)
        return every

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The question."""
        shown = {column.name for column in self.columns}
        keys = self.rows_asked()
        found = keys.order_by()[: MOST_ROWS + 1].count()
        choices = [
            {"name": c.name, "label": c.label or label_of(self.pages.model, c.name), "is_shown": c.name in shown}
            for c in self.export_columns
        ]
        context: dict[str, Any] = {
            "pages": self.pages, "choices": choices, "found": min(found, MOST_ROWS), "is_too_many": found > MOST_ROWS,
            "most": MOST_ROWS, "asked": self.params.urlencode(), "form_url": request.path, "list_url": self.list_url(),
            "chips": [condition.words for condition in self.query.conditions], "title": _("导出"),
        }  # fmt: skip
        if self.is_fragment:
            return self.draw_part("web/records/export_dialog.html", **context)
        return self.draw(**context)

    @cached_property
    def query(self) -> ListQuery:
        return ListQuery.parse(self.params, self.filters)

    def rows_asked(self) -> Any:
        """The filtered and ordered set."""
        return self.pages.visible(self.actor).filter(self.query.q() & self.narrowed()).order_by(*self.ordering())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """The file. The event stands before the first byte."""
        require(self.actor, self.required_action())
        names = set(request.POST.getlist("column"))
        columns = [column for column in self.export_columns if column.name in names] or self.columns
        keys = self.rows_asked()
        count = keys.order_by()[: MOST_ROWS + 1].count()
        if count > MOST_ROWS:
            messages.error(request, _("一次最多导出 %(most)s 行，请先用条件缩小范围。") % {"most": f"{MOST_ROWS:,}"})
            return HttpResponseRedirect(f"{self.list_url()}?{self.params.urlencode()}")
        kind = "csv" if request.POST.get("format") == "csv" else "xlsx"
        meta = {
            "rows": count, "format": kind, "columns": [column.name for column in columns],
            "conditions": [condition.words for condition in self.query.conditions], **self.event_meta(),
        }  # fmt: skip
        subject = SubjectRef(self.pages.kind(), None, str(self.pages.plural()), fonds_id=self.actor.fonds_id)
        with transaction.atomic():
            record(self.actor, self.pages.export_event or LIST_EXPORTED, subject, meta=meta)
        rows = self.pages.for_list(keys, columns).iterator(chunk_size=1000)
        name = f"{self.pages.plural()}-{clock.today():%Y%m%d}.{kind}"
        return self.as_csv(columns, rows, name) if kind == "csv" else self.as_xlsx(columns, rows, name)

    def event_meta(self) -> dict[str, Any]:
        """Further facts for the entry, e.g. which records left the house."""
        return {}

    def labels(self, columns: list[Column]) -> list[str]:
        """Headings."""
        return [str(column.label or label_of(self.pages.model, column.name)) for column in columns]

    def values(self, columns: list[Column], obj: Any) -> list[tuple[str, Any]]:
        """Text and, where it is a number in clear, the number itself."""
        line = []
        for column in columns:
            if column.text is None and is_right_aligned(self.pages.model, column.name):
                seen = reveal(self.actor, obj, column.name)
                line.append((seen.text, seen.value))
            else:
                line.append((cell_of(self.actor, obj, column).text, None))
        return line

    def as_csv(self, columns: list[Column], rows: Iterator[models.Model], name: str) -> HttpResponseBase:
        """CSV with a mark, so that Excel reads it as UTF-8."""
        writer = csv.writer(Line())

        def lines() -> Iterator[str]:
            yield "\ufeff"
            yield writer.writerow(self.labels(columns))
            for obj in rows:
                yield writer.writerow([guarded(text) for text, _value in self.values(columns, obj)])

        response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = _attachment(name)
        return response

    def as_xlsx(self, columns: list[Column], rows: Iterator[models.Model], name: str) -> HttpResponseBase:
        """XLSX, row by row in constant memory; text is always text, never a formula."""
        file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by the response that streams it
        book = xlsxwriter.Workbook(
            file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        sheet = book.add_worksheet(str(self.pages.plural())[:31])
        head = book.add_format({"bold": True, "bg_color": "#EEECE4", "bottom": 1})
        money = book.add_format({"num_format": "#,##0.00"})
        for at, label in enumerate(self.labels(columns)):
            sheet.write_string(0, at, label, head)
            sheet.set_column(at, at, 18)
        sheet.freeze_panes(1, 0)
        last = 0
        for last, obj in enumerate(rows, 1):
            for at, (text, value) in enumerate(self.values(columns, obj)):
                if value is not None:
                    sheet.write_number(last, at, float(value), money if "." in text or "," in text else None)
                elif text:
                    sheet.write_string(last, at, text[:32000])
        sheet.autofilter(0, 0, max(1, last), len(columns) - 1)
        book.close()
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=name)


def _attachment(name: str) -> str:
    from django.utils.http import content_disposition_header

    return content_disposition_header(True, name) or "attachment"
