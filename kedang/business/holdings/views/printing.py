"""Pages of printed forms: of a volume, a box, a transfer, a whole fonds; stamped copies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.holdings.events.printing import COPY_STAMPED, SHEET_PREVIEWED
from kedang.business.holdings.models import FormKind, ItemFile, Location, PrintedSheet, Transfer, Volume
from kedang.business.holdings.models.sheet import CoverSize, SpineWidth, Standard
from kedang.business.holdings.printing import boxes, transfer, volume
from kedang.business.holdings.printing.checking import compare
from kedang.business.holdings.printing.render import joined, pages_of, pdf_of, picture_of, xlsx_of
from kedang.business.holdings.printing.sheet import Sheet
from kedang.business.holdings.printing.stamping import picture_as_pdf, stamp_cells, stamped
from kedang.business.holdings.services.sheets import EXPORT, PRINT, Printed, settings_of, sheet_keep
from kedang.foundation.access.grants import clearance_of
from kedang.foundation.access.policies import can, require
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import OutOfScope
from kedang.foundation.web.pages import Crumb, Page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AS_TABLE = frozenset(
    {FormKind.CONTENTS, FormKind.VOLUMES, FormKind.ITEMS, FormKind.REGISTER, FormKind.BOX_ITEMS, FormKind.TRANSFER}
)
"""Forms that are a table, and come as a workbook too."""
Gather = Callable[[Any, Any, dict[str, Any]], Sheet]


class FormPage(Page):
    """Delivers forms: written down first, then sent. A preview is a picture without code, and told as a look."""

    http_method_names = ["get", "head", "options"]
    began: datetime

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """The books are read after this moment."""
        super().setup(request, *args, **kwargs)
        self.began = clock.now()

    @property
    def origin(self) -> str:
        """Address of this house, for the codes on paper."""
        return self.request.build_absolute_uri("/").rstrip("/")

    @property
    def purpose(self) -> str:
        """What the print is for, if said."""
        return self.request.GET.get("purpose", "").strip()[:60]

    def deliver(self, sheet: Sheet, kind: str) -> HttpResponseBase:
        """The form as PDF, workbook or picture."""
        if kind == "png":
            return self.preview(sheet)
        if kind == "pdf":
            made = pdf_of(sheet, self.actor, self.origin)
            self.keep(sheet, "pdf", pages_of(made))
            return file_response(made, "application/pdf", f"{sheet.name}.pdf", attached=False)
        if kind == "xlsx" and sheet.form in AS_TABLE:
            self.keep(sheet, "xlsx", 0)
            return file_response(xlsx_of(sheet), XLSX, f"{sheet.name}.xlsx", attached=True)
        raise OutOfScope

    def keep(self, sheet: Sheet, kind: str, pages: int) -> PrintedSheet:
        """Write the print down."""
        printed = Printed(
            form=str(sheet.form), title=sheet.title, code=sheet.code, digest=sheet.digest, lines=sheet.lines, fonds_id=sheet.fonds.pk,
            subject=sheet.subject,
            asked={**sheet.asked, "clearance": int(clearance_of(self.actor))},
            secrecy_level=sheet.secrecy_level, page_count=pages, file_kind=kind,
            rows_out=sheet.rows_out, read_at=self.began,
        )  # fmt: skip
        return sheet_keep(actor=self.actor, printed=printed, purpose=self.purpose)

    def preview(self, sheet: Sheet) -> HttpResponse:
        """One page as a picture."""
        about = sheet.subject or SubjectRef(PrintedSheet._meta.label_lower, None, sheet.title, fonds_id=sheet.fonds.pk)
        with transaction.atomic():
            record(self.actor, SHEET_PREVIEWED, about, meta={"form": str(sheet.form), "title": sheet.title})
        number = self.request.GET.get("page", "1")
        at = int(number) - 1 if number.isdecimal() and len(number) < 5 else 0
        response = HttpResponse(picture_of(pdf_of(sheet, self.actor, preview=True), at), content_type="image/png")
        response["Cache-Control"] = "no-store"
        return response


class _Of(FormPage):
    """Forms of one record."""

    forms: Mapping[str, Gather] = {}

    def found(self, pk: int) -> Any:
        """The record, if it exists for the actor and may be printed."""
        raise NotImplementedError

    def choices(self, obj: Any) -> dict[str, Any]:
        """Choices of this print."""
        return {"thickness": self.request.GET.get("thickness", "")}

    def get(self, request: HttpRequest, pk: int, form: str, ext: str) -> HttpResponseBase:
        """The file."""
        gather = self.forms.get(form)
        if gather is None:
            raise OutOfScope
        obj = self.found(pk)
        return self.deliver(gather(self.actor, obj, self.choices(obj)), ext)


def printable(actor: Any, rows: Any, pk: int) -> Any:
    """A record that exists for the actor and that they may print."""
    found = rows.get_for(actor, pk=pk)
    require(actor, PRINT, found)
    return found


VOLUMES = ("fonds", "series", "retention", "department", "responsible", "inspected_by", "twin")


class VolumeForm(_Of):
    """One form of a volume."""

    forms = cast("Mapping[str, Gather]", volume.FORMS)

    def found(self, pk: int) -> Any:
        return printable(self.actor, Volume.objects.select_related(*VOLUMES), pk)

    def choices(self, obj: Any) -> dict[str, Any]:
        return volume.options_of(obj.fonds_id, self.request.GET.dict())


class VolumeSet(FormPage):
    """The chosen forms of a volume in one file, each written down by itself."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The file; without a choice cover, contents and notes."""
        obj = printable(self.actor, Volume.objects.select_related(*VOLUMES), pk)
        chosen = [name for name in volume.FORMS if name in request.GET.getlist("form")]
        options = volume.options_of(obj.fonds_id, request.GET.dict())
        parts = []
        with transaction.atomic():
            for name in chosen or [FormKind.COVER, FormKind.CONTENTS, FormKind.NOTES]:
                sheet = volume.FORMS[name](self.actor, obj, options)
                parts.append(pdf_of(sheet, self.actor, self.origin))
                self.keep(sheet, "pdf", pages_of(parts[-1]))
        return file_response(joined(parts), "application/pdf", f"{obj.reference_code}.pdf", attached=False)


