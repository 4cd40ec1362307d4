"""目录与标签: catalogues of the whole fonds and labels; asking a printed sheet whether it is still true; settings of printing."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.holdings.choices import LocationKind
from kedang.business.holdings.events.printing import SHEET_CHECKED
from kedang.business.holdings.models import (
    FormKind,
    Location,
    PrintedSheet,
    PrintSettings,
    RetentionPeriod,
    Series,
)
from kedang.business.holdings.printing import catalogue, labels
from kedang.business.holdings.printing.checking import compare, veiled
from kedang.business.holdings.printing.sheet import SHORT, Sheet
from kedang.business.holdings.services.finding_things import BOX, PLACE, VOLUME, thing_of
from kedang.business.holdings.services.sheets import EXPORT, PRINT, SETTINGS, print_settings_change, settings_of
from kedang.business.holdings.views.printing import AS_TABLE, FormPage, SheetLine, latest_of
from kedang.foundation.access.models import Department, Fonds
from kedang.foundation.access.policies import can
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.pages import Page

CODE = re.compile(rf"^({'|'.join(SHORT.values())})-[VBTF]\d{{1,18}}-[A-Z2-7]{{12}}$")
FORMS = (*catalogue.LISTS, FormKind.LABELS)
MOST_PLACES = 500


class ListForms(FormPage):
    """What both pages know: the form asked for, its conditions, the sheet."""

    action = PRINT

    @property
    def fonds(self) -> Fonds:
        """The actor's company."""
        return Fonds.objects.get(pk=self.actor.fonds_id)

    def sheet_of(self, form: str) -> Sheet:
        """The form under the conditions of the address."""
        if form == FormKind.LABELS:
            return labels.labels(self.actor, self.fonds, self.request.GET.dict())
        if form not in catalogue.LISTS:
            raise OutOfScope
        conditions = catalogue.conditions_of(self.actor.fonds_id or 0, self.request.GET)
        return catalogue.LISTS[form](self.actor, self.fonds, conditions, settings_of(self.actor.fonds_id).row_height)


class PrintList(ListForms):
    """One catalogue, or labels, as a file."""

    def get(self, request: HttpRequest, form: str, ext: str) -> HttpResponseBase:
        """The file; nothing to print or too much of it is told on the page of choice."""
        if ext not in {"pdf", "png"} and not (ext == "xlsx" and form in AS_TABLE):
            raise OutOfScope
        try:
            sheet = self.sheet_of(form)
        except NotAllowed:
            raise
        except Refused as refusal:
            if ext == "png":
                raise OutOfScope from refusal
            messages.warning(request, refusal.sentence)
            return HttpResponseRedirect(f"{reverse('holdings:print-lists')}?form={form}")
        if form == FormKind.LABELS:
            labels.drawn(sheet)
        return self.deliver(sheet, ext)


class PrintLists(ListForms):
    """The page of choice."""

    template_name = "holdings/printing/lists.html"
    title = gettext_lazy("目录与标签")
    lead = gettext_lazy(
        "按国家标准格式打印案卷目录、归档文件目录、归档登记簿和标签；每张纸都有表格码，扫码可知是否仍是现行内容。"
    )

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Form, conditions, and a look at the first page."""
        form = request.GET.get("form", "")
        form = form if form in FORMS else str(FormKind.VOLUMES)
        sheet, problem = None, ""
        if form != FormKind.LABELS or request.GET.get("ids") or request.GET.get("within"):
            try:
                sheet = self.sheet_of(form)
            except NotAllowed:
                raise
            except Refused as refusal:
                problem = refusal.sentence
        query = request.GET.copy()
        query.pop("form", None)
        address = {
            ext: f"{reverse('holdings:print-list', args=[form, ext])}?{query.urlencode()}"
            for ext in ("pdf", "xlsx", "png")
        }
        return self.draw(
            form=form, forms=[(str(name), FormKind(name).label, name == form) for name in FORMS], is_labels=form == FormKind.LABELS,
            is_register=form == FormKind.REGISTER, asked=request.GET, count=len(sheet.lines) if sheet else 0, problem=problem,
            address=address, can_table=form in AS_TABLE and can(self.actor, EXPORT), lead=self.lead, label_kinds=labels.KINDS.items(),
            settings=settings_of(self.actor.fonds_id), **self.choices(form),
        )  # fmt: skip

    def choices(self, form: str) -> dict[str, Any]:
        """What may be chosen, within the actor's company."""
        if form == FormKind.LABELS:
            kinds = [LocationKind.STOREHOUSE, LocationKind.ROOM, LocationKind.CABINET, LocationKind.SHELF]
            places = Location.objects.visible_to(self.actor).filter(kind__in=kinds).order_by("path")
            return {"places": list(places.values_list("pk", "label")[:MOST_PLACES])}
        fonds_id = self.actor.fonds_id
        return {
            "series": list(
                Series.objects.filter(scheme__fonds_id=fonds_id, scheme__state="in_force")
                .order_by("code")
                .values_list("code", "name")
            ),
            "periods": list(RetentionPeriod.objects.filter(fonds_id=fonds_id).values_list("pk", "name")),
            "departments": list(
                Department.objects.filter(fonds_id=fonds_id).order_by("path").values_list("pk", "name")
            ),
            "years": range(clock.today().year, clock.today().year - 12, -1),
        }


