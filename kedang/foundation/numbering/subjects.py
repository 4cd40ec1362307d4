"""What is numbered: rooms register their kinds of record with the types whose codes stand in the numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class NumberSubject:
    """One kind of record with numbers: the key of its rule, its title, its types (value, label) and their shipped codes."""

    key: str
    title: Any
    types: tuple[tuple[str, Any], ...]
    codes: Mapping[str, str]
    note: Any = ""
    width: int = 2
    """Places that the serial has at least, until somebody sets another number of them."""
    order: int = 100


_subjects: dict[str, NumberSubject] = {}


def register_subject(subject: NumberSubject) -> NumberSubject:
    """Make a kind of record known to the editor of rules."""
    _subjects[subject.key] = subject
    return subject


def subjects() -> list[NumberSubject]:
    """All kinds of record with numbers, in the order in which the editor shows them."""
    return sorted(_subjects.values(), key=lambda subject: subject.order)


def subject_of(key: str) -> NumberSubject | None:
    """The kind of record of a rule's key."""
    return _subjects.get(key)
