"""What a reader typed, as conditions: pure functions, no database.

A query is groups joined by “or”, a group is terms joined by “and”, a term is one word with the alternative ways in which a
record may hold it: as it stands, as pinyin, as a private number. Every way knows what the index can be asked (a
conjunction of grams, or prefixes) and which fragments the stored text must then really contain.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, product

from kedang.foundation.kernel.text import cover, fold, forms
from kedang.foundation.kernel.text.pinyin import MARK
from kedang.foundation.kernel.text.typed import chars_reading, readings
from kedang.foundation.search.documents import LONGEST_TAIL, SHORTEST_TAIL, as_initials, as_syllables, private_token

LONGEST_QUERY = 200
NUMBER_LENGTHS = range(6, 31)
_EITHER = {"|", "｜", "或"}
_BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_PHONE_SIGNS = re.compile(r"^[+\d()（）\-－—#]+$")


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a record may hold a word.

    The index is asked for all of ``grams`` and, where there are ``prefixes``, for any token that begins with one of them;
    the stored text must contain all of ``fragments``, which ``is_certain`` says need not be looked at after the index has
    answered (of a term, when all its ways say so). Without grams and prefixes the index cannot tell. ``named_by`` are
    fragments, any of which the texts that the index names hold, where these are many more than the way means; ``syllables``
    are the two of which it then consists, so that it can be asked for more narrowly (``narrowing``).
    """

    grams: tuple[str, ...]
    prefixes: tuple[str, ...]
    fragments: tuple[str, ...]
    is_certain: bool = False
    named_by: tuple[str, ...] = ()
    syllables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """One word: its ways, and the private tokens that it may be, by secrecy class."""

    word: str
    ways: tuple[Way, ...]
    private: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """Any of the groups; all the terms of a group. Without groups nothing is found."""

    groups: tuple[tuple[Term, ...], ...]

    @property
    def terms(self) -> Iterator[Term]:
        """Every term of every group."""
        return (term for group in self.groups for term in group)


def without(term: Term, dead: set[Way]) -> Term:
    """The term without some of its ways; one is left in any case."""
    ways = tuple(way for way in term.ways if way not in dead)
    return Term(term.word, ways or term.ways[:1], term.private)


def parse(text: str) -> Query:
    """Conditions of a typed query. Signs alone say nothing; too long a text is cut."""
    groups: list[list[str]] = [[]]
    for word in _BLANKS.split(text[:LONGEST_QUERY].replace("|", " | ").replace("｜", " | ")):
        if word in _EITHER:
            groups.append([])
        elif word:
            groups[-1].append(word)
    made = (tuple(term_of(word) for word in group if fold(word)) for group in groups)
    return Query(tuple(group for group in made if group))


def term_of(typed: str) -> Term:
    """All ways to take one word."""
    word = fold(typed)
    ways = [_plain(word)]
    if word.isascii() and not word.isdigit():
        ways += [Way(ways[0].grams, ways[0].prefixes, (as_initials(word),), ways[0].is_certain)]
        ways += [_spoken(way) for way in readings(word)]
    elif any(char.isascii() and char.isalpha() for char in word):
        ways += _mixed(word)
    return Term(word, tuple(dict.fromkeys(ways)), tuple(_private(typed, word)))


def _plain(word: str) -> Way:
    asked = cover(word)
    return Way(asked.grams, (asked.prefix,) if asked.prefix else (), (word,), asked.is_exact)


def _spoken(marked: str) -> Way:
    """Full pinyin. The index holds initials; a single syllable is asked for by the characters that are read so."""
    parts = marked.split(MARK)[1:]
    fragment = (as_syllables(marked),)
    if len(parts) == 1:
        return Way((), chars_reading(parts[0]), fragment)
    initials = "".join(part[0] for part in parts)
    asked = cover(initials)
    return Way(
        asked.grams, (asked.prefix,) if asked.prefix else (), fragment, named_by=(initials, as_initials(initials)),
        syllables=tuple(parts) if len(parts) == 2 and len(parts[0]) > 1 else (),
    )  # fmt: skip


def _mixed(word: str) -> list[Way]:
    """Letters between Chinese characters: ``zs调节阀``, ``zhongshan调节阀``; the letters are pinyin of what stands there."""
    runs = [(is_ascii, "".join(run)) for is_ascii, run in groupby(word, str.isascii)]
    chinese = [run for is_ascii, run in runs if not is_ascii]
    covers = [cover(run) for run in chinese]
    by_initials = product(*([run] if is_ascii else _initials(run) for is_ascii, run in runs))
    by_syllables = product(*(readings(run) if is_ascii else _syllables(run) for is_ascii, run in runs))
    ways = []
    for fragment, initials in [
        *((as_initials("".join(parts)), "".join(parts)) for parts in _first(by_initials)),
        *((as_syllables("".join(parts)), _letters("".join(parts))) for parts in _first(by_syllables)),
    ]:
        asked = cover(initials)
        grams = (*(gram for one in covers for gram in one.grams), *asked.grams)
        ways.append(Way(tuple(dict.fromkeys(grams)), () if grams else (covers[0].prefix,), (*chinese, fragment)))
    return ways


def _initials(run: str) -> list[str]:
    return forms(run)[0]


def _syllables(run: str) -> list[str]:
    return ["".join(parts) for parts in forms(run)[1]]


def _letters(marked: str) -> str:
    return "".join(part[0] for part in marked.split(MARK)[1:])


def _first(ways: Iterator[tuple[str, ...]], most: int = 16) -> list[tuple[str, ...]]:
    return [way for way, _ in zip(ways, range(most), strict=False)]


def _private(typed: str, word: str) -> Iterator[tuple[str, str]]:
    """Private numbers that the word may be: the tail of a telephone number, a whole document number or account."""
    if not word.isascii() or not any(char.isdigit() for char in word):
        return
    if word.isdigit() and SHORTEST_TAIL <= len(word) <= LONGEST_TAIL and _PHONE_SIGNS.match(typed):
        yield "contact", private_token(word, "contact")
    if len(word) in NUMBER_LENGTHS:
        yield "identity", private_token(word, "identity")
        if word.isdigit():
            yield "account", private_token(word, "account")
