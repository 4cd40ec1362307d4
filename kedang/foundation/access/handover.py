"""What somebody has in hand and must hand over when they leave or move (UP-04). Rooms declare theirs in ``AppConfig.ready()``.

A room knows which of its records are in a person's hands and how one of them passes to somebody else. The folder that gathers them,
splits them and has them signed is kept by ``kedang.business.governance``, which knows no room.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise

if TYPE_CHECKING:
    from kedang.foundation.access.models import Person
    from kedang.foundation.kernel.actors import Actor

Words = str | Promise


@dataclass(frozen=True, slots=True)
class InHand:
    """One thing in somebody's hands.

    ``code`` is its number, ``group`` a word by which things are split (region, state …), ``level`` the secrecy level that its new holder
    must be cleared for.
    """

    key: int
    label: str
    code: str = ""
    group: str = ""
    level: int = 0
    told: str = ""
    """Name of the customer to be told of a new person in charge."""


@dataclass(frozen=True, slots=True)
class HandoverKind:
    """One sort of things in hand.

    Attributes:
        code: ``room.noun``, stable. title: what people read. model: label of the records (``customers.customer``).
        rows: all that is in a person's hands now.
        pass_on: ``(actor, leaver, to, key, why)`` gives one thing to somebody else; does nothing where it is no longer in the leaver's
            hands; raises ``Refused`` where it cannot be given. With ``ends`` it is called at the end of the hand-over with the leaver
            in place of a successor, and ends the thing (a grant, a stand-in).
        humans: of some of these things, those whose customer is a natural person; a letter addresses them otherwise.
        needs: action without which nobody can hold such things.
    """

    code: str
    title: Words
    model: str
    rows: Callable[["Person"], Iterable[InHand]]
    pass_on: Callable[["Actor", "Person", "Person", int, str], None]
    needs: str = ""
    ends: bool = False
    order: int = 100
    humans: Callable[[Iterable[int]], set[int]] | None = None


_kinds: dict[str, HandoverKind] = {}


def declare(kind: HandoverKind) -> HandoverKind:
    """Make a sort of things known; the same code again replaces it."""
    _kinds[kind.code] = kind
    return kind


def kinds() -> list[HandoverKind]:
    """All sorts, in the order in which a folder lists them."""
    return sorted(_kinds.values(), key=lambda kind: (kind.order, kind.code))


def kind_of(code: str) -> HandoverKind | None:
    """The declared sort, or None where its room is no longer there."""
    return _kinds.get(code)
