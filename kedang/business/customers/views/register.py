"""异动登记簿: changes of all visible dossiers by period, kind, person and department; printed and exported."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.customers.events import CUSTOMERS_EXPORTED, CUSTOMERS_LISTED, REGISTER_PRINTED
from kedang.business.customers.filters import department_choices, person_choices
from kedang.business.customers.models import Customer
from kedang.business.customers.printing import register_pdf
from kedang.business.customers.views.changes import (
    RegisterLine,
    change_events,
    change_rows,
    change_titles,
    lines_of,
    visible_changes,
)
from kedang.business.customers.views.sheets import workbook
from kedang.foundation.access.actions import is_taking
from kedang.foundation.access.grants import as_taker
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import can
from kedang.foundation.access.signin.quota import spend
from kedang.foundation.audit.disclosed import as_ranges
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.kernel import clock
from kedang.foundation.web.pages import Page

PAGE = 50
MOST = 5000


class Register(Page):
    """The page."""

    action = "customers.view"
    template_name = "customers/register.html"
    title = gettext_lazy("异动登记簿")

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """A page of changes."""
        lines = self.lines(PAGE + 1, self.offset)
        self.note(CUSTOMERS_LISTED, lines[:PAGE])
        query = request.GET.copy()
        query.pop("page", None)
        return self.draw(
            lines=lines[:PAGE], has_next=len(lines) > PAGE, number=self.number, previous=self.number - 1, next=self.number + 1,
            kept=query.urlencode(), asked=self.asked, kinds=change_titles(), people=person_choices(self.actor),
            departments=department_choices(self.actor), period=self.period_words, can_print=can(self.actor, "customers.print"),
            can_export=can(self.actor, "customers.export"), today=clock.today(),
        )  # fmt: skip

    @property
    def number(self) -> int:
        """Page asked for."""
        text = self.request.GET.get("page", "")
        return min(max(1, int(text)), MOST // PAGE) if text.isdecimal() else 1

    @property
    def offset(self) -> int:
        return (self.number - 1) * PAGE

    @cached_property
    def asked(self) -> dict[str, Any]:
        """Conditions as asked; the last thirty days unless said otherwise."""
        get: QueryDict = self.request.GET
        until = _day(get.get("to", "")) or clock.today()
        since = _day(get.get("from", "")) or until - timedelta(days=30)
        return {
            "since": since, "until": until, "kind": get.get("kind", ""), "person": get.get("person", ""),
            "department": get.get("department", ""),
        }  # fmt: skip

    @property
    def period_words(self) -> str:
        """Conditions in words."""
        words = [f"{self.asked['since']:%Y-%m-%d} ~ {self.asked['until']:%Y-%m-%d}"]
        for key, choices in (
            ("kind", change_titles()),
            ("person", person_choices(self.actor)),
            ("department", department_choices(self.actor)),
        ):
            chosen = {str(value): str(label).strip() for value, label in choices}.get(self.asked[key])
            if chosen:
                words.append(chosen)
        return "；".join(words)

    def lines(self, most: int, offset: int = 0) -> list[RegisterLine]:
        """Changes that fit, newest first."""
        asked = self.asked
        events = change_events(
            self.actor.fonds_id, [asked["kind"]] if asked["kind"] in dict(change_titles()) else []
        ).filter(
            at__gte=datetime.combine(asked["since"], time.min, ZoneInfo(settings.TIME_ZONE)),
            at__lte=clock.end_of_day(asked["until"]),
        )
        if asked["person"].isdecimal():
            events = events.filter(actor_id=int(asked["person"]))
        if asked["department"].isdecimal():
            people = Person.objects.filter(
                fonds_id=self.actor.fonds_id, department__path__contains=f"/{asked['department']}/"
            )
            events = events.filter(actor_id__in=list(people.values_list("pk", flat=True)))
        return lines_of(self.drawer, visible_changes(self.drawer, events, offset + most)[offset:])

    @property
    def drawer(self) -> Any:
        """As whom lines are drawn: of what leaves the house, without what is only open for reading."""
        return as_taker(self.actor) if is_taking(self.action) else self.actor

    def note(self, event: Any, lines: list[RegisterLine], **meta: Any) -> None:
        """The look, written down."""
        subject = SubjectRef(Customer._meta.label_lower, None, str(self.title), fonds_id=self.actor.fonds_id)
        ids = as_ranges(line.customer.pk for line in lines)
        with transaction.atomic():
            spend(self.actor, "export", meta.get("rows", 0))
            record(
                self.actor,
                event,
                subject,
                meta={"what": "register", "conditions": [self.period_words], "ids": ids, **meta},
            )


class RegisterPrint(Register):
    """The register as PDF."""

    action = "customers.print"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The file, once it is written down."""
        lines = self.lines(MOST)
        self.note(REGISTER_PRINTED, lines, rows=len(lines))
        made = register_pdf(self.drawer, change_rows(lines), self.period_words)
        return pdf(made, f"{_('异动登记簿')}-{clock.today():%Y%m%d}.pdf")


class RegisterExport(Register):
    """The register as a workbook."""

    action = "customers.export"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """The file, once it is written down."""
        lines = self.lines(MOST)
        self.note(CUSTOMERS_EXPORTED, lines, rows=len(lines))
        heads = [
            _("变更日期"),
            _("客户编号"),
            _("客户名称"),
            _("变更项目"),
            _("变更前"),
            _("变更后"),
            _("变更原因"),
            _("登记人"),
        ]
        rows = [
            [row.day, row.number, row.name, row.field, row.old, row.new, row.reason, row.actor]
            for row in change_rows(lines)
        ]
        name = f"{_('异动登记簿')}-{clock.today():%Y%m%d}.xlsx"
        return workbook(str(self.title), heads, rows, name)


def pdf(content: bytes, name: str) -> HttpResponse:
    """A PDF shown in the browser under a Chinese name."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    return response


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
