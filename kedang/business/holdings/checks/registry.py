"""Which points there are: code, property, title, row of the standard, by rule or by hand, weight, veto."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kedang.business.holdings.choices import CheckOccasion, CheckProperty, Verdict

RULES_VERSION = "2026-1"
"""Edition of the points. It stands in every run; raise it when a point is added, dropped or judged otherwise."""
STANDARD = "DA/T 70-2018"
PREFIXES = {CheckOccasion.FILING: "GD", CheckOccasion.TRANSFER: "YJ", CheckOccasion.CUSTODY: "CQ"}
PROPERTIES: dict[str, int] = {value: number for number, value in enumerate(CheckProperty.values, 1)}
EVERYWHERE = frozenset(PREFIXES)
Target = tuple[str, int, str]
"""A record to be mended: kind (volume or item), key, how it is named."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Answer to one point: verdict, what was seen, how to mend it and at which records."""

    verdict: Verdict
    evidence: Any
    remedy: Any = ""
    targets: Sequence[Target] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One point. ``run`` is asked with a Subject and answers a Finding, or None where the point does not concern it."""

    key: str
    quality: CheckProperty
    title: str | Promise
    row: str | Promise
    run: Callable[[Any], Finding | None]
    weight: int = 1
    is_veto: bool = False
    is_manual: bool = False
    occasions: frozenset[str] = EVERYWHERE
    number: int = field(default=0)

    def code(self, occasion: str) -> str:
        """As it stands in reports: ``GD-1-4``. A point keeps its number at every stage."""
        return f"{PREFIXES[CheckOccasion(occasion)]}-{PROPERTIES[self.quality]}-{self.number}"

    @property
    def clause(self) -> str:
        """The row of the standard that it answers to."""
        return f"{STANDARD} {CheckProperty(self.quality).label}·{self.row}"


_checks: dict[str, Check] = {}


def check(
    key: str, quality: CheckProperty, title: Any, row: Any, **extra: Any
) -> Callable[[Callable[[Any], Finding | None]], Callable[[Any], Finding | None]]:
    """Decorator: register a point under the next number of its property."""

    def declare(run: Callable[[Any], Finding | None]) -> Callable[[Any], Finding | None]:
        number = 1 + sum(1 for known in _checks.values() if known.quality == quality)
        _checks[key] = Check(key, quality, title, row, run, number=number, **extra)
        return run

    return declare


def checks_of(occasion: str) -> list[Check]:
    """Points of a stage, by property and number."""
    asked = [one for one in _checks.values() if occasion in one.occasions]
    return sorted(asked, key=lambda one: (PROPERTIES[one.quality], one.number))


def check_by_code(code: str) -> Check | None:
    """The point behind a code of a report, as far as this edition knows it."""
    stage, _dash, rest = code.partition("-")
    for one in _checks.values():
        if stage in PREFIXES.values() and f"{PROPERTIES[one.quality]}-{one.number}" == rest:
            return one
    return None


def passed(evidence: Any) -> Finding:
    """Nothing wrong."""
    return Finding(Verdict.PASSED, evidence)


def bad(evidence: Any, remedy: Any, targets: Sequence[Target] = (), *, only_warn: bool = False) -> Finding:
    """Something is wrong."""
    return Finding(Verdict.WARNED if only_warn else Verdict.FAILED, evidence, remedy, targets)


def by_hand(what: Any) -> Finding:
    """A person has to look."""
    return Finding(Verdict.PENDING, what, _("请人工核对后在本页填写结论。"))
