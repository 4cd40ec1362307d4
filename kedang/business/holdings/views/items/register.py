"""归档登记簿 (AR-13): what was filed on each day: name, number, time, by whom; printed and exported."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from kedang.business.holdings.choices import FilingStep
from kedang.business.holdings.events.items import ITEMS_LISTED, REGISTER_EXPORTED, REGISTER_PRINTED
from kedang.business.holdings.models import FilingTrace, Item
from kedang.business.holdings.printing.custody import mark_of
from kedang.business.holdings.views.custody.inspecting import pdf
from kedang.business.holdings.views.items.declared import retention_choices, series_choices
from kedang.foundation.access.actions import is_taking
from kedang.foundation.access.policies import at_large, can
from kedang.foundation.access.signin.quota import spend
from kedang.foundation.audit.disclosed import as_ranges
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.kernel import clock
from kedang.foundation.web.pages import Page
from kedang.foundation.web.printing import Column, Listing, Table, render_listing
from kedang.foundation.web.records.sheets import write_xlsx

PAGE = 50
MOST = 5000
DAYS = 30


@dataclass(slots=True)
class Line:
    """One filing."""

    item: Item
    at: datetime
    who: str
    day: date
    is_first_of_day: bool = False
    of_day: int = 0


class Register(Page):
    """The page."""

    action = "holdings.view"
    template_name = "holdings/items/register.html"
    title = gettext_lazy("归档登记簿")

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """A page of filings, newest day first."""
        found = self.lines(PAGE + 1, (self.number - 1) * PAGE)
        lines = found[:PAGE]
        self._count_days(lines)
        self.note(ITEMS_LISTED, lines)
        query = request.GET.copy()
        query.pop("page", None)
        return self.draw(
            lines=lines, has_next=len(found) > PAGE, number=self.number, previous=self.number - 1, next=self.number + 1,
            kept=query.urlencode(), asked=self.asked, total=self.rows().count(), series=series_choices(self.actor),
            retentions=retention_choices(self.actor), can_print=can(self.actor, "holdings.print"),
            can_export=can(self.actor, "holdings.export"), today=clock.today(),
        )  # fmt: skip

    @property
    def number(self) -> int:
        """Page asked for."""
        text = self.request.GET.get("page", "")
        return min(max(1, int(text[:6])), MOST // PAGE) if text.isdecimal() else 1

    @cached_property
    def asked(self) -> dict[str, Any]:
        """Conditions as asked; the last thirty days unless said otherwise."""
        get = self.request.GET
        until = _day(get.get("to", "")) or clock.today()
        since = _day(get.get("from", "")) or until - timedelta(days=DAYS)
        return {"since": since, "until": until, "series": get.get("series", ""), "retention": get.get("retention", "")}

    @property
    def words(self) -> str:
        """Conditions in words."""
        told = [f"{self.asked['since']:%Y-%m-%d} ~ {self.asked['until']:%Y-%m-%d}"]
        for key, choices in (("series", series_choices(self.actor)), ("retention", retention_choices(self.actor))):
            chosen = {str(value): str(label).strip() for value, label in choices}.get(self.asked[key])
            if chosen:
                told.append(chosen)
        return "；".join(told)

    def rows(self) -> Any:
        """Items filed in the period, as far as the reader sees them."""
        zone = ZoneInfo(settings.TIME_ZONE)
        q = Q(filed_at__gte=datetime.combine(self.asked["since"], time.min, zone))
        q &= Q(filed_at__lte=clock.end_of_day(self.asked["until"]))
        for key in ("series", "retention"):
            if self.asked[key].isdecimal():
                q &= Q(**{f"{key}_id": int(self.asked[key])})
        return Item.objects.visible_to(self.actor).filter(
            q & (at_large(self.actor, self.action, Item) if is_taking(self.action) else Q())
        )

    def lines(self, most: int, offset: int = 0) -> list[Line]:
        """Filings, newest first, with who filed them."""
        rows = self.rows().select_related("customer", "retention", "volume").order_by("-filed_at", "-id")
        items = list(rows[offset : offset + most])
        who = dict(
            FilingTrace.objects.filter(item__in=[item.pk for item in items], step=FilingStep.PUT_AWAY)
            .order_by("id")
            .values_list("item_id", "made_by")
        )
        found, last = [], None
        for item in items:
            day = clock.local(item.filed_at).date()
            found.append(Line(item, item.filed_at, who.get(item.pk, ""), day, day != last))
            last = day
        return found

    @staticmethod
    def _count_days(lines: Sequence[Line]) -> None:
        counts: dict[date, int] = {}
        for line in lines:
            counts[line.day] = counts.get(line.day, 0) + 1
        for line in lines:
            line.of_day = counts[line.day]

    def note(self, event: Any, lines: Sequence[Line], **meta: Any) -> None:
        """The look, written down."""
        subject = SubjectRef(Item._meta.label_lower, None, str(self.title), fonds_id=self.actor.fonds_id)
        ids = as_ranges(line.item.pk for line in lines)
        with transaction.atomic():
            spend(self.actor, "export", meta.get("rows", 0))
            record(
                self.actor, event, subject, meta={"what": "register", "conditions": [self.words], "ids": ids, **meta}
            )

    def cells(self, lines: Sequence[Line]) -> list[list[str]]:
        """Lines as they stand on paper and in files, the oldest first."""
        return [
            [
                f"{clock.local(line.at):%Y-%m-%d %H:%M}", code_of(line.item),
                line.item.shown_title, line.item.document_number, line.item.author,
                f"{line.item.dated_on:%Y%m%d}" if line.item.dated_on else "", str(line.item.pages or ""),
                line.item.retention.name if line.item.retention else "", line.item.customer.name if line.item.customer else "", line.who,
            ]
            for line in reversed(lines)
        ]  # fmt: skip

    def heads(self) -> list[str]:
        """Headings of paper and files."""
        return [
            _("归档时间"), _("档号"), _("题名"), _("文号"), _("责任者"), _("日期"), _("页数"), _("保管期限"), _("客户"), _("归档人"),
        ]  # fmt: skip

    def too_many(self) -> HttpResponseBase | None:
        """Back to the page with a sentence, where the file would be too long."""
        if self.rows().count() <= MOST:
            return None
        told = _("一次最多打印或导出 %(most)s 件，请先缩短期间。") % {"most": f"{MOST:,}"}
        messages.warning(self.request, told)
        return HttpResponseRedirect(f"{reverse('holdings:filing-register')}?{self.request.GET.urlencode()}")


class RegisterPrint(Register):
    """The register as PDF."""

    action = "holdings.print"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The file, once it is written down."""
        if (refused := self.too_many()) is not None:
            return refused
        lines = self.lines(MOST)
        self.note(REGISTER_PRINTED, lines, rows=len(lines))
        widths: list[Any] = ["auto", 1.4, 2.4, 1.1, 1.1, "auto", "auto", "auto", 1.5, "auto"]
        aligns: list[Any] = ["left"] * 5 + ["center", "right", "center", "left", "left"]
        columns = [Column(head, width, align) for head, width, align in zip(self.heads(), widths, aligns, strict=True)]
        listing = Listing(
            _("归档登记簿"), Table(columns, self.cells(lines), empty=_("此期间没有归档"), numbered=True), mark_of(self.actor),
            self.words, _("共 {count} 件").format(count=f"{len(lines):,}"), signatures=[_("登记"), pgettext("签字", "复核"), _("日期")],
        )  # fmt: skip
        return pdf(render_listing(listing), f"{_('归档登记簿')}-{clock.today():%Y%m%d}.pdf")


class RegisterExport(Register):
    """The register as a workbook."""

    action = "holdings.export"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """The file, once it is written down."""
        if (refused := self.too_many()) is not None:
            return refused
        lines = self.lines(MOST)
        self.note(REGISTER_EXPORTED, lines, rows=len(lines))
        name = f"{_('归档登记簿')}-{clock.today():%Y%m%d}.xlsx"
        file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by the response that streams it
        write_xlsx(file, str(self.title), self.heads(), ([(text, None) for text in row] for row in self.cells(lines)))
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=name)


def code_of(item: Item) -> str:
    """Its own code, or that of its volume until it has one."""
    return item.reference_code or (item.volume.reference_code if item.volume is not None else "")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
