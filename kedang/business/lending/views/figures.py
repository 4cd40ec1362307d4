"""借阅统计: a year by month, by department and by purpose; how much came back in time and whole."""

from typing import Any

from django.db.models import Count, F, Q
from django.db.models.functions import TruncDate, TruncMonth
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from kedang.business.lending.choices import OUT_STATES, Place, Purpose
from kedang.business.lending.models import Loan
from kedang.foundation.kernel import clock
from kedang.foundation.web.pages import Page

MOST = 10
YEARS = 10
FLOOR = 112


class Figures(Page):
    """The figures, of what one may see."""

    action = "lending.view"
    template_name = "lending/figures.html"
    title = gettext_lazy("借阅统计")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Of a year."""
        now = clock.today().year
        asked = request.GET.get("year", "")
        year = int(asked) if asked.isdecimal() and now - YEARS < int(asked) <= now else now
        rows = Loan.objects.visible_to(self.actor)
        issued = rows.filter(issued_at__year=year)
        back = Q(returned_at__isnull=False)
        totals = issued.annotate(back_on=TruncDate("returned_at")).aggregate(
            all=Count("pk"), room=Count("pk", filter=Q(place=Place.ROOM)), people=Count("borrower", distinct=True),
            back=Count("pk", filter=back),
            late=Count("pk", filter=back & Q(back_on__gt=F("due_on"))), faulty=Count("pk", filter=Q(is_whole=False)),
            renewed=Count("pk", filter=Q(renewals__gt=0)),
        )  # fmt: skip
        out = rows.filter(state__in=OUT_STATES).aggregate(
            all=Count("pk"), late=Count("pk", filter=Q(due_on__lt=clock.today()))
        )
        return self.draw(
            year=year, years=range(now, now - YEARS, -1), totals=totals, out=out, months=_months(issued), in_time=_share(totals),
            departments=_named(issued, "department__name"), purposes=_purposes(issued), things=_things(issued),
        )  # fmt: skip


def _share(totals: dict[str, int]) -> int | None:
    return round(100 * (totals["back"] - totals["late"]) / totals["back"]) if totals["back"] else None


def _months(rows: Any) -> list[dict[str, Any]]:
    found = rows.annotate(month=TruncMonth("issued_at")).values("month", "place").annotate(n=Count("pk")).order_by()
    counts: dict[int, dict[str, int]] = {month: {"room": 0, "away": 0} for month in range(1, 13)}
    for row in found:
        counts[clock.local(row["month"]).month][row["place"]] += row["n"]
    most = max((sum(one.values()) for one in counts.values()), default=0) or 1
    return [_bar(month, one["room"], one["away"], most) for month, one in counts.items()]


def _bar(month: int, room: int, away: int, most: int) -> dict[str, Any]:
    """A month's column: what was read in the room stands on what was taken away."""
    room_y, away_y = round(90 * room / most), round(90 * away / most)
    top = FLOOR - room_y - away_y
    return {
        "month": month, "all": room + away, "room_y": room_y, "away_y": away_y, "room_top": top,
        "away_top": top + room_y, "label_y": top - 4,
    }  # fmt: skip


def _named(rows: Any, path: str) -> list[dict[str, Any]]:
    found = list(rows.values(path).annotate(n=Count("pk")).order_by("-n", path)[:MOST])
    most = found[0]["n"] if found else 1
    return [{"name": row[path] or "", "n": row["n"], "percent": round(100 * row["n"] / most)} for row in found]


def _purposes(rows: Any) -> list[dict[str, Any]]:
    words = dict(Purpose.choices)
    return [{**one, "name": words.get(one["name"], one["name"])} for one in _named(rows, "purpose")]


def _things(rows: Any) -> list[dict[str, Any]]:
    return _named(rows, "subject_code")
