"""Export of a list: what the actor may see of it, as XLSX or CSV; written down before the first byte leaves."""

import tempfile
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from kedang.foundation.access.grants import as_taker
from kedang.foundation.access.policies import at_large, require
from kedang.foundation.access.secrecy import FieldRight
from kedang.foundation.access.signin.quota import spend
from kedang.foundation.access.signin.standing import require_standing
from kedang.foundation.access.signin.stepup import require_recent
from kedang.foundation.access.veil import reveal, right_anywhere
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.jobs.models import Job
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.kernel import clock
from kedang.foundation.web.events import LIST_EXPORTED
from kedang.foundation.web.records.base import RecordPages
from kedang.foundation.web.records.cells import cells_of
from kedang.foundation.web.records.declare import Column
from kedang.foundation.web.records.list import RecordList
from kedang.foundation.web.records.naming import field_of, is_right_aligned, label_of
from kedang.foundation.web.records.query import ListQuery
from kedang.foundation.web.records.sheets import Line, csv_lines, write_xlsx

AT_ONCE = 5_000
"""Up to so many rows the file comes with the answer; more are written by a job."""
MOST_ROWS = 1_000_000
AT_A_TIME = 1000
STANDING_EVERY = 500
"""So often a download under way asks whether it is still allowed."""


