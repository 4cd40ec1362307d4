"""台账: what became of every number of a series — in use, given up, void, reserved — and which ones nobody can account for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from kedang.business.holdings.choices import CodeState
from kedang.business.holdings.codes.grammar import template_of
from kedang.business.holdings.models import CodeTemplate, ReferenceCode
from kedang.foundation.numbering.models import NumberEntry, NumberSeries, NumberState

VOLUME_KEY = "archive.volume"
ITEM_KEY = "archive.item"
KEYS = (VOLUME_KEY, ITEM_KEY)
AT_A_TIME = 500
MOST_OFFERED = 12


@dataclass(slots=True)
class Explained:
    """Numbers that stand for nothing, and why."""

    first: int
    last: int
    state: str
    reason: str
    by: str


@dataclass(slots=True)
class Tally:
    """One series of numbers, counted."""

    series: NumberSeries
    widths: tuple[int, ...] = ()
    current: int = 0
    former: int = 0
    void: int = 0
    reserved: int = 0
    gaps: list[tuple[int, int]] = field(default_factory=list)
    explained: list[Explained] = field(default_factory=list)
    free: list[tuple[int, str]] = field(default_factory=list)
    """Reserved numbers that were not taken up yet, with the reason for which they were set aside."""

    @property
    def missing(self) -> int:
        """Numbers without explanation."""
        return sum(last - first + 1 for first, last in self.gaps)

    def text(self, number: int, width: int = 0) -> str:
        """The code of a number of this series."""
        return f"{self.series.prefix}{number:0{width or self.series.width}d}{self.series.suffix}"

    def texts(self, number: int) -> set[str]:
        """How the number may have been written: a later template may have made the same series wider."""
        return {self.text(number, width) for width in (self.series.width, *self.widths)}

    def free_texts(self) -> list[tuple[str, str]]:
        """Reserved codes to be taken up, the first few, each with the query that asks the form of a volume for it."""
        codes = [self.text(number) for number, _why in self.free[:MOST_OFFERED]]
        return [(code, urlencode({"reserved_code": code})) for code in codes]

    def gap_texts(self) -> list[tuple[str, str, int, int]]:
        """Gaps as codes: (first code, last code or empty, first, last)."""
        return [(self.text(first), self.text(last) if last > first else "", first, last) for first, last in self.gaps]


def series_of(fonds_id: int, key: str, code: str) -> tuple[NumberSeries, int] | None:
    """The series in which a code was counted, and its number there; None where it was given by hand in another shape."""
    heads = [code[:at] for at in range(len(code))]
    rows = NumberSeries.objects.filter(fonds_id=fonds_id, key=key, prefix__in=heads)
    for row in sorted(rows, key=lambda one: -len(one.prefix)):
        digits = code[len(row.prefix) : len(code) - len(row.suffix)]
        if code.endswith(row.suffix) and digits.isascii() and digits.isdecimal():
            return row, int(digits)
    return None


def tallies(every: Sequence[NumberSeries]) -> list[Tally]:
    """Count these series."""
    entries: dict[int, list[NumberEntry]] = {}
    kept = NumberEntry.objects.filter(series__in=[series.pk for series in every])
    kept = kept.exclude(state=NumberState.USED, reason="")
    for entry in kept.order_by("first", "id"):
        entries.setdefault(entry.series_id, []).append(entry)
    widths = _widths({series.fonds_id for series in every})
    counted = [Tally(series, widths.get((series.fonds_id, series.key), ())) for series in every]
    known = _registered(counted)
    for tally in counted:
        _count(tally, known, entries.get(tally.series.pk, []))
    return counted


def _widths(fonds_ids: set[int]) -> dict[tuple[int, str], tuple[int, ...]]:
    """Widths that the templates of a company give its numbers, by kind of number."""
    found: dict[tuple[int, str], set[int]] = {}
    rows = CodeTemplate.objects.filter(fonds__in=fonds_ids).values_list("fonds_id", "volume_template", "item_template")
    for fonds_id, volume, item in rows:
        for key, word, source in ((VOLUME_KEY, "volume", volume), (ITEM_KEY, "item", item)):
            if f"{{{word}" in source:
                found.setdefault((fonds_id, key), set()).add(template_of(source).width(word))
    return {key: tuple(sorted(widths)) for key, widths in found.items()}


def _registered(every: Sequence[Tally]) -> dict[tuple[int, str], str]:
    """State by company and code, of the numbers of these series that stand in the register."""
    wanted: dict[int, list[str]] = {}
    for tally in every:
        codes = wanted.setdefault(tally.series.fonds_id, [])
        for number in range(1, tally.series.last + 1):
            codes.extend(tally.texts(number))
    found: dict[tuple[int, str], str] = {}
    for fonds_id, codes in wanted.items():
        for at in range(0, len(codes), AT_A_TIME):
            rows = ReferenceCode.objects.filter(fonds_id=fonds_id, code__in=codes[at : at + AT_A_TIME])
            found.update(((fonds_id, code), state) for code, state in rows.values_list("code", "state"))
    return found


def _count(tally: Tally, known: dict[tuple[int, str], str], entries: Iterable[NumberEntry]) -> None:
    fate: dict[int, str] = {}
    why: dict[int, str] = {}
    for entry in entries:
        tally.explained.append(Explained(entry.first, entry.last, entry.state, entry.reason, entry.issued_by))
        if entry.state == NumberState.USED:
            continue
        for number in range(entry.first, entry.last + 1):
            if entry.state == NumberState.RESERVED:
                why[number] = entry.reason
            if fate.get(number) != NumberState.VOID:
                fate[number] = entry.state
    for number in range(1, tally.series.last + 1):
        states = {known.get((tally.series.fonds_id, text)) for text in tally.texts(number)}
        if CodeState.CURRENT in states:
            tally.current += 1
        elif CodeState.FORMER in states:
            tally.former += 1
        elif CodeState.VOID in states or fate.get(number) == NumberState.VOID:
            tally.void += 1
        elif fate.get(number) == NumberState.RESERVED:
            tally.reserved += 1
            tally.free.append((number, why.get(number, "")))
        elif tally.gaps and tally.gaps[-1][1] == number - 1:
            tally.gaps[-1] = (tally.gaps[-1][0], number)
        else:
            tally.gaps.append((number, number))
