"""Real page numbers with totals nobody has to wait for, and deep pages that read keys first."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

EXACT_TO = 10_000
SIZES = (20, 50, 100, 200)
DEEPEST_ROW = 10_000_000


@dataclass(slots=True)
class PageOfRows:
    """One page of a list."""

    rows: list[Any]
    number: int
    size: int
    total: int
    is_exact: bool
    has_next: bool

    @property
    def last(self) -> int | None:
        """Number of the last page; None while the total is not counted to its end."""
        return max(1, -(-self.total // self.size)) if self.is_exact else None

    @property
    def first_index(self) -> int:
        """Running number before the first row."""
        return (self.number - 1) * self.size

    @property
    def numbers(self) -> list[int | None]:
        """Page numbers to show; None is a gap."""
        last = self.last or max(self.number + (2 if self.has_next else 0), -(-self.total // self.size))
        near = {1, *range(max(1, self.number - 2), min(last, self.number + 2) + 1)} | ({last} if self.last else set())
        shown: list[int | None] = []
        for number in sorted(near):
            if shown and shown[-1] is not None and number - shown[-1] > 1:
                shown.append(None)
            shown.append(number)
        return [*shown, None] if self.last is None and self.has_next else shown

    @property
    def sizes(self) -> tuple[int, ...]:
        return SIZES


def capped_count(queryset: QuerySet[Any]) -> tuple[int, bool]:
    """Number of rows, exact up to 10,000; beyond it only “more than that”, so that nothing is counted that nobody reads."""
    return capped(queryset.order_by().values("pk")[: EXACT_TO + 1].count())


def capped(found: int) -> tuple[int, bool]:
    """The same of rows that were counted up to one more than what is told exactly."""
    return (EXACT_TO, False) if found > EXACT_TO else (found, True)


def page_of(keys: QuerySet[Any], rows: QuerySet[Any], number: int, size: int) -> PageOfRows:
    """One page: its keys by a narrow index in order, then the wide rows of those keys only.

    Args:
        keys: the filtered and ordered set.
        rows: where the rows themselves come from (columns, joined tables), filtered here by key.
        number: wanted page, from 1; beyond the end gives the last one where the end is known.
        size: rows a page.
    """
    size = size if size in SIZES else SIZES[0]
    number = max(1, min(number, DEEPEST_ROW // size))
    found = _keys_at(keys, number, size)
    total, is_exact = _total(keys, found, (number - 1) * size, size)
    if not found and is_exact and number > (last := max(1, -(-total // size))):
        number, found = last, _keys_at(keys, last, size) if total else []
    has_next = len(found) > size
    found = found[:size]
    by_key = {row.pk: row for row in rows.filter(pk__in=found)} if found else {}
    return PageOfRows([by_key[key] for key in found if key in by_key], number, size, total, is_exact, has_next)


def _keys_at(keys: QuerySet[Any], number: int, size: int) -> list[Any]:
    """Keys of a page and one more, by which is known whether a page follows."""
    start = (number - 1) * size
    return list(keys.values_list("pk", flat=True)[start : start + size + 1])


def _total(keys: QuerySet[Any], found: list[Any], start: int, size: int) -> tuple[int, bool]:
    """Number of rows, counted only where the page itself does not tell it: it is the last, or lies behind what is counted."""
    seen = start + len(found)
    if found and seen > EXACT_TO:
        return EXACT_TO, False
    if len(found) <= size and (found or start == 0):
        return seen, True
    return capped_count(keys)
