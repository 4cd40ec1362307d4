"""温湿度: rooms at a glance, and a room's chart by day or by month, with readings by hand and from files."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Avg, Count, Max, Min, OuterRef, Q, Subquery
from django.db.models.functions import TruncDate, TruncMonth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.holdings.choices import FindingState, LocationKind
from kedang.business.holdings.models import ClimateLimit, ClimateReading, Finding, FindingSource, Location
from kedang.business.holdings.services.climate import (
    LIMITS,
    climate_add,
    climate_add_many,
    climate_limit_set,
    moment,
    read_csv,
)
from kedang.business.holdings.views.custody.charting import NARROW, Chart, climate_chart
from kedang.foundation.access.policies import can
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.pages import Crumb, Page

LARGEST_FILE = 4 * 1024 * 1024
LATEST = 20


class Climate(Page):
    """Every room with its latest reading, its limits and how often it was out of them this month."""

    action = "custody.view"
    template_name = "holdings/custody/climate.html"
    title = gettext_lazy("温湿度")

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page."""
        today = clock.today()
        since = clock.end_of_day(today.replace(day=1) - timedelta(days=1))
        latest = ClimateReading.objects.filter(location=OuterRef("pk")).order_by("-read_at")
        rooms = (
            Location.objects.visible_to(self.actor)
            .filter(kind=LocationKind.ROOM)
            .select_related("climate_limit")
            .annotate(
                last_at=Subquery(latest.values("read_at")[:1]), last_t=Subquery(latest.values("temperature")[:1]),
                last_h=Subquery(latest.values("humidity")[:1]), last_out=Subquery(latest.values("is_out")[:1]),
                month=Count("readings", filter=Q(readings__read_at__gt=since)),
                out=Count("readings", filter=Q(readings__read_at__gt=since, readings__is_out=True)),
            )
            .order_by("label")
        )  # fmt: skip
        lines = [
            {"room": room, "limit": limit_of(room), "url": reverse("holdings:climate-room", args=[room.pk])}
            for room in rooms
        ]
        return self.draw(lines=lines, today=today)