class SheetCheck(Page):
    """The page behind the code on every sheet: current, or since when not and which lines."""

    action = "holdings.view"
    template_name = "holdings/printing/check.html"
    title = gettext_lazy("核对打印件")
    lead = gettext_lazy("扫描纸上的二维码，或输入表格码、档号、位置号，查看这张纸是否仍是现行内容。")

    def get(self, request: HttpRequest) -> HttpResponse:
        """The answer."""
        code = self.code
        sheet = self.sheet_of(code) if CODE.match(code) else None
        comparison, changes = None, []
        if sheet is not None:
            comparison = compare(sheet)
            changes = veiled(self.actor, comparison.shown)
            with transaction.atomic():
                meta = {
                    "code": code,
                    "form": sheet.form,
                    "is_current": comparison.is_current,
                    "lines": len(comparison.changes),
                }
                record(self.actor, SHEET_CHECKED, sheet.audit_parent or sheet, meta=meta)
        prints = self.prints_of(code) if sheet is None else []
        return self.draw(
            code=code, sheet=sheet, comparison=comparison, changes=changes, prints=prints,
            is_unknown=bool(code) and not sheet and not prints, lead=self.lead, again=self.again(sheet) if sheet else "",
        )  # fmt: skip

    def again(self, sheet: PrintedSheet) -> str:
        """Where the same may be printed as it is now, by who may print it."""
        if sheet.volume is not None and can(self.actor, PRINT, sheet.volume):
            return f"{reverse('holdings:volume-print', args=[sheet.volume_id])}?form={sheet.form}"
        if sheet.location is not None and can(self.actor, PRINT, sheet.location):
            return f"{reverse('holdings:box-print', args=[sheet.location_id])}?form={sheet.form}"
        if sheet.form in catalogue.LISTS and can(self.actor, PRINT):
            return f"{reverse('holdings:print-lists')}?{urlencode({'form': sheet.form, **sheet.asked.get('conditions', {})})}"
        return ""

    @cached_property
    def code(self) -> str:
        """What was scanned or typed."""
        text = self.request.GET.get("code", "").strip()[:200]
        if "code=" in text:
            text = text.split("code=", 1)[1].split("&", 1)[0]
        return text.upper() if CODE.match(text.upper()) else text

    def sheet_of(self, code: str) -> PrintedSheet | None:
        """The latest print of this code that the actor may see."""
        rows = PrintedSheet.objects.visible_to(self.actor).filter(fonds_id=self.actor.fonds_id, code=code)
        found: PrintedSheet | None = (
            rows.select_related("fonds", "volume__fonds", "location__fonds", "transfer__fonds").order_by("-id").first()
        )
        return found

    def prints_of(self, code: str) -> list[SheetLine]:
        """Of a 档号 or place number: the latest print of each form of it."""
        if not code:
            return []
        try:
            found = thing_of(self.actor, code)
        except Refused:
            return []
        if found.kind in {PLACE, BOX}:
            return latest_of(self.actor, location=found.obj)
        volume = found.obj if found.kind == VOLUME else found.obj.volume
        return (
            latest_of(self.actor, volume=volume)
            if volume is not None and can(self.actor, "holdings.view", volume)
            else []
        )


class PrintSettingsPage(Page):
    """打印设置."""

    action = "holdings.scheme"
    template_name = "holdings/printing/settings.html"
    title = gettext_lazy("打印设置")
    lead = gettext_lazy("打印时没有另选的，按这里的设置。")

    def get(self, request: HttpRequest, problem: Refused | None = None) -> HttpResponse:
        """The form."""
        settings = settings_of(self.actor.fonds_id)
        inputs = []
        for name in SETTINGS:
            declared: Any = PrintSettings._meta.get_field(name)
            typed = request.POST.get(name) if problem else None
            inputs.append(
                {
                    "name": name, "label": declared.verbose_name, "value": str(getattr(settings, name)) if typed is None else typed,
                    "choices": [(str(value), label) for value, label in declared.choices or ()],
                    "problem": problem.sentence if problem and problem.field == name else "",
                }
            )  # fmt: skip
        return self.draw(
            inputs=inputs, version=settings.version, problem=problem, lead=self.lead, status=422 if problem else 200
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Save."""
        version = request.POST.get("version", "")
        try:
            print_settings_change(
                actor=self.actor, values={name: request.POST.get(name, "") for name in SETTINGS},
                version=int(version) if version.isdecimal() else None,
            )  # fmt: skip
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.get(request, problem=refusal)
        messages.success(request, _("打印设置已保存。"))
        return HttpResponseRedirect(request.path)
