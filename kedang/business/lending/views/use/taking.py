"""Copies and exports by an approved request; and asking a file whose mark it bears."""

import hashlib
import tempfile
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from kedang.business.customers.models import Customer
from kedang.business.holdings.events.items import ITEM_FILE_TAKEN
from kedang.business.holdings.models import Item, ItemFile
from kedang.business.lending.events_use import MARK_CHECKED
from kedang.business.lending.services.copying import copy_make
from kedang.business.lending.services.openings import event_words
from kedang.business.lending.services.taking import record_take, title_of
from kedang.foundation.access.models import Person
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.reading import about_any
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.marks import MOST, marks_in
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.pages import Page
from kedang.foundation.web.records import Column, RecordPages, cells_of, fact_of
from kedang.foundation.web.records.sheets import Line, write_xlsx

AROUND = timedelta(minutes=3)
TOLD = ("disclose", "read")


def back(request: HttpRequest) -> HttpResponseRedirect:
    """To what is open."""
    return HttpResponseRedirect(reverse("lending:use-open"))


class CopyMake(Page):
    """POST: a copy of a file's pages."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The copy, once it is counted and written down."""
        row = ItemFile.objects.get_for(self.actor, pk=pk)
        try:
            copy = copy_make(actor=self.actor, file=row)
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return back(request)
        response = HttpResponse(copy.pdf, content_type="application/pdf")
        response["Content-Disposition"] = content_disposition_header(True, copy.name) or "attachment"
        response["Cache-Control"] = "no-store"
        return response


class RecordTake(Page):
    """POST: the one record that was opened for export, as a workbook."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The file."""
        try:
            thing = record_take(actor=self.actor, opening=pk)
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return back(request)
        labels, lines = self.fields(thing) if isinstance(thing, Customer) else self.contents(thing)
        file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by the response that streams it
        write_xlsx(file, title_of(thing), labels, lines)
        file.seek(0)
        name = thing.number if isinstance(thing, Customer) else thing.reference_code
        return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx")

    def fields(self, thing: Any) -> tuple[list[str], list[Line]]:
        """Fields of a dossier, every value through the veil."""
        pages = RecordPages.of_kind("customers.customer")
        lines: list[Line] = []
        for panel in pages.panels if pages is not None else ():
            for name in panel.fields if panel.fits(thing) else ():
                cell = fact_of(self.actor, thing, name)
                if not cell.is_hidden and not cell.is_empty:
                    lines.append([(str(panel.title), None), (str(cell.label), None), (cell.text, None)])
        return [_("分组"), pgettext("表头", "项目"), _("内容")], lines

    def contents(self, thing: Any) -> tuple[list[str], list[Line]]:
        """Items of a volume, as far as they are open."""
        columns = [
            Column(name)
            for name in ("reference_code", "title", "document_number", "author", "dated_on", "pages", "remarks")
        ]
        rows = list(
            Item.objects.visible_to(self.actor, "holdings.view").filter(volume=thing).order_by("position", "pk")
        )
        cells = cells_of(self.actor, Item, columns)
        drawn = [[(cell.text, None) for cell in cells(row)] for row in rows]
        return [str(Item._meta.get_field(column.name).verbose_name) for column in columns], drawn  # type: ignore[union-attr]  # fields


class MarkForm(forms.Form):
    """The file in question."""

    file = forms.FileField(label=gettext_lazy("文件"))


def takings_of(actor: Any, upload: Any) -> list[Event]:
    """Who took this very file out, where it is an original that is kept here: by its digest, the newest first."""
    upload.seek(0)
    digest = hashlib.sha256()
    for block in upload.chunks():
        digest.update(block)
    rows = ItemFile.objects.filter(file__fonds_id=actor.fonds_id, file__sha256=digest.hexdigest())
    keys = list(rows.values_list("pk", flat=True)[:50])
    taken = Event.objects.filter(
        about_any("holdings.itemfile", keys), fonds_id=actor.fonds_id, code=ITEM_FILE_TAKEN.code
    )
    return list(taken.order_by("-at", "-id")[:50]) if keys else []


class MarkCheck(Page):
    """查验标记: which person a file was given to, and when; with what they took in those minutes; of an original, who took it out."""

    action, template_name, title = "audit.view", "lending/use/mark.html", gettext_lazy("查验标记")
    takes_files = True

    def get(self, request: HttpRequest) -> HttpResponse:
        """The question."""
        return self.draw(asked=False)

    def post(self, request: HttpRequest) -> HttpResponse:
        """The answer; asking is written down."""
        upload = request.FILES.get("file")
        content = upload.read(MOST) if upload is not None else b""
        taken = takings_of(self.actor, upload) if upload is not None else []
        found: list[dict[str, Any]] = []
        for mark in marks_in(content):
            person = Person.objects.filter(pk=mark.person_id, fonds_id=self.actor.fonds_id).first()
            if person is not None:
                found.append({"mark": mark, "person": person, "events": self._events(person, mark.at)})
        name = getattr(upload, "name", "") or ""
        meta = {"file": name[:120], "found": [one["mark"].text for one in found], "taken": len(taken)}
        record(self.actor, MARK_CHECKED, meta=meta)
        return self.draw(asked=True, found=found, taken=taken, name=name)

    def _events(self, person: Person, at: Any) -> list[dict[str, Any]]:
        rows = Event.objects.filter(
            fonds_id=person.fonds_id, actor_id=person.pk, at__gte=at - AROUND, at__lte=at + AROUND, category__in=TOLD
        )
        return [{"pk": one.pk, "at": one.at, "words": event_words(one.code)} for one in rows.order_by("at", "id")[:20]]
