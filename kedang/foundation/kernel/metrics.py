"""Figures about the running system, declared by the rooms they are about and read when somebody asks.

A room registers its own from ``AppConfig.ready()``: ``gauge("kedang_jobs", "Jobs by state.", counted, label="state")``. A figure is
asked for at every scrape, so it costs at most a cheap query, and it says nothing about a person or a record.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Reading = float | Mapping[str, float] | None
_NAME = re.compile(r"kedang_[a-z0-9_]{3,60}")


@dataclass(frozen=True, slots=True)
class Gauge:
    """One figure: ``read`` gives a number, or numbers by the values of ``label``, or None where there is nothing to say."""

    name: str
    help: str
    read: Callable[[], Reading]
    label: str = ""


_gauges: dict[str, Gauge] = {}


def gauge(name: str, help: str, read: Callable[[], Reading], *, label: str = "") -> None:
    """Register a figure; the same name again replaces the earlier one.

    Raises:
        ValueError: a name that does not begin with ``kedang_`` or that Prometheus would not take.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name for a figure of ours")
    _gauges[name] = Gauge(name, help, read, label)


def gauges() -> list[Gauge]:
    """All figures, by name."""
    return [_gauges[name] for name in sorted(_gauges)]
