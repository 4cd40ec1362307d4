"""A proposal of the rules: a value and the one sentence that says why."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reasoned:
    """What the rules propose for one thing; ``value`` is None where they know nothing, and the sentence says what is missing."""

    value: Any
    because: str

    @property
    def text(self) -> str:
        """The value in words."""
        return "" if self.value is None else str(self.value)
