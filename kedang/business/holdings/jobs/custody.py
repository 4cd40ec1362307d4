"""Statistics that keep themselves: the report of a month that is over, and in January that of the year."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from kedang.business.holdings.models import Location, StatisticsReport, Volume
from kedang.business.holdings.services.statistics import statistics_keep
from kedang.foundation.access.models import Fonds
from kedang.foundation.jobs.registry import job
from kedang.foundation.jobs.schedules import schedule
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import system_actor
from kedang.foundation.kernel.refused import Refused

KIND = "custody.statistics"
ACTOR = system_actor("定时任务")


@job(KIND, title=_("编制档案统计报表"))
def keep_report(ctx: Any, *, fonds_id: int, year: int, month: int) -> dict[str, Any]:
    """One report; running it again makes the same one."""
    row = statistics_keep(actor=ACTOR, year=year, month=month, fonds=fonds_id)
    return {"report": row.pk, "period": str(row)}


def ask_for_reports() -> int:
    """Hand in the reports that are due and not kept yet; a company without archive has none."""
    last = clock.today().replace(day=1) - timedelta(days=1)
    wanted = [(last.year, last.month), *([(last.year, 0)] if last.month == 12 else [])]
    asked = 0
    for fonds_id in Fonds.objects.order_by("pk").values_list("pk", flat=True):
        kept = set(StatisticsReport.objects.filter(fonds_id=fonds_id, year=last.year).values_list("year", "month"))
        if set(wanted) <= kept or not (
            Volume.objects.filter(fonds_id=fonds_id).exists() or Location.objects.filter(fonds_id=fonds_id).exists()
        ):
            continue
        for year, month in wanted:
            if (year, month) not in kept:
                asked += _ask(fonds_id, year, month)
    return asked


def _ask(fonds_id: int, year: int, month: int) -> int:
    args = {"fonds_id": fonds_id, "year": year, "month": month}
    try:
        enqueue(ACTOR, KIND, args=args, key=f"{KIND}:{fonds_id}:{year}:{month}")
    except Refused as refusal:
        if refusal.code != "job_running":
            raise
        return 0
    return 1


schedule("custody.reports", daily_at="03:20", run=ask_for_reports)
