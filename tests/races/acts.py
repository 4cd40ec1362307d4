"""What can be done to an object at the same moment, and what each act may honestly answer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.cast import Cast


@dataclass
class Ground:
    """The object of one round: fresh, with everything its acts need. ``subjects`` are followed in the trail."""

    cast: Cast
    round: int
    on: Any
    more: dict[str, Any] = field(default_factory=dict)
    subjects: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Act:
    """One service as one client calls it.

    ``once``: among all clients of a round at most one may succeed. ``told``: codes with which the others may be refused.
    ``gone``: the object may have left their reach meanwhile (404). ``quiet``: success may change nothing and write nothing.
    ``opened``: it succeeds only where another act has opened the way; alone all its clients may be refused.
    """

    name: str
    run: Callable[[Ground, int], Any]
    once: bool = False
    told: frozenset[str] = frozenset()
    gone: bool = False
    quiet: bool = False
    opened: bool = False


@dataclass(frozen=True)
class Group:
    """Acts on the same kind of object, how to make a fresh one, and what must hold after every round."""

    name: str
    make: Callable[[Cast, int], Ground]
    acts: tuple[Act, ...]
    check: Callable[[Ground], list[str]] = lambda ground: []

    def pairs(self) -> list[tuple[Act, Act]]:
        """Every act with itself and with every other."""
        return [(a, b) for n, a in enumerate(self.acts) for b in self.acts[n:]]


def told(*codes: str) -> frozenset[str]:
    """Codes of refusals."""
    return frozenset(codes)
