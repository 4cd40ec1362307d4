"""A case's page: what is asked for, the way it goes, what was said, and what the reader can do."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import can
from kedang.foundation.access.veil import format_value
from kedang.foundation.approvals.choices import CaseState, TaskState
from kedang.foundation.approvals.events import CASE_PRINTED
from kedang.foundation.approvals.models import CaseCopy
from kedang.foundation.approvals.policies import stood_in_for
from kedang.foundation.approvals.printing import case_pdf
from kedang.foundation.approvals.registry import Veiled, is_known, kind_of
from kedang.foundation.approvals.services import deciding as services
from kedang.foundation.approvals.services import owning
from kedang.foundation.approvals.services.going import turn_of
from kedang.foundation.approvals.views.course import TONES, picture
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.drawing import value_html
from kedang.foundation.web.records import Cell, RecordDetail, RecordPage

MOST_PEOPLE, LONG = 500, 40


def people_field(case: Any, actor: Any) -> forms.ChoiceField:
    """Colleagues to whom a part may be given."""
    rows = Person.objects.filter(fonds_id=case.fonds_id, is_active=True).exclude(pk__in=[case.requester_id, actor.pk])
    choices = [
        ("", _("请选择")),
        *(
            (key, f"{name}　{title}".strip())
            for key, name, title in rows.order_by("id").values_list("pk", "name", "title")[:MOST_PEOPLE]
        ),
    ]
    return forms.ChoiceField(choices=choices, label=_("人员"))


class CaseDetail(RecordDetail):
    """The case. Who was told of it has read it by opening it."""

    template_name = "approvals/case.html"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The page."""
        if CaseCopy.objects.filter(case=self.obj, person_id=self.actor.pk, read_at__isnull=True).exists():
            owning.copy_read(actor=self.actor, case=self.obj)
        return super().get(request, **kwargs)

    def extra(self) -> dict[str, Any]:
        """What is asked for, the picture, the course, and the box of decisions."""
        case, actor = self.obj, self.actor
        kind = kind_of(case.kind) if is_known(case.kind) else None
        mine = self.my_task()
        block = kind.block(actor, case) if kind is not None else None
        return {
            "head_links": [(_("打印审批单"), self.pages.url("print", case.pk), "printer")],
            "blocks": [{"template": block[0], "context": block[1]}] if block else [],
            "kind_edit_url": reverse(kind.edit, args=[case.pk]) if kind is not None and kind.edit else "",
            "case": case, "kind_title": kind.title if kind else case.kind, "asked": asked_of(actor, case, kind),
            "lines": list(case.lines.all()), "is_line_by_line": bool(kind and kind.is_line_by_line and mine), "task": mine,
            "behalf": mine.person if mine is not None and mine.person_id != actor.pk else None,
            "stops": picture(case, turn_of(case)),
            "entries": [{"entry": one, "tone": TONES.get(one.kind, "")} for one in case.decisions.order_by("id")],
            "copies": list(case.copies.select_related("person")), "people": people_field(case, actor).choices if mine else [],
            "is_mine": case.requester_id == actor.pk, "can_withdraw": case.requester_id == actor.pk and case.is_open
            and case.effective_at is None,
            "can_remind": case.requester_id == actor.pk and case.state in (CaseState.RUNNING, CaseState.CONFIRMING),
            "must_complete": case.requester_id == actor.pk and case.state == CaseState.RETURNED,
            "subject_url": subject_url(kind, case), "can_remark": can(actor, "approvals.use") and case.is_open,
        }  # fmt: skip

    def my_task(self) -> Any:
        """The reader's part that waits, or that of somebody they stand in for."""
        case, actor = self.obj, self.actor
        if not case.is_open or case.requester_id == actor.pk or not can(actor, "approvals.use"):
            return None
        people = [actor.pk, *stood_in_for(actor)]
        rows = case.tasks.filter(state=TaskState.WAITING, person_id__in=people).select_related("person", "step")
        return rows.order_by((F("person_id") - actor.pk) * (F("person_id") - actor.pk)).first()


