"""Which sets may go: one a day, a week, a month is kept for so long; the rest goes one by one, never the last that was restored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kedang.foundation.kernel import clock

MOST_A_RUN = 1
"""A mistaken clock or setting costs one set a day at most, and somebody notices."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A set as rotation sees it."""

    code: str
    created_at: datetime
    is_verified: bool
    is_restored: bool
    """It was restored in a drill."""


def to_keep(sets: Iterable[Kept], keep: dict[str, int]) -> dict[str, list[str]]:
    """Code → why it is kept (``daily``, ``weekly``, ``monthly``): the newest set of each of the last so many days, weeks, months."""
    newest_first = sorted(sets, key=lambda one: one.created_at, reverse=True)
    reasons: dict[str, list[str]] = {}
    for period, form in (("daily", "%Y-%m-%d"), ("weekly", "%G-%V"), ("monthly", "%Y-%m")):
        seen: set[str] = set()
        for one in newest_first:
            bucket = clock.local(one.created_at).strftime(form)
            if bucket not in seen and len(seen) < keep[period]:
                seen.add(bucket)
                reasons.setdefault(one.code, []).append(period)
    return reasons


def may_go(sets: Iterable[Kept], keep: dict[str, int], lock_days: int) -> list[str]:
    """Codes of sets that may be removed, oldest first.

    Never the newest set, never the newest that was verified or restored, never one younger than the lock.
    """
    known = sorted(sets, key=lambda one: one.created_at)
    spared = set(to_keep(known, keep))
    if known:
        spared.add(known[-1].code)
    spared.update([one.code for one in known if one.is_verified][-1:])
    spared.update([one.code for one in known if one.is_restored][-1:])
    oldest_locked = clock.now() - timedelta(days=lock_days)
    return [one.code for one in known if one.code not in spared and one.created_at < oldest_locked]
