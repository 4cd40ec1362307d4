"""检查: answering the points on the spot, and the record on paper."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import FindingState
from kedang.business.holdings.events.custody import CUSTODY_PRINTED
from kedang.business.holdings.models import Finding, Inspection
from kedang.business.holdings.printing.custody import inspection_card
from kedang.business.holdings.services.inspections import BAD, GOOD, NONE, POINTS, inspection_do
from kedang.foundation.access.policies import can, require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.printing import render_sheet
from kedang.foundation.web.records import RecordDetail

RESULTS = (GOOD, BAD, NONE)


def result_word(result: str) -> str:
    """A result in a word."""
    return {GOOD: _("正常"), BAD: _("有问题"), NONE: _("不涉及")}.get(result, "")


class InspectionPage(RecordDetail):
    """An inspection: its points with what was found, and what became of the findings."""

    template_name = "holdings/custody/inspection.html"

    def head(self) -> dict[str, Any]:
        """A record that is done is not offered for changing."""
        head = super().head()
        return {**head, "can_change": head["can_change"] and self.obj.done_at is None}

    def extra(self) -> dict[str, Any]:
        row: Inspection = self.obj
        lines = [
            {
                "point": point, "word": result_word(row.answers.get(point.key, {}).get("result", "")),
                "is_bad": row.answers.get(point.key, {}).get("result") == BAD, "note": row.answers.get(point.key, {}).get("note", ""),
            }
            for point in POINTS
        ]  # fmt: skip
        findings = list(Finding.objects.filter(inspection=row).order_by("id"))
        return {
            "row": row, "lines": lines if row.done_at else [], "findings": findings, "points": POINTS,
            "can_do": row.done_at is None and can(self.actor, "custody.keep", row),
        }  # fmt: skip


class FindingPage(RecordDetail):
    """A finding; once solved it is only read."""

    def head(self) -> dict[str, Any]:
        """What is solved is not offered for changing."""
        head = super().head()
        return {**head, "can_change": head["can_change"] and self.obj.state == FindingState.OPEN}


class InspectionDo(Page):
    """The check list to fill in, made for a phone."""

    action = "custody.keep"
    template_name = "holdings/custody/inspect.html"
    row: Inspection

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Load the inspection."""
        require(self.actor, "custody.keep")
        self.row = inspection_of(self.actor, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def page_title(self) -> Any:
        return _("填写检查：%(place)s") % {"place": self.row.location.name or self.row.location.label}

    def crumbs(self) -> list[Crumb]:
        return [
            (_("库房检查"), reverse("holdings:inspection-list")),
            (str(self.row), reverse("holdings:inspection-detail", args=[self.row.pk])), (self.page_title(), ""),
        ]  # fmt: skip

    def get(self, request: HttpRequest, problem: Refused | None = None, **kwargs: Any) -> HttpResponse:
        """The list of points, with what was typed where something is missing; on demand the rest as good, to be looked over."""
        problems = problem.details.get("problems", {}) if problem is not None else {}
        post, rest = request.POST, GOOD if "_rest" in request.POST else ""
        lines = []
        for point in POINTS:
            note = post.get(f"note-{point.key}", "")
            chosen = post.get(f"result-{point.key}", "") or (rest if not note.strip() else "")
            lines.append({"point": point, "chosen": chosen, "note": note, "problem": problems.get(point.key, "")})
        return self.draw(
            row=self.row, lines=lines, problem=problem, results=[(key, result_word(key)) for key in RESULTS],
            conclusion=request.POST.get("conclusion", ""), status=422 if problem else 200,
        )  # fmt: skip

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Finish it."""
        post = request.POST
        if "_rest" in post:
            return self.get(request)
        answers = {
            p.key: {"result": post.get(f"result-{p.key}", ""), "note": post.get(f"note-{p.key}", "")} for p in POINTS
        }
        version = post.get("version", "")
        try:
            done = inspection_do(
                actor=self.actor, inspection=self.row, answers=answers, conclusion=post.get("conclusion", ""),
                version=int(version) if version.isdecimal() else None,
            )  # fmt: skip
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.get(request, refusal)
        messages.success(request, _("检查已完成，发现的问题已列入待处理。"))
        return HttpResponseRedirect(reverse("holdings:inspection-detail", args=[done.pk]))


class InspectionPrint(Page):
    """库房检查记录 as PDF."""

    action = "custody.view"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The file, once it is written down that it left."""
        row = inspection_of(self.actor, pk)
        made = render_sheet(inspection_card(self.actor, row))
        with transaction.atomic():
            record(self.actor, CUSTODY_PRINTED, row)
        return pdf(made, f"{_('库房检查记录')}-{row.location.label}-{row.planned_on}.pdf")


def inspection_of(actor: Any, key: int) -> Inspection:
    """An inspection that exists for the actor."""
    found = Inspection.objects.visible_to(actor).select_related("location", "fonds").filter(pk=key).first()
    if found is None:
        raise OutOfScope
    return found  # type: ignore[no-any-return]  # an Inspection by construction


def pdf(content: bytes, name: str) -> HttpResponse:
    """A PDF to look at, with its name."""
    from django.utils.http import content_disposition_header

    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    return response
