"""Grams: the pieces under which folded text is indexed, so that any fragment is found by a few exact look-ups.

One gram starts at every position: two characters long where the first is Chinese, three where it is a Latin letter or
a digit (there are few of those, so two would be too common), shorter only at the end of the text. A fragment that holds
no whole gram is found by prefix, all others by the conjunction of the grams they hold; ``Cover.is_exact`` says when
that is already the whole truth and nothing has to be compared again.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from operator import add
from typing import NamedTuple

WIDE = 2
NARROW = 3

_HAS_ASCII = re.compile(r"[\x00-\x7f]").search


class Cover(NamedTuple):
    """What the index is asked for one fragment: all of ``grams``, or any gram that starts with ``prefix``."""

    grams: tuple[str, ...]
    prefix: str
    is_exact: bool


def grams(folded: str) -> list[str]:
    """The grams of folded text, one for each position, repeats included."""
    if folded.isascii():
        return list(map(folded.__getitem__, _narrow(len(folded))))
    if _HAS_ASCII(folded) is None:
        found = list(map(add, folded, folded[1:]))
        found.append(folded[-1])
        return found
    return [folded[at : at + (NARROW if char < "\x80" else WIDE)] for at, char in enumerate(folded)]


@lru_cache(maxsize=512)
def _narrow(length: int) -> tuple[slice, ...]:
    """Where the grams of Latin text of some length lie."""
    return tuple(slice(at, at + NARROW) for at in range(length))


def cover(fragment: str) -> Cover:
    """What to look up for a folded fragment of at least one character."""
    whole = [
        fragment[at : at + size]
        for at, char in enumerate(fragment)
        if at + (size := NARROW if char < "\x80" else WIDE) <= len(fragment)
    ]
    if not whole:
        return Cover((), fragment, True)
    return Cover(_unique(whole), "", whole == [fragment])


def _unique(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))
