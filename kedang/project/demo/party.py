"""One customer to be, as pure data."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
Values = dict[str, Any]


@dataclass(slots=True)
class Party:
    """A customer to be: first values, people, profile, classes; ``changes`` come from :mod:`story`."""

    opened_at: datetime
    opened_by: str
    values: Values
    responsible: str
    department: str
    classes: dict[str, list[str]]
    former_names: list[tuple[str, date]] = field(default_factory=list)
    contacts: list[Values] = field(default_factory=list)
    key_persons: list[Values] = field(default_factory=list)
    profile: Values = field(default_factory=dict)
    changes: list[Any] = field(default_factory=list)
    richness: float = 1.0
    area: str = ""
    mail: str = ""

    @property
    def at(self) -> datetime:
        """Its place on the time line."""
        return self.opened_at
