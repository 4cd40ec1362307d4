"""Holds on what is packed. They are kept in a room above this one, which says here at start-up how they are told."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from kedang.business.holdings.models import Item, Volume
from kedang.foundation.kernel.actors import Actor

Teller = Callable[[Actor, Volume | None, Sequence[Item]], Iterable[dict[str, Any]]]
_TELLERS: list[Teller] = []


def tell_by(teller: Teller) -> None:
    """Holds are told by this: number, since, on what, title, legal_basis, reason (None where the exporter may not know)."""
    if teller not in _TELLERS:
        _TELLERS.append(teller)


def holds_on(actor: Actor, volume: Volume | None, items: Sequence[Item]) -> list[dict[str, Any]]:
    """Every hold on a volume, on its items or on their customers."""
    return [dict(one) for teller in _TELLERS for one in teller(actor, volume, items)]


def numbers_of(parts: Iterable[dict[str, Any]]) -> list[str]:
    """Numbers of all holds on some parts of a package, each once."""
    return list(dict.fromkeys(hold["number"] for part in parts for hold in part["holds"]))
