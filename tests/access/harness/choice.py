"""Which of all questions are asked: fixed by the seed, turning from person to person, so that together they leave no address out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from zlib import crc32

from tests.access.harness import rules
from tests.access.harness.addresses import Address, Place

Thing = TypeVar("Thing")
DETAIL = "customers:customer-detail"
#: Pages that show a dossier: in the full form everybody asks for every dossier, in one further page of these each.
SHOWING = (
    "customers:customer-history", "customers:customer-contacts", "customers:customer-key-persons", "customers:customer-profile",
    "customers:customer-seen", "customers:card", "customers:customer-edit",
)  # fmt: skip
#: Pages that show papers: in the full form everybody asks for every paper of a dossier that is shared with some.
PAPERS = (
    "holdings:item-detail",
    "holdings:item-files",
    "holdings:project-detail",
    "holdings:volume-detail",
    "files:view",
)
ALWAYS = (DETAIL, "customers:customer-list")
STRIDE = 11
"""Fillings are taken in such steps; it divides no number of rows of the house."""


@dataclass(frozen=True)
class Size:
    """How much is asked."""

    addresses: int
    """Of each channel a person tries one address in so many, one at least."""
    variants: int
    """Besides the plain way of asking, one way in so many."""
    spots: int
    """Fillings of an address."""
    entries: int
    """Entries of the trail that who may read it opens."""
    is_thorough: bool
    """Everybody asks for every dossier, and for every sensitive field behind its eye."""
    alike: int
    """One address in so many, in one way of asking."""
    guesses: int
    """Hidden values that somebody guesses at."""
    questions: int
    """One way of guessing in so many."""
    selections: int
    cases: int
    pairs: int


FULL = Size(1, 3, 1, 120, True, 2, 3, 2, 40, 1_000, 500)
SHORT = Size(16, 5, 1, 4, False, 4, 1, 3, 6, 40, 0)
PLANTED = Size(1, 1, 2, 40, False, 1, 12, 1, 60, 30, 0)
PLANTED_HERE = replace(PLANTED, spots=1_000)
"""Of a fault that shows at few addresses and on few rows: there, everything is asked."""


def turn(things: Sequence[Thing], at: int, step: int) -> list[Thing]:
    """One thing in so many, beginning where the turn stands; one at least."""
    if not things:
        return []
    return [thing for number, thing in enumerate(things) if (number + at) % step == 0] or [things[at % len(things)]]


def some_addresses(every: list[Address], at: int, size: Size) -> list[Address]:
    """Of every channel some; every eye over a hidden field; the dossier and the list of them."""
    by_channel: dict[str, list[Address]] = {}
    for address in every:
        by_channel.setdefault(address.channel, []).append(address)
    chosen = [
        address
        for channel, found in by_channel.items()
        for address in turn(found, at, 1 if channel == "unmask" else size.addresses)
    ]
    return chosen + [address for address in every if address.name in ALWAYS and address not in chosen]


def some_places(every: list[Place], at: int, size: Size, who: rules.Who) -> list[Place]:
    """Fillings of an address, the first of which is asked in several ways and the others plainly."""
    if not every:
        return []
    address, count = every[0].address, len(every)
    start = at * STRIDE + crc32(address.name.encode())
    if "field" in address.parameters:
        fields = list(dict.fromkeys(dict(place.given)["field"] for place in every))
        wanted = fields if size.is_thorough else [fields[at % len(fields)]]
        rows = count // len(fields)
        return [
            every[(start + number * STRIDE) % rows * len(fields) + fields.index(name)]
            for number, name in enumerate(wanted)
        ]
    spots = size.spots
    if address.name == "access:event-detail" and rules.holds(who, "audit.view"):
        spots = max(spots, size.entries)
    if size.is_thorough and address.name == DETAIL:
        spots = count
    if spots >= count:
        found = list(every)
    else:
        found = [every[(start + number * STRIDE) % count] for number in range(spots)]
    if size.is_thorough and address.name in SHOWING:
        here = SHOWING.index(address.name)
        found += [place for number, place in enumerate(every) if (number + at) % len(SHOWING) == here]
    if size.is_thorough and address.name in PAPERS:
        found += [place for place in every if place.fact is not None and place.fact.of is not None]
    return list(dict.fromkeys(found))


def some_variants(every: list[Any], at: int, size: Size, is_first: bool) -> list[Any]:
    """The plain way and some others; of a hidden field each way in turn."""
    return every[:1] + (turn(every[1:], at, size.variants) if is_first else [])
