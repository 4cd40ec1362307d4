"""Pages of the seals: how they stand, verify now, carry evidence away."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.events import EVENTS_EXPORTED, EVENTS_VIEWED
from kedang.foundation.access.policies import can
from kedang.foundation.audit import asking
from kedang.foundation.audit.models import Event, Seal
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.audit.redacting import seal_of
from kedang.foundation.audit.sealing.heads import parse
from kedang.foundation.audit.standing import standing
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import OutOfScope, Refused
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.records.form_fields import style

SHOWN = 30


class SealPage(Page):
    """How the seals stand, the latest of them, and what can be done."""

    action = "audit.view"
    template_name = "access/seals.html"
    title = _("留痕封存")

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page; ``before`` leads to older seals."""
        seals = Seal.objects.filter(count__gt=0).order_by("-number")
        before = request.GET.get("before", "")
        if before.isdecimal():
            seals = seals.filter(number__lt=int(before[:18]))
        rows = list(seals[: SHOWN + 1])
        record(self.actor, EVENTS_VIEWED, SubjectRef("audit.seal", None, str(self.title)))
        return self.draw(
            now=standing(),
            rows=[(seal, parse(seal.head)) for seal in rows[:SHOWN]],
            older=rows[SHOWN - 1].number if len(rows) > SHOWN else None,
            is_first=not before.isdecimal(),
            may_export=can(self.actor, "audit.export"),
        )

    def crumbs(self) -> list[Crumb]:
        return [(_("操作留痕"), reverse("access:event-list")), (self.title, "")]


class SealVerify(Page):
    """Verify now: a job that anybody may watch who asked for it."""

    action = "audit.view"

    def post(self, request: HttpRequest) -> HttpResponse:
        """Hand in the job and go to its page."""
        with transaction.atomic():
            number = asking.ask(self.actor, "audit.verify")
        return redirect("jobs:job-detail", number)


class Period(forms.Form):
    """Days of a bundle."""

    start = forms.DateField(label=_("开始日期"))
    end = forms.DateField(label=_("结束日期"), help_text=_("含当天。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            self.fields[name] = style(field)

    def clean(self) -> dict[str, Any]:
        """The end after the start, and neither in the future."""
        data = super().clean() or {}
        start, end = data.get("start"), data.get("end")
        if start and end and end < start:
            self.add_error("end", _now("结束日期早于开始日期。"))
        if start and start > clock.today():
            self.add_error("start", _now("开始日期还没有到。"))
        return data


class BundleAsk(Page):
    """Choose the days of an evidence bundle."""

    action = "audit.export"
    template_name = "access/bundle.html"
    title = _("导出证据包")

    def get(self, request: HttpRequest) -> HttpResponse:
        """The last thirty days to begin with."""
        today = clock.today()
        return self.draw(form=Period(initial={"start": today - timedelta(days=29), "end": today}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Hand in the job and go to its page, which offers the file at the end."""
        form = Period(request.POST)
        if not form.is_valid():
            return self.draw(form=form, status=400)
        days = {name: form.cleaned_data[name].isoformat() for name in ("start", "end")}
        with transaction.atomic():
            number = asking.ask(self.actor, "audit.bundle", **days)
        return redirect("jobs:job-detail", number)

    def crumbs(self) -> list[Crumb]:
        return [
            (_("操作留痕"), reverse("access:event-list")),
            (SealPage.title, reverse("access:seals")),
            (self.title, ""),
        ]


class BundleFile(Page):
    """The file of a bundle, for who asked for it and nobody else."""

    action = "audit.export"

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """As a download, written down before the first byte."""
        path = asking.bundle_file(self.actor, pk)
        if not path.is_file():
            raise OutOfScope
        about = SubjectRef("audit.seal", None, str(BundleAsk.title))
        record(self.actor, EVENTS_EXPORTED, about, meta={"file": path.name})
        return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)


def sealed_words(event: Event) -> str:
    """State of an entry: under which seal since when, or waiting."""
    try:
        seal = seal_of(event.pk)
    except (ValueError, Refused):
        seal = None
    if seal is None:
        return _now("待封存（一分钟内自动封存）")
    told = {"n": seal.number, "at": f"{clock.local(seal.at):%Y-%m-%d %H:%M:%S}"}
    return _now("已封存：第 %(n)s 号封条，%(at)s") % told
