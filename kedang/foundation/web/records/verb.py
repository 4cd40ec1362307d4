"""A verb: a POST that runs a service, after a panel that says what will happen and asks why."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from kedang.foundation.access.policies import require
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.records.base import RecordPages
from kedang.foundation.web.records.declare import Verb
from kedang.foundation.web.records.form_fields import style

MOST_PICKED = 500
AT_ONCE = 25
"""More rows than these are a job: nobody waits for them before an empty page."""


def verb_form(verb: Verb, data: Any = None) -> forms.Form:
    """The inputs of a verb: its own fields, then the reason."""
    inputs = {name: style(field() if callable(field) else field) for name, field in verb.fields.items()}
    if verb.reason:
        inputs["reason"] = style(
            forms.CharField(
                label=_("原因"),
                required=verb.reason is True,
                max_length=500,
                widget=forms.Textarea(attrs={"rows": "2"}),
                error_messages={"required": _("请写明原因。")},
            )
        )
    form_type: type[forms.Form] = type("VerbFields", (forms.Form,), inputs)
    return form_type(data, label_suffix="")


class RecordVerb(Page):
    """One verb on one record."""

    pages: type[RecordPages] = RecordPages
    verb: Verb = None  # type: ignore[assignment]  # given by the address
    template_name = "web/records/verb.html"
    obj: Any

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Load the record and ask for the right."""
        self.obj = self.pages.get(self.actor, kwargs["pk"])
        if self.verb.action:
            require(self.actor, self.verb.action, self.obj)
        return super().dispatch(request, *args, **kwargs)

    def page_title(self) -> Any:
        return self.verb.label

    def crumbs(self) -> list[Crumb]:
        back = self.pages.url("detail", self.obj.pk) if self.pages.has_detail else ""
        name = self.pages.name_of(self.actor, self.obj)
        return [(self.pages.plural(), self.pages.url("list")), (name, back), (self.page_title(), "")]

    def back_url(self) -> str:
        """Page of the record."""
        return self.pages.url("detail", self.obj.pk) if self.pages.has_detail else self.pages.url("list")

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The confirm panel."""
        return self.show(verb_form(self.verb))

    def show(self, form: forms.Form, *, status: int = 200, problem: str = "") -> HttpResponse:
        """Draw the panel as a page or into the dialog."""
        context: dict[str, Any] = {
            "verb": self.verb, "form": form, "obj": self.obj, "name": self.pages.name_of(self.actor, self.obj),
            "back_url": self.back_url(), "form_url": self.request.path, "problem": problem, "title": self.page_title(),
        }  # fmt: skip
        if self.is_fragment:
            return self.draw_part("web/records/verb_dialog.html", **context)
        return self.draw(status=status, **context)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Run the service."""
        form = verb_form(self.verb, request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        argument = self.verb.argument or self.pages.argument_name()
        try:
            self.verb.service(actor=self.actor, **{argument: self.obj}, **form.cleaned_data)
        except NotAllowed:
            raise
        except Refused as refusal:
            if refusal.field in form.fields:
                form.add_error(refusal.field, refusal.sentence)
                return self.show(form, status=422)
            return self.show(form, status=422, problem=refusal.sentence)
        messages.success(request, str(self.verb.done or _("“%(verb)s”已完成。") % {"verb": self.verb.label}))
        url = self.after_url()
        return HttpResponse(status=204, headers={"HX-Redirect": url}) if self.is_fragment else HttpResponseRedirect(url)

    def after_url(self) -> str:
        """Where to go afterwards: to the record if it is still there for the actor, else to the list."""
        try:
            self.pages.get(self.actor, self.obj.pk)
        except OutOfScope:
            return self.pages.url("list")
        return self.back_url()


class RecordBatch(Page):
    """One verb on picked rows of the list: first the number and the consequence, then a result per row."""

    pages: type[RecordPages] = RecordPages
    verb: Verb = None  # type: ignore[assignment]  # given by the address
    template_name = "web/records/batch.html"
    http_method_names = ["post"]

    def required_action(self) -> str:
        return self.verb.action

    def page_title(self) -> Any:
        return _("批量：%(verb)s") % {"verb": self.verb.label}

    def crumbs(self) -> list[Crumb]:
        return [(self.pages.plural(), self.pages.url("list")), (self.page_title(), "")]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the panel; run with ``_run``."""
        keys = [int(text) for text in request.POST.getlist("pick")[:MOST_PICKED] if text.isdecimal()]
        rows = list(self.pages.visible(self.actor).filter(pk__in=keys).order_by("pk"))
        if not rows:
            messages.warning(request, _("没有选中任何行。请先勾选，再选择批量操作。"))
            return HttpResponseRedirect(self.back_url())
        is_run = "_run" in request.POST
        form = verb_form(self.verb, request.POST if is_run else None)
        if is_run and form.is_valid() and len(rows) > AT_ONCE and RecordPages.of_kind(self.pages.kind()) is self.pages:
            return self.hand_in([row.pk for row in rows])
        results = [
            {
                "name": self.pages.name_of(self.actor, row),
                **run_on(self.pages, self.verb, self.actor, row, form.cleaned_data),
            }
            for row in rows
            if is_run and form.is_valid()
        ]
        context: dict[str, Any] = {
            "verb": self.verb, "form": form, "rows": rows, "form_url": request.path, "back_url": self.back_url(), "back": self.asked_back(),
            **told(results),
        }  # fmt: skip
        response = self.draw(status=422 if is_run and not results else 200, **context)
        response.has_acted = bool(results)  # type: ignore[attr-defined]  # told to the ledger of sent forms
        return response

    def asked_back(self) -> str:
        """Page of ours from which the rows were picked, where it is not the list (``_back``)."""
        url = self.request.POST.get("_back", "")
        return url if url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None) else ""

    def back_url(self) -> str:
        """Where the rows were picked."""
        return self.asked_back() or self.pages.url("list")

    def hand_in(self, keys: list[int]) -> HttpResponse:
        """Many rows are a job: with progress, to be cancelled, and its page tells the results."""
        given = {
            name: self.request.POST.getlist(name) for name in (*self.verb.fields, "reason") if name in self.request.POST
        }
        title = _("批量：%(verb)s（%(n)s 条）") % {"verb": self.verb.label, "n": len(keys)}
        args = {"kind": self.pages.kind(), "verb": self.verb.key, "keys": keys, "given": given, "back": self.back_url()}
        try:
            job = enqueue(self.actor, "web.batch", args=args, title=title, key=f"{self.actor.pk}.{self.verb.key}")
        except Refused as refusal:
            messages.error(self.request, refusal.sentence)
            return HttpResponseRedirect(self.back_url())
        return HttpResponseRedirect(reverse("jobs:job-detail", args=[job.pk]))


def run_on(pages: type[RecordPages], verb: Verb, actor: Any, row: Any, values: dict[str, Any]) -> dict[str, Any]:
    """One row; its refusal is told beside it, the others go on. A sentence that the service gives back says what it left undone."""
    argument = verb.argument or pages.argument_name()
    try:
        outcome = verb.service(actor=actor, **{argument: row}, **values)
    except OutOfScope:
        return {"is_done": False, "sentence": str(_("已不在您的数据范围之内。"))}
    except Refused as refusal:
        return {"is_done": False, "sentence": str(refusal.sentence)}
    return {"is_done": True, "sentence": outcome if isinstance(outcome, str) else ""}


def told(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Results as pages show them: what is left to do comes first."""
    return {
        "results": sorted(results, key=lambda result: (result["is_done"], not result["sentence"])),
        "done_count": sum(1 for result in results if result["is_done"] and not result["sentence"]),
        "part_count": sum(1 for result in results if result["is_done"] and result["sentence"]),
    }