class VolumePrint(FormPage):
    """打印 of a volume: choose forms and layout, look at them, see which earlier prints are still true."""

    template_name = "holdings/printing/volume.html"
    title = gettext_lazy("打印")

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The page."""
        obj = printable(self.actor, Volume.objects.select_related(*VOLUMES), pk)
        self.code = obj.reference_code
        options = volume.options_of(obj.fonds_id, request.GET.dict())
        chosen = request.GET.get("form", FormKind.CONTENTS)
        kept = {name: options[name] for name in ("standard", "cover_size", "spine_width")}
        query = "&".join(f"{name}={value}" for name, value in kept.items())
        forms = [
            {
                "key": str(name),
                "label": FormKind(name).label,
                "note": NOTES[name],
                "is_chosen": name == chosen,
                "pdf": f"{self.url(obj, name, 'pdf')}?{query}",
                "xlsx": f"{self.url(obj, name, 'xlsx')}?{query}"
                if name in AS_TABLE and can(self.actor, EXPORT, obj)
                else "",
                "look": f"{request.path}?form={name}&{query}",
            }
            for name in volume.FORMS
        ]
        chosen = chosen if chosen in volume.FORMS else FormKind.CONTENTS
        return self.draw(
            obj=obj, forms=forms, options=options, standards=Standard.choices, sizes=CoverSize.choices, widths=SpineWidth.choices,
            chosen=chosen, chosen_label=FormKind(chosen).label, picture=f"{self.url(obj, chosen, 'png')}?{query}",
            all_url=f"{reverse('holdings:volume-set', args=[obj.pk])}?{query}", sheets=latest_of(self.actor, volume=obj),
        )  # fmt: skip

    def url(self, obj: Volume, name: str, ext: str) -> str:
        """Address of a form."""
        return reverse("holdings:volume-form", args=[obj.pk, name, ext])

    def crumbs(self) -> list[Crumb]:
        of = reverse("holdings:volume-detail", args=[self.kwargs["pk"]])
        return [(_("案卷"), reverse("holdings:volume-list")), (self.code, of), (_("打印"), "")]


NOTES: dict[str, Any] = {
    FormKind.COVER: gettext_lazy("卷皮正面，软卷皮 A4 或硬卷皮 310 × 220 毫米"),
    FormKind.SPINE: gettext_lazy("高 310 毫米，厚 10、15 或 20 毫米"),
    FormKind.CONTENTS: gettext_lazy("A4，逐件列出，每页有表头，也可取 XLSX"),
    FormKind.NOTES: gettext_lazy("卷内情况、补入移出缺损逐条记载与签认"),
    FormKind.BOX_SPINE: gettext_lazy("高 310 毫米，按盒的厚度 20、30、40、50 毫米"),
    FormKind.BOX_FACE: gettext_lazy("310 × 220 毫米"),
    FormKind.BOX_ITEMS: gettext_lazy("A4 横排，盒内文件或案卷，也可取 XLSX"),
    FormKind.BOX_NOTES: gettext_lazy("盒内文件情况说明，整理人、检查人"),
}


class BoxForm(_Of):
    """One form of a box."""

    forms = cast("Mapping[str, Gather]", boxes.FORMS)

    def found(self, pk: int) -> Any:
        return printable(self.actor, Location.objects.select_related("fonds", "parent"), pk)


class BoxPrint(FormPage):
    """打印 of a box."""

    template_name = "holdings/printing/box.html"
    title = gettext_lazy("打印")

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The page."""
        obj = printable(self.actor, Location.objects.select_related("fonds", "parent"), pk)
        thickness = boxes.thickness_of(obj, request.GET.get("thickness"))
        chosen = request.GET.get("form", "")
        chosen = chosen if chosen in boxes.FORMS else str(FormKind.BOX_SPINE)
        forms = [
            {
                "key": str(name),
                "label": FormKind(name).label,
                "note": NOTES[name],
                "is_chosen": name == chosen,
                "pdf": f"{self.url(obj, name, 'pdf')}?thickness={thickness}",
                "xlsx": self.url(obj, name, "xlsx") if name in AS_TABLE and can(self.actor, EXPORT, obj) else "",
                "look": f"{request.path}?form={name}&thickness={thickness}",
            }
            for name in boxes.FORMS
        ]
        labels = f"{reverse('holdings:print-list', args=['labels', 'pdf'])}?kind=box&ids={obj.pk}"
        return self.draw(
            obj=obj, forms=forms, chosen=chosen, chosen_label=FormKind(chosen).label, thickness=thickness, thicknesses=boxes.THICKNESSES,
            picture=f"{self.url(obj, chosen, 'png')}?thickness={thickness}", sheets=latest_of(self.actor, location=obj), labels_url=labels,
            is_box=obj.kind == "box",
        )  # fmt: skip

    def url(self, obj: Location, name: str, ext: str) -> str:
        """Address of a form."""
        return reverse("holdings:box-form", args=[obj.pk, name, ext])


