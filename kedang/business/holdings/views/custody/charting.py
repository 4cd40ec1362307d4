"""The climate chart as lines and bands to draw: two plots under each other, drawn as SVG without script or style."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 960, 190, 46, 12, 22, 22
NARROW = 360
"""As wide as a phone shows it without shrinking."""


@dataclass(slots=True)
class Plot:
    """One plot: its title, the band of the limits, lines over the days, points out of the limits, and ticks."""

    title: str
    unit: str
    top: float
    band_y: float = 0
    band_height: float = 0
    ticks: list[tuple[float, str]] = field(default_factory=list)
    limits: list[tuple[float, str]] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    ranges: list[tuple[float, float, float]] = field(default_factory=list)
    points: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Chart:
    """Both plots, the days below them, and the days of which nothing is written down."""

    plots: list[Plot]
    days: list[tuple[float, str]]
    gaps: list[tuple[float, float]]
    width: int = WIDTH
    height: int = 2 * HEIGHT + BOTTOM
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = 2 * HEIGHT

    @property
    def inner(self) -> int:
        """How wide the plots are."""
        return self.right - self.left


def climate_chart(
    days: Sequence[date], lines: Sequence[Any], limit: Any, *, by_month: bool = False, width: int = WIDTH
) -> Chart:
    """Temperature above, humidity below."""
    step = (width - LEFT - RIGHT) / max(1, len(days))
    at = {day: LEFT + step * (number + 0.5) for number, day in enumerate(days)}
    known = {line.day for line in lines}
    spaced = next(every for every in (1, 2, 5, 10) if step * every >= (30 if by_month else 22) or every == 10)
    labels = [
        (at[day], _("%(month)s 月") % {"month": day.month} if by_month else str(day.day))
        for number, day in enumerate(days)
        if number % spaced == 0
    ]
    gaps = [(at[day] - step / 2, step) for day in days if day not in known]
    warm = plot(_("温度"), "℃", 0, lines, at, "temperature", "coldest", "warmest", limit.coldest, limit.warmest)
    damp = plot(_("相对湿度"), "%", HEIGHT, lines, at, "humidity", "driest", "dampest", limit.driest, limit.dampest)
    return Chart([warm, damp], labels, gaps, width, right=width - RIGHT)


def plot(
    title: str,
    unit: str,
    top: float,
    lines: Sequence[Any],
    at: dict[date, float],
    mean: str,
    least: str,
    most: str,
    low: Any,
    high: Any,
) -> Plot:
    """One plot, scaled to the values and the limits."""
    low, high = float(low), float(high)
    every = [value for line in lines for value in (getattr(line, least), getattr(line, most))]
    floor, ceiling = min([low, *every]) - 2, max([high, *every]) + 2
    span = HEIGHT - TOP - BOTTOM

    def y(value: float) -> float:
        return float(round(top + TOP + span * (ceiling - value) / (ceiling - floor), 1))

    made = Plot(title, unit, top, y(high), round(y(low) - y(high), 1))
    made.limits = [(y(high), f"{high:g}"), (y(low), f"{low:g}")]
    run: list[str] = []
    before: float | None = None
    step = min((b - a for a, b in zip(sorted(at.values()), sorted(at.values())[1:], strict=False)), default=0)
    for line in lines:
        x, here = round(at[line.day], 1), y(getattr(line, mean))
        if before is not None and x - before > step * 1.5:
            made.runs.append(" ".join(run))
            run = []
        run.append(f"{x},{here}")
        before = x
        made.ranges.append((x, y(getattr(line, most)), y(getattr(line, least))))
        is_out = getattr(line, least) < low or getattr(line, most) > high
        told = f"{line.day} {title} {getattr(line, least):.1f}–{getattr(line, most):.1f}{unit}"
        made.points.append({"x": x, "y": here, "is_out": is_out, "told": told})
    if run:
        made.runs.append(" ".join(run))
    return made