class ClimateRoom(Page):
    """One room: chart, missing days, readings, and what may be typed in."""

    action = "custody.view"
    template_name = "holdings/custody/climate_room.html"
    room: Location

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Load the room."""
        rooms = Location.objects.visible_to(self.actor).select_related("climate_limit")
        found = rooms.filter(pk=kwargs["pk"], kind__in=(LocationKind.ROOM, LocationKind.STOREHOUSE)).first()
        if found is None:
            raise OutOfScope
        self.room = found
        return super().dispatch(request, *args, **kwargs)

    def page_title(self) -> Any:
        return _("%(room)s温湿度") % {"room": self.room.name or self.room.label}

    def crumbs(self) -> list[Crumb]:
        return [(_("温湿度"), reverse("holdings:climate")), (self.room.name or self.room.label, "")]

    def get(self, request: HttpRequest, problem: Refused | None = None, **kwargs: Any) -> HttpResponse:
        """The page of a month by day, or of a year by month."""
        span = Span.of(request.GET.get("month", ""), request.GET.get("by", ""))
        lines = values_of(self.room, span)
        limit = limit_of(self.room)
        return self.draw(
            room=self.room, span=span, chart=climate_chart(span.days(), lines, limit, by_month=span.is_year), limit=limit,
            narrow=climate_chart(span.days(), lines, limit, by_month=span.is_year, width=NARROW),
            missing=span.missing(lines), latest=list(self.room.readings.all()[:LATEST]), problem=problem, typed=request.POST,
            can_keep=can(self.actor, "custody.keep"), can_layout=can(self.actor, "custody.layout"), now=clock.local(clock.now()),
            summary=summary_of(lines), alarm=self.alarm(), status=422 if problem else 200,
        )  # fmt: skip

    def alarm(self) -> Finding | None:
        """The alarm that nobody has settled yet."""
        rows = Finding.objects.visible_to(self.actor).filter(location=self.room, source=FindingSource.CLIMATE)
        found: Finding | None = rows.filter(state=FindingState.OPEN).order_by("-pk").first()
        return found

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """One reading, a file, or the limits."""
        try:
            self.act(request.POST.get("do", ""))
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.get(request, refusal)
        return HttpResponseRedirect(request.get_full_path())

    def act(self, what: str) -> None:
        """Do it and say so."""
        post = self.request.POST
        if what == "reading":
            at = moment(post.get("read_at", "")) if post.get("read_at") else None
            row = climate_add(
                actor=self.actor, location=self.room, temperature=post.get("temperature", ""), humidity=post.get("humidity", ""),
                read_at=at,
            )  # fmt: skip
            told = _("已记录：%(t)s℃，%(h)s%%。") % {"t": row.temperature, "h": row.humidity}
            if row.is_out:
                messages.warning(self.request, told + _("超出规定范围，已列入待处理问题。"))
            else:
                messages.success(self.request, told)
        elif what == "file":
            self.bring_file()
        elif what == "limits":
            climate_limit_set(
                actor=self.actor, location=self.room, values={name: post.get(name, "") for name in LIMITS}
            )
            messages.success(self.request, _("温湿度范围已保存，对以后的记录有效。"))

    def bring_file(self) -> None:
        """Lines of a file or of what was pasted; bad lines are told, the others stay."""
        file = self.request.FILES.get("file")
        if file is not None and (file.size or 0) > LARGEST_FILE:
            raise Refused("file_large", _("文件超过 4 MB，请按月拆开再传。"), "file")
        text = decoded(file.read()) if file is not None else self.request.POST.get("text", "")
        if not text.strip():
            raise Refused("file_empty", _("没有内容：请选择文件，或粘贴几行“时间,温度,湿度”。"), "text")
        readings, refused = read_csv(text)
        answer = climate_add_many(actor=self.actor, location=self.room, readings=readings, source="CSV")
        told = _("新增 %(new)s 条，已有 %(known)s 条，超出范围 %(out)s 条。") % {
            "new": answer.added, "known": answer.known, "out": answer.out,
        }  # fmt: skip
        messages.success(self.request, told)
        for _line, sentence in [*refused, *answer.refused][:10]:
            messages.warning(self.request, sentence)


@dataclass(frozen=True, slots=True)
class Value:
    """A day or a month: mean, least and greatest, and how many readings were out of the limits."""

    day: date
    temperature: float
    humidity: float
    coldest: float
    warmest: float
    driest: float
    dampest: float
    count: int
    out: int


@dataclass(frozen=True, slots=True)
class Span:
    """What the chart shows: a month by day, or a year by month."""

    first: date
    last: date
    is_year: bool = False

    @classmethod
    def of(cls, month: str, by: str) -> "Span":
        """From the address; the present month where it says nothing."""
        today = clock.today()
        year, _dash, number = month.partition("-")
        first = today.replace(day=1)
        if year.isdecimal() and 1990 <= int(year) <= today.year:
            at = int(number) if number.isdecimal() and 1 <= int(number) <= 12 else today.month
            first = date(int(year), at, 1)
        if by == "month":
            return cls(date(first.year, 1, 1), date(first.year, 12, 31), is_year=True)
        return cls(first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1))

    def days(self) -> list[date]:
        """Points of the axis."""
        if self.is_year:
            return [date(self.first.year, month, 1) for month in range(1, 13)]
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def missing(self, lines: Sequence[Value]) -> list[date]:
        """Days (or months) up to today of which nothing is written down."""
        known = {line.day for line in lines}
        return [day for day in self.days() if day <= clock.today() and day not in known]

    @property
    def month(self) -> str:
        """The month as the address has it."""
        return f"{self.first:%Y-%m}"

    @property
    def before(self) -> str:
        """The month before, or the year before."""
        return f"{self.first - timedelta(days=1):%Y-%m}"

    @property
    def after(self) -> str:
        """The month or the year after, unless it lies ahead."""
        day = self.last + timedelta(days=1)
        return f"{day:%Y-%m}" if day <= clock.today() else ""

    @property
    def words(self) -> str:
        """The span in words."""
        if self.is_year:
            return _("%(year)s 年") % {"year": self.first.year}
        return _("%(year)s 年 %(month)s 月") % {"year": self.first.year, "month": self.first.month}


def values_of(room: Location, span: Span) -> list[Value]:
    """Mean and extremes by day or by month."""
    since, until = clock.end_of_day(span.first - timedelta(days=1)), clock.end_of_day(span.last)
    step = TruncMonth("read_at") if span.is_year else TruncDate("read_at")
    rows = (
        ClimateReading.objects.filter(location=room, read_at__gt=since, read_at__lte=until)
        .annotate(day=step).values("day").order_by("day")
        .annotate(
            t=Avg("temperature"), h=Avg("humidity"), t0=Min("temperature"), t1=Max("temperature"), h0=Min("humidity"), h1=Max("humidity"),
            n=Count("pk"), out=Count("pk", filter=Q(is_out=True)),
        )
    )  # fmt: skip
    return [
        Value(
            row["day"] if type(row["day"]) is date else clock.local(row["day"]).date(), float(row["t"]), float(row["h"]),
            float(row["t0"]), float(row["t1"]), float(row["h0"]), float(row["h1"]), row["n"], row["out"],
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures of a span."""

    count: int = 0
    out: int = 0
    temperature: str = ""
    humidity: str = ""
    days: list[Any] = field(default_factory=list)


def summary_of(lines: Sequence[Value]) -> Summary:
    """Sums and ranges."""
    if not lines:
        return Summary()
    return Summary(
        sum(line.count for line in lines), sum(line.out for line in lines),
        f"{min(line.coldest for line in lines):.1f} – {max(line.warmest for line in lines):.1f}",
        f"{min(line.driest for line in lines):.1f} – {max(line.dampest for line in lines):.1f}",
    )  # fmt: skip


def limit_of(room: Location) -> ClimateLimit:
    """The limits of a room; those of the rules where nobody has set others."""
    limit: ClimateLimit = getattr(room, "climate_limit", None) or ClimateLimit(
        location=room, warmest=Decimal("24.0"), coldest=Decimal("14.0"), dampest=Decimal("60.0"), driest=Decimal("45.0")
    )
    return limit


def decoded(data: bytes) -> str:
    """Text of a file as devices and Excel write it."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("file_unreadable", _("文件编码无法识别，请另存为 UTF-8 的 CSV 再传。"), "file")


__all__ = ["Chart", "Climate", "ClimateRoom"]