def asked_of(actor: Any, case: Any, kind: Any) -> list[tuple[Any, Any, bool]]:
    """What is asked for as (label, text, whether it is long): the kind's own words, then the reason and the times."""
    told = [
        (label, with_eye(label, text) if isinstance(text, Veiled) else str(text))
        for label, text in (kind.describe(actor, case) if kind else [])
        if str(text) != case.title
    ]
    own = [
        (_("申请理由"), case.reason), (_("紧急事由"), case.urgent_reason), (_("提交时间"), format_value(case.opened_at)),
        (_("生效时间"), format_value(case.effective_at) if case.is_urgent else ""), (_("办结时间"), format_value(case.closed_at)),
    ]  # fmt: skip
    return [(label, text, len(text) > LONG) for label, text in [*told, *((label, text) for label, text in own if text)]]


def with_eye(label: Any, text: Veiled) -> SafeString:
    """A text seen in part, with the eye that asks for a reason."""
    cell = Cell(text.name, label, text.text, state="mask", unmask_url=text.url)
    return value_html(cell, text.key)


def subject_url(kind: Any, case: Any) -> str:
    """Address of what the case is about, where its room has a page for it."""
    if kind is None or not kind.page or case.subject_id is None:
        return ""
    try:
        return reverse(kind.page, args=[case.subject_id])
    except NoReverseMatch:
        return ""


class CaseAct(RecordPage):
    """One of the buttons of a case; says what came of it and goes back to the case, after a decision to the work list."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Run the verb that the button names."""
        verb, given = kwargs["verb"], request.POST
        opinion, version = given.get("opinion", "").strip(), _whole(given.get("version"))
        common: dict[str, Any] = {"actor": self.actor, "case": self.obj}
        runs: dict[str, Any] = {
            "approve": lambda: services.case_approve(**common, opinion=opinion, lines=self.lines(), version=version),
            "reject": lambda: services.case_reject(**common, opinion=opinion, version=version),
            "return": lambda: services.case_return(**common, opinion=opinion, version=version),
            "delegate": lambda: services.task_delegate(**common, to=self.person(), opinion=opinion, version=version),
            "add": lambda: services.signer_add(**common, person=self.person(), opinion=opinion, version=version),
            "resubmit": lambda: owning.case_resubmit(**common, reason=opinion),
            "withdraw": lambda: owning.case_withdraw(**common, reason=opinion),
            "remind": lambda: owning.case_remind(**common),
            "remark": lambda: owning.case_remark(**common, text=opinion),
        }
        done = {
            "approve": _("已同意。"), "reject": _("已答复不同意，申请人会看到理由。"), "return": _("已退回申请人补充。"),
            "delegate": _("已转交。"), "add": _("已加签。"), "resubmit": _("已再次提交。"), "withdraw": _("已撤回。"),
            "remind": _("已催办。"), "remark": _("已记录。"),
        }  # fmt: skip
        if verb not in runs:
            raise OutOfScope
        try:
            runs[verb]()
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(self.pages.url("detail", self.obj.pk))
        messages.success(request, done[verb])
        if verb in ("approve", "reject", "return", "delegate"):
            return HttpResponseRedirect(f"{self.pages.url('list')}?view=waiting")
        return HttpResponseRedirect(self.pages.url("detail", self.obj.pk))

    def lines(self) -> dict[int, bool] | None:
        """Lines as the approver marked them; None where the form has none."""
        if "line" not in self.request.POST and not self.request.POST.get("has_lines"):
            return None
        granted = {int(key) for key in self.request.POST.getlist("line") if key.isdecimal()}
        return {line.pk: line.pk in granted for line in self.obj.lines.exclude(is_granted=False)}

    def person(self) -> Person:
        """Who was chosen."""
        key = _whole(self.request.POST.get("person"))
        found = Person.objects.filter(pk=key, fonds_id=self.actor.fonds_id, is_active=True).first() if key else None
        if found is None:
            raise Refused("signer_unfit", _("请选择人员。"), "person")
        made: Person = found
        return made


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 18 else None


class CasePrint(RecordPage):
    """审批单 as PDF; printing is an act."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The file."""
        record(self.actor, CASE_PRINTED, self.obj)
        content = case_pdf(self.actor, self.obj)
        headers = {
            "Content-Disposition": content_disposition_header(
                as_attachment=False, filename=f"{_('审批单')}-{self.obj.number}.pdf"
            )
            or ""
        }
        return HttpResponse(content, content_type="application/pdf", headers=headers)
