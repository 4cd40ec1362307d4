"""The one clock. Nobody else asks the system for the time, so tests, demo data and simulations can set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

_frozen: ContextVar[datetime | None] = ContextVar("kedang_clock", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    frozen_at = _frozen.get()
    return timezone.now() if frozen_at is None else frozen_at


def wall() -> datetime:
    """The machine's own time even where the clock is set: for what Django itself compares with it (sessions)."""
    return timezone.now()


def today() -> date:
    """The present day in the company's time zone."""
    return local(now()).date()


def local(instant: datetime) -> datetime:
    """The instant on the company's wall clock."""
    return instant.astimezone(ZoneInfo(settings.TIME_ZONE))


def end_of_day(day: date) -> datetime:
    """Last instant of a day on the company's wall clock, for “as it was on that day”."""
    zone = ZoneInfo(settings.TIME_ZONE)
    return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1, microseconds=-1)


@contextmanager
def frozen(instant: datetime) -> Iterator[datetime]:
    """Within the block every reading of the clock gives ``instant`` (aware)."""
    token = _frozen.set(instant)
    try:
        yield instant
    finally:
        _frozen.reset(token)
