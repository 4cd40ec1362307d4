"""档案统计: figures that lead to their lists, report forms of months and years on paper and as a workbook."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from kedang.business.holdings.events.custody import CUSTODY_PRINTED
from kedang.business.holdings.models import StatisticsReport
from kedang.business.holdings.printing.custody import statistics_card
from kedang.business.holdings.services.statistics import Chapter, Figure, period_of, statistics, statistics_keep
from kedang.business.holdings.views.custody.drawing import address
from kedang.business.holdings.views.custody.inspecting import pdf
from kedang.foundation.access.policies import can
from kedang.foundation.audit.record import NOTHING, record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.pages import Page
from kedang.foundation.web.printing import render_sheet

MOST_KEPT = 36


class Statistics(Page):
    """Figures of a month or a year, counted now; kept reports beside them."""

    action = "custody.view"
    template_name = "holdings/custody/statistics.html"
    title = gettext_lazy("档案统计")

    def get(self, request: HttpRequest, problem: Refused | None = None) -> HttpResponse:
        """The page."""
        year, month = asked_period(request.GET)
        today = clock.today()
        chapters = statistics(self.actor.fonds_id or 0, period_of(year, month))
        kept = StatisticsReport.objects.visible_to(self.actor).defer("figures")[:MOST_KEPT]
        return self.draw(
            chapters=[drawn(chapter) for chapter in chapters], year=year, month=month, words=period_words(year, month), kept=kept,
            years=range(today.year, today.year - 10, -1), months=range(1, 13), problem=problem, can_keep=can(self.actor, "custody.keep"),
            status=422 if problem else 200,
        )  # fmt: skip

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the report of the period that is shown."""
        year, month = asked_period(request.POST)
        try:
            statistics_keep(actor=self.actor, year=year, month=month)
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.get(request, refusal)
        messages.success(request, _("%(period)s的统计报表已存档。") % {"period": period_words(year, month)})
        return HttpResponseRedirect(f"{reverse('holdings:statistics')}?year={year}&month={month}")


class StatisticsPaper(Page):
    """档案统计表 as PDF or XLSX: of a kept report, or counted now."""

    action = "custody.view"
    form = "pdf"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The file, once it is written down that it left."""
        year, month = asked_period(request.GET)
        key = request.GET.get("report", "")
        kept = StatisticsReport.objects.visible_to(self.actor).filter(pk=int(key)).first() if key.isdecimal() else None
        if key and kept is None:
            raise OutOfScope
        if kept is not None:
            year, month, chapters = kept.year, kept.month, chapters_of(kept.figures)
        else:
            chapters = statistics(self.actor.fonds_id or 0, period_of(year, month))
        title = _("档案统计月报表") if month else _("档案统计年报表")
        words = period_words(year, month)
        with transaction.atomic():
            record(self.actor, CUSTODY_PRINTED, kept or NOTHING, meta={"year": year, "month": month, "form": self.form})
        name = f"{title}-{year}{f'{month:02d}' if month else ''}"
        if self.form == "pdf":
            return pdf(render_sheet(statistics_card(self.actor, title, words, chapters)), f"{name}.pdf")
        return workbook(title, words, chapters, f"{name}.xlsx")


def workbook(title: str, words: str, chapters: list[Chapter], name: str) -> HttpResponseBase:
    """The same figures as a workbook of one sheet; numbers are numbers."""
    import tempfile

    from django.http import FileResponse

    from kedang.foundation.web.records.sheets import write_xlsx

    labels = [_("类别"), pgettext("表头", "项目"), words, _("单位")]
    lines = [
        [(chapter.title, None), (line.label, None), (f"{line.value}", float(line.value)), (line.unit, None)]
        for chapter in chapters
        for line in chapter.figures
    ]
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by the response that streams it
    write_xlsx(file, title, labels, lines)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name)


def drawn(chapter: Chapter) -> dict[str, Any]:
    """A chapter with the addresses of its lists."""
    urls = {name: address(name) for name in {line.url_name for line in chapter.figures} if name}
    lines = [
        {"figure": line, "url": f"{url}?{line.query}" if (url := urls.get(line.url_name)) else ""}
        for line in chapter.figures
    ]
    return {"chapter": chapter, "lines": lines}


def chapters_of(figures: dict[str, Any]) -> list[Chapter]:
    """Chapters of a kept report."""
    return [
        Chapter(one["key"], one["title"], [Figure(**line) for line in one["figures"]], one["is_period"])
        for one in figures.get("chapters", [])
    ]


def asked_period(given: Any) -> tuple[int, int]:
    """Year and month of the address; this month where it says nothing, month 0 for a whole year."""
    today = clock.today()
    year, month = str(given.get("year", "")), str(given.get("month", ""))
    if not (year.isdecimal() and 1990 <= int(year) <= 2200):
        return today.year, today.month
    return int(year), int(month) if month.isdecimal() and int(month) <= 12 else 0


def period_words(year: int, month: int) -> str:
    """A period in words."""
    if month:
        return _("%(year)s 年 %(month)s 月") % {"year": year, "month": month}
    return _("%(year)s 年") % {"year": year}