class RecordExport(RecordList):
    """GET asks for format and columns, POST delivers the file."""

    template_name = "web/records/export.html"

    def required_action(self) -> str:
        return self.pages.export_action

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
    def taker(self) -> Any:
        """Who asks, without what is only open to them for reading: fields leave as roles show them."""
        return as_taker(self.actor)

    @cached_property
    def export_columns(self) -> list[Column]:
        """Columns of the list, then the remaining fields of the panels, as far as the actor may see them."""
        every = self.pages.list_columns(self.taker)
        known = {column.name for column in every}
        for panel in self.pages.panels:
            for name in panel.fields:
                if name not in known and field_of(self.pages.model, name) is not None:
                    if right_anywhere(self.taker, self.pages.model, name) != FieldRight.HIDE:
                        every.append(Column(name))
                        known.add(name)
        return every

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The question."""
        require_recent(self.actor)
        shown = {column.name for column in self.columns}
        found = self.count()
        choices = [
            {"name": c.name, "label": c.label or label_of(self.pages.model, c.name), "is_shown": c.name in shown}
            for c in self.export_columns
        ]
        context: dict[str, Any] = {
            "pages": self.pages, "choices": choices, "found": min(found, MOST_ROWS), "is_too_many": found > MOST_ROWS,
            "most": MOST_ROWS, "is_by_job": AT_ONCE < found <= MOST_ROWS, "asked": self.params.urlencode(),
            "form_url": request.path, "list_url": self.list_url(),
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
        rows = self.pages.visible(self.actor).filter(at_large(self.actor, self.required_action(), self.pages.model))
        return rows.filter(self.query.q() & self.narrowed()).order_by(*self.ordering())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """The file, or the job that makes it."""
        require(self.actor, self.required_action())
        names = request.POST.getlist("column")
        kind = "csv" if request.POST.get("format") == "csv" else "xlsx"
        count = self.count()
        if count > MOST_ROWS:
            messages.error(request, _("一次最多导出 %(most)s 行，请先用条件缩小范围。") % {"most": f"{MOST_ROWS:,}"})
            return HttpResponseRedirect(f"{self.list_url()}?{self.params.urlencode()}")
        require_recent(self.actor)
        spend(self.actor, "export", count)
        if count > AT_ONCE:
            job = self.hand_in(names, kind, count)
            messages.success(request, _("行数较多，已转为后台任务，完成后在任务页下载。"))
            return HttpResponseRedirect(reverse("jobs:job-detail", args=[job.pk]))
        columns = self.columns_named(names)
        self.note(columns, kind, count)
        return self.as_response(columns, kind)

    def count(self) -> int:
        """Number of rows, counted no further than anybody may export."""
        return int(self.rows_asked().order_by()[: MOST_ROWS + 1].count())

    def hand_in(self, names: list[str], kind: str, count: int) -> Job:
        """Have the file made by the worker."""
        title = _("导出%(title)s（%(count)s 行）") % {"title": self.pages.plural(), "count": f"{count:,}"}
        asked = {"kind": self.pages.kind(), "query": self.params.urlencode(), "columns": names, "file_kind": kind}
        return enqueue(self.actor, "web.export", args=asked, title=title)

    def columns_named(self, names: list[str]) -> list[Column]:
        """The chosen columns, as far as the actor may see them."""
        chosen = [column for column in self.export_columns if column.name in set(names)]
        usual = {column.name for column in self.columns}
        return chosen or [column for column in self.export_columns if column.name in usual]

    def note(self, columns: list[Column], kind: str, count: int) -> None:
        """Write down what leaves, before it does."""
        meta = {
            "rows": count, "format": kind, "columns": [column.name for column in columns],
            "conditions": [condition.words for condition in self.query.conditions], **self.event_meta(),
        }  # fmt: skip
        subject = SubjectRef(self.pages.kind(), None, str(self.pages.plural()), fonds_id=self.actor.fonds_id)
        with transaction.atomic():
            record(self.actor, self.pages.export_event or LIST_EXPORTED, subject, meta=meta)

    def event_meta(self) -> dict[str, Any]:
        """Further facts for the entry, e.g. which records left the house."""
        return {}

    def labels(self, columns: list[Column]) -> list[str]:
        """Headings."""
        return [str(column.label or label_of(self.pages.model, column.name)) for column in columns]

    def lines(self, columns: list[Column]) -> Iterator[Line]:
        """Rows in order, every value through the veil."""
        numbers = {
            column.name for column in columns if column.text is None and is_right_aligned(self.pages.model, column.name)
        }
        cells = cells_of(self.taker, self.pages.model, columns)
        for number, obj in enumerate(self.objects(columns), 1):
            if number % STANDING_EVERY == 0:
                require_standing(self.actor, self.required_action())
            line: Line = []
            for cell in cells(obj):
                seen = reveal(self.taker, obj, cell.name) if cell.name in numbers else None
                line.append((cell.text, seen.value if seen else None))
            yield line

    def objects(self, columns: list[Column]) -> Iterator[Any]:
        """The rows some at a time: no query stays open between them. On SQLite an open one would hold on to an old moment of the base, and
        the progress of the job could no longer be written once somebody else has saved.
        """
        keys = list(self.rows_asked().values_list("pk", flat=True))
        for at in range(0, len(keys), AT_A_TIME):
            some = keys[at : at + AT_A_TIME]
            found = self.pages.for_list(self.pages.visible(self.actor).filter(pk__in=some), columns).in_bulk()
            yield from (found[key] for key in some if key in found)

    def file_name(self, kind: str) -> str:
        """Name of the file."""
        return f"{self.pages.plural()}-{clock.today():%Y%m%d}.{kind}"

    def as_response(self, columns: list[Column], kind: str) -> HttpResponseBase:
        """The file as an answer."""
        name = self.file_name(kind)
        if kind == "csv":
            lines = csv_lines(self.labels(columns), self.lines(columns))
            response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
            response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
            return response
        file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by the response that streams it
        write_xlsx(file, str(self.pages.plural()), self.labels(columns), self.lines(columns))
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=name)


def offline(pages: type[RecordPages], actor: Any, query: str) -> RecordExport:
    """The export of a list outside a request, for the worker."""
    request = RequestFactory().get(pages.url("export"), {"query": query})
    request.user = actor
    view = (pages.export_view or RecordExport)(pages=pages)
    view.setup(request)
    if not isinstance(view, RecordExport):
        raise TypeError(f"{view} is no export")
    return view
