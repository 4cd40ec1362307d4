"""利用统计 as a page and as a workbook."""

import tempfile
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from kedang.business.lending.events_use import STATISTICS_EXPORTED
from kedang.business.lending.models import UseRequest
from kedang.business.lending.services.statistics import statistics
from kedang.foundation.access.policies import can
from kedang.foundation.access.signin.quota import spend
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.kernel import clock
from kedang.foundation.web.pages import Page
from kedang.foundation.web.records.sheets import write_xlsx

USUAL = timedelta(days=90)


class UseFigures(Page):
    """The page."""

    action, template_name, title = "lending.view", "lending/use/figures.html", gettext_lazy("利用统计")

    @property
    def period(self) -> tuple[date, date]:
        """Days asked for, the last quarter without."""
        today = clock.today()
        asked = self.request.GET
        until = _day(asked.get("until")) or today
        since = _day(asked.get("since")) or until - USUAL
        return (since, until) if since <= until else (until, since)

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """All blocks."""
        since, until = self.period
        blocks = statistics(self.actor, since, until)
        return self.draw(blocks=blocks, since=since, until=until, may_export=can(self.actor, "lending.export"))


class UseFiguresExport(UseFigures):
    """The same as a workbook."""

    action, http_method_names = "lending.export", ["get"]

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The file, once it is written down."""
        since, until = self.period
        lines: list[Any] = []
        for block in statistics(self.actor, since, until):
            for word, figures in block.lines:
                cells: list[Any] = [(block.title, None), (word, None)]
                lines.append([*cells, *((str(one), one if isinstance(one, int) else None) for one in figures)])
        with transaction.atomic():
            spend(self.actor, "export", 1)
            subject = SubjectRef(UseRequest._meta.label_lower, None, str(self.title), fonds_id=self.actor.fonds_id)
            record(
                self.actor,
                STATISTICS_EXPORTED,
                subject,
                meta={"since": since.isoformat(), "until": until.isoformat(), "rows": len(lines)},
            )
        file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by the response that streams it
        write_xlsx(
            file,
            str(self.title),
            [_("统计"), pgettext("表头", "项目"), _("申请（次数）"), _("批准（金额）"), _("未批准")],
            lines,
        )
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=f"{_('利用统计')}-{since:%Y%m%d}-{until:%Y%m%d}.xlsx")


def _day(text: str | None) -> date | None:
    try:
        return parse_date(text or "")
    except ValueError:
        return None
