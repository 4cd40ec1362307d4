"""What goes and what stays, on paper dates."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kedang.foundation.kernel import clock
from kedang.foundation.safekeeping.rotation import Kept, may_go, to_keep

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEEP = {"daily": 7, "weekly": 5, "monthly": 12}


def one(days: float, *, verified: bool = False, restored: bool = False) -> Kept:
    at = NOW - timedelta(days=days)
    return Kept(f"set-{days:06.2f}", at, verified, restored)


def test_days_weeks_and_months_are_kept() -> None:
    sets = [one(day) for day in range(400)]
    with clock.frozen(NOW):
        gone = set(may_go(sets, KEEP, lock_days=7))
        kept = to_keep(sets, KEEP)
    assert len([code for code in kept if "daily" in kept[code]]) == 7
    assert len([code for code in kept if "monthly" in kept[code]]) == 12
    assert len(kept) + len(gone) + 1 >= 400 and not gone & set(kept)
    assert gone and min(gone) > "set-007"


def test_the_last_that_was_proven_stays_whatever_its_age() -> None:
    sets = [one(900, restored=True), one(800, verified=True), one(1000), one(500), one(0)]
    with clock.frozen(NOW):
        gone = may_go(sets, {"daily": 1, "weekly": 1, "monthly": 1}, lock_days=7)
    assert gone == ["set-1000.00", "set-500.00"]


@given(st.lists(st.tuples(st.integers(0, 900), st.booleans(), st.booleans()), max_size=30), st.integers(0, 30))
def test_never_the_newest_never_the_locked(days: list[tuple[int, bool, bool]], lock: int) -> None:
    sets = [one(day + number / 100, verified=v, restored=r) for number, (day, v, r) in enumerate(days)]
    with clock.frozen(NOW):
        gone = may_go(sets, {"daily": 2, "weekly": 0, "monthly": 0}, lock)
    ages = {kept.code: NOW - kept.created_at for kept in sets}
    assert all(ages[code] > timedelta(days=lock) for code in gone)
    assert not sets or min(ages, key=lambda code: ages[code]) not in gone
