"""Reports of custody on paper: a stock-take with its differences, the climate of a room by day or by month. Payloads only."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from kedang.business.holdings.choices import StockResult
from kedang.business.holdings.models import ClimateLimit, Location, StockLine, StockTake
from kedang.business.holdings.printing.custody import mark_of
from kedang.foundation.kernel import clock
from kedang.foundation.web.printing import Card, Column, Line, Lines, Section, Table

MOST_DIFFERENCES = 1000
DIFFERENCES = (StockResult.MISPLACED, StockResult.MISSING, StockResult.UNEXPECTED, StockResult.ON_LOAN)


def stock_take_card(actor: Any, take: StockTake, counts: Mapping[str, int]) -> Card:
    """档案盘点报告: scope, time, figures by result, every difference with what became of it, places to sign."""
    expected = sum(number for result, number in counts.items() if result != StockResult.UNEXPECTED)
    figures = [Line(_("应有"), f"{expected:,}")]
    figures += [Line(str(result.label), f"{counts.get(result, 0):,}") for result in (StockResult.FOUND, *DIFFERENCES)]
    figures.append(Line(_("未盘"), f"{counts.get('', 0):,}"))
    rows = StockLine.objects.filter(stock_take=take, result__in=DIFFERENCES).select_related("expected_at", "seen_at")
    found = list(rows.order_by("result", "id")[: MOST_DIFFERENCES + 1])
    told = [
        [
            str(line.get_result_display()), line.code, line.expected_at.label if line.expected_at else "",
            line.seen_at.label if line.seen_at else "", line.scanned_by, line.solution,
        ]
        for line in found[:MOST_DIFFERENCES]
    ]  # fmt: skip
    heads = [
        Column(_("结果"), "auto", "center"), Column(_("编码"), 1.8), Column(_("账面位置"), 1.0), Column(_("实际位置"), 1.0),
        Column(_("盘点人"), "auto"), Column(_("处理"), 1.6),
    ]  # fmt: skip
    note = _("只列前 %(most)s 条") % {"most": f"{MOST_DIFFERENCES:,}"} if len(found) > MOST_DIFFERENCES else ""
    return Card(
        title=_("档案盘点报告"), number=take.location.label, name=take.title, mark=mark_of(actor), subtitle=str(take.get_state_display()),
        facts=[
            Line(_("范围"), take.location.name or take.location.label), Line(_("发起人"), take.begun_by),
            Line(_("开始时间"), _at(take.begun_at)), Line(_("结束时间"), _at(take.closed_at) or _("尚未结束")),
        ],
        sections=[
            Section(_("结果"), [Lines(figures)]),
            Section(_("差异"), [Table(heads, told, empty=_("账物相符，没有差异"), numbered=True)], note),
            Section(_("结论"), [Lines([Line(_("结论"), take.conclusion, wide=True)])]),
        ],
        signatures=[_("盘点人"), _("负责人"), _("日期")],
    )  # fmt: skip


def climate_card(
    actor: Any, room: Location, period: str, limit: ClimateLimit, values: Sequence[Any], missing: Sequence[date], *, by_month: bool
) -> Card:  # fmt: skip
    """库房温湿度记录表 of a month by day, or of a year by month: means, least and greatest, how often out of the limits."""
    shape = "%Y-%m" if by_month else "%m-%d"
    rows = [
        [
            f"{one.day:{shape}}", f"{one.temperature:.1f}", f"{one.coldest:.1f}–{one.warmest:.1f}", f"{one.humidity:.1f}",
            f"{one.driest:.1f}–{one.dampest:.1f}", str(one.count), str(one.out or ""),
        ]
        for one in values
    ]  # fmt: skip
    heads = [
        Column(_("月份") if by_month else _("日期"), "auto", "center"), Column(_("平均温度 ℃"), 1.0, "right"), Column(_("最低–最高 ℃"), 1.2, "center"),
        Column(_("平均湿度 %"), 1.0, "right"), Column(_("最低–最高 %"), 1.2, "center"), Column(_("记录次数"), "auto", "right"),
        Column(_("超出范围"), "auto", "right"),
    ]  # fmt: skip
    gaps = "、".join(f"{day:{shape}}" for day in missing)
    return Card(
        title=_("库房温湿度记录表"), number=f"{room.label} {period}", name=room.name or room.label, mark=mark_of(actor), subtitle=period,
        facts=[
            Line(_("规定温度"), f"{limit.coldest}–{limit.warmest} ℃"), Line(_("规定湿度"), f"{limit.driest}–{limit.dampest} %"),
            Line(_("记录次数"), str(sum(one.count for one in values))), Line(_("超出范围"), str(sum(one.out for one in values))),
        ],
        sections=[
            Section(_("记录"), [Table(heads, rows, empty=_("还没有记录"))]),
            Section(_("缺记录"), [Lines([Line(_("缺记录"), gaps or _("无"), wide=True)])]),
        ],
        signatures=[_("记录人"), _("负责人"), _("日期")],
    )  # fmt: skip


def _at(moment: Any) -> str:
    return f"{clock.local(moment):%Y-%m-%d %H:%M}" if moment else ""
