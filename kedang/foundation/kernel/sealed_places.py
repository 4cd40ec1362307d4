"""What lies sealed beside the encrypted columns of models: rooms say where, so that a new key reaches it and no old one goes early."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

Step = Callable[[int], None]
"""Called with the number of pieces looked at since the last call; may raise to stop there."""


@dataclass(frozen=True, slots=True)
class SealedPlace:
    """One sort of sealed content.

    ``counts`` tells how many pieces each data key seals. ``renew`` brings all of them under the active key of their purpose and
    returns how many it changed and how many did not open; it may be stopped anywhere and run again.
    """

    name: str
    title: str | Promise
    counts: Callable[[], "Counter[int]"]
    renew: Callable[[Step], tuple[int, int]]


_places: dict[str, SealedPlace] = {}


def place(one: SealedPlace) -> None:
    """Declare a place; the same name replaces the earlier one."""
    _places[one.name] = one


def places() -> list[SealedPlace]:
    """All declared places, by name."""
    return [_places[name] for name in sorted(_places)]