class TransferForm(_Of):
    """移交清册 as PDF or workbook."""

    forms = cast("Mapping[str, Gather]", {FormKind.TRANSFER: transfer.transfer_list})

    def found(self, pk: int) -> Any:
        rows = Transfer.objects.select_related("fonds", "department", "handed_by", "received_by")
        return printable(self.actor, rows, pk)


class StampedCopy(FormPage):
    """A copy of an item's file with 归档章 and page numbers; the original stays as it is."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The copy."""
        from kedang.foundation.files.services.reading import file_open

        rows = ItemFile.objects.select_related(
            "file", "item__fonds", "item__department", "item__series", "item__retention"
        )
        found = rows.get_for(self.actor, pk=pk)
        item = found.item
        require(self.actor, "holdings.read", item)
        require(self.actor, PRINT, item)
        settings = settings_of(item.fonds_id)
        with file_open(found.file) as source:
            readable = picture_as_pdf(source) if found.file.media_type.startswith("image/") else source
            copy = stamped(
                cast("Any", readable), stamp_cells(item), first=item.first_page or 1,
                marks=request.GET.get("marks") or settings.page_marks, sides=request.GET.get("sides") or settings.sides,
                stamp=request.GET.get("stamp", "1") != "0",
            )  # fmt: skip
        with transaction.atomic():
            meta = {"file": found.file_id, "sha256": found.file.sha256, "pages": copy.pages, "numbered": copy.numbered}
            record(self.actor, COPY_STAMPED, item, reason=self.purpose, meta=meta)
        name = f"{item.reference_code or item.pk}-{_('加盖副本')}.pdf"
        return file_response(copy.pdf, "application/pdf", name, attached=False)


class SheetLine:
    """A print on a page: when, by whom, and whether it is still true."""

    def __init__(self, sheet: PrintedSheet) -> None:
        self.sheet = sheet

    @cached_property
    def comparison(self) -> Any:
        """Compared when the page asks."""
        return compare(self.sheet, tells_since=False)

    @property
    def url(self) -> str:
        """Where it is told what changed."""
        return f"{reverse('holdings:sheet-check')}?code={self.sheet.code}"


def latest_of(actor: Any, **about: models.Model) -> list[SheetLine]:
    """The latest print of each form of a record, the newest first."""
    found: dict[str, PrintedSheet] = {}
    rows = (
        PrintedSheet.objects.visible_to(actor)
        .filter(file_kind="pdf", **about)
        .select_related("fonds", *about)
        .defer("lines")
    )
    latest = rows.order_by("form").values("form").annotate(newest=models.Max("id")).values_list("newest", flat=True)
    for sheet in PrintedSheet.objects.filter(pk__in=list(latest)).select_related(
        "fonds", "volume__fonds", "location__fonds", "transfer"
    ):
        found[sheet.form] = sheet
    return [SheetLine(sheet) for sheet in sorted(found.values(), key=lambda known: -known.pk)]


def file_response(content: bytes, media_type: str, name: str, *, attached: bool) -> HttpResponse:
    """A file under a Chinese name, shown or saved; never kept by a browser that others may use."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(attached, name) or "inline"
    response["Cache-Control"] = "no-store"
    return response
