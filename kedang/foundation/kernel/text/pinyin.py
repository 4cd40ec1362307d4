"""Pinyin of names, fast enough for imports: one table look-up a character, more only where a reading is open.

A name with characters of several readings yields up to ``MAX_FORMS`` forms, the likeliest first. A form is the list of
its marked syllables (``·zhong``, ``·shan``); joined, any fragment that begins at a syllable is an ordinary substring of
it, its last syllable finished or not. The initials (``zsdjf``) are the letters behind the marks. Letters and digits
inside a name stand for themselves.
"""

from functools import cache
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import cast
from unicodedata import combining, normalize

import orjson

from kedang.foundation.kernel.text.readings import SETTLED, SURNAMES, USUAL

MARK = "·"
MAX_FORMS = 4

_OPEN = frozenset(char for char, readings in USUAL.items() if len(readings) > 1)
_UMLAUTS = str.maketrans(dict.fromkeys("üǖǘǚǜ", "v") | {"ê": "e"})

Slots = list[tuple[int, tuple[str, ...]]]


@cache
def dictionary() -> dict[str, str]:
    """Code point (decimal text) → readings with tone marks, as pypinyin ships them, without its 50 MB of phrases.

    The package is found and not imported: importing it would read the phrases.
    """
    spec = find_spec("pypinyin")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("pypinyin")
    content = Path(spec.origin).with_name("pinyin_dict.json").read_bytes()
    return cast("dict[str, str]", orjson.loads(content))


def toneless(reading: str) -> str:
    """``lǜ`` → ``lv``."""
    return "".join(char for char in normalize("NFD", reading.translate(_UMLAUTS)) if not combining(char))


class _Syllables(dict[str, str]):
    """Character → marked syllable of its usual reading, filled as characters are met; empty where it has none."""

    def __missing__(self, char: str) -> str:
        if char in USUAL:
            syllable = USUAL[char][0]
        elif char.isascii():
            syllable = char if char.isalnum() else ""
        else:
            syllable = toneless(dictionary().get(str(ord(char)), "").split(",")[0])
        self[char] = marked = MARK + syllable if syllable else ""
        return marked


class _Initials(dict[str, str]):
    def __missing__(self, char: str) -> str:
        self[char] = initial = _SYLLABLES[char][1:2]
        return initial


class _Capitals(dict[str, str]):
    def __missing__(self, char: str) -> str:
        self[char] = capital = _SYLLABLES[char].upper()
        return capital


_SYLLABLES = _Syllables()
_INITIALS = _Initials()
_CAPITALS = _Capitals()
_capital = _CAPITALS.__getitem__
_syllable = _SYLLABLES.__getitem__
_initial = _INITIALS.__getitem__


def forms(folded: str, person: bool = False) -> tuple[list[str], list[list[str]]]:
    """(initials, lists of marked syllables) of folded text in its several forms; empty where nothing has a reading."""
    found = _open_forms(folded, person)
    if found is not None:
        return found
    initials = "".join(map(_initial, folded))
    if not initials:
        return [], []
    parts = list(map(_syllable, folded))
    return [initials], [parts if len(initials) == len(parts) else list(filter(None, parts))]


def spoken(folded: str, person: bool = False) -> tuple[list[str], list[str]]:
    """(initials, joined marked syllables in capitals): what :func:`forms` says, as the index writes it."""
    found = _open_forms(folded, person)
    if found is not None:
        return found[0], ["".join(parts).upper() for parts in found[1]]
    initials = "".join(map(_initial, folded))
    return ([initials], ["".join(map(_capital, folded))]) if initials else ([], [])


def _open_forms(folded: str, person: bool) -> tuple[list[str], list[list[str]]] | None:
    """The forms where some reading is not the usual one or not certain; None where every character has its usual one."""
    if _OPEN.isdisjoint(folded[1:] if person else folded) and not (person and folded and _is_read_apart(folded)):
        return None
    slots = _slots(folded, person)
    parts = list(map(_syllable, folded))
    if slots and (len(slots) > 1 or len(slots[0][1]) > 1 or parts[slots[0][0]] != MARK + slots[0][1][0]):
        return _several(parts, slots)
    return None


class _ReadApart(dict[str, bool]):
    """First character of a person's name → whether its reading is not simply the usual one of the character."""

    def __missing__(self, char: str) -> bool:
        readings = {*SURNAMES[char][:1], *USUAL.get(char, ())} if char in SURNAMES else {*USUAL.get(char, ())}
        self[char] = told = len(readings) > 1 or any(MARK + reading != _syllable(char) for reading in readings)
        return told


_READ_APART = _ReadApart()


def _is_read_apart(name: str) -> bool:
    return (name[:2] in SURNAMES and len(name) > 1) or _READ_APART[name[0]]


def initials(folded: str, person: bool = False) -> list[str]:
    """The initials of folded text, every form once: ``zsdjf``."""
    return forms(folded, person)[0]


def syllables(folded: str, person: bool = False) -> list[str]:
    """The marked syllables of folded text, every form once: ``·zhong·shan·diao·jie·fa``."""
    return ["".join(parts) for parts in forms(folded, person)[1]]


@cache
def _words_by_char() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for table in (SETTLED, SURNAMES):
        for word, readings in table.items():
            for char, reading in zip(word, readings, strict=True):
                found.setdefault(char, set()).add(reading)
    return found


def all_readings(char: str) -> set[str]:
    """Every reading under which :func:`forms` may write a character."""
    usual = _syllable(char)[1:]
    return {*USUAL.get(char, ()), *_words_by_char().get(char, ()), *([usual] if usual else [])}


def _slots(folded: str, person: bool) -> Slots:
    """Places of the text whose reading is not the usual one or not certain: (position, readings, likeliest first)."""
    slots: Slots = []
    start = 0
    if person and folded:
        surname = SURNAMES.get(folded[:2], ())
        if len(surname) == 2:
            slots = [(0, (surname[0],)), (1, (surname[1],))]
            start = 2
        elif folded[0] in SURNAMES:
            first = SURNAMES[folded[0]][0]
            slots = [(0, (first, *(reading for reading in USUAL.get(folded[0], ()) if reading != first)))]
            start = 1
    for at in range(start, len(folded)):
        if (char := folded[at]) in _OPEN:
            settled = _settled(folded, at)
            slots.append((at, (settled,) if settled else USUAL[char]))
    return slots


@cache
def _settling(char: str) -> tuple[tuple[str, int, int, str], ...]:
    """Words that settle the reading of a character: (word, its length, place of the character in it, reading), the one that wins first."""
    found = [
        (word, len(word), at, readings[at])
        for word, readings in SETTLED.items()
        for at, one in enumerate(word)
        if one == char and len(word) > 1
    ]
    return tuple(sorted(found, key=lambda entry: (-entry[1], -entry[2])))


def _settled(folded: str, at: int) -> str:
    """The reading of the character at ``at`` if a word around it leaves no choice, the longest word winning, then the one that begins
    first."""
    for word, _, place, reading in _settling(folded[at]):
        if place <= at and folded.startswith(word, at - place):
            return reading
    return ""


def _picks(choices: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """At most ``MAX_FORMS`` ways through the choices: all, or the usual one and then one place changed at a time."""
    count = 1
    for readings in choices:
        count *= len(readings)
    if count <= MAX_FORMS:
        return list(product(*choices))
    usual = tuple(readings[0] for readings in choices)
    picks = [usual]
    for at, readings in enumerate(choices):
        picks += [(*usual[:at], reading, *usual[at + 1 :]) for reading in readings[1:]]
    return picks[:MAX_FORMS]


def _several(parts: list[str], slots: Slots) -> tuple[list[str], list[list[str]]]:
    all_initials: dict[str, None] = {}
    all_parts: list[list[str]] = []
    for pick in _picks([readings for _, readings in slots]):
        for (at, _), reading in zip(slots, pick, strict=True):
            parts[at] = MARK + reading
        all_parts.append(list(filter(None, parts)))
        all_initials["".join([part[1:2] for part in parts])] = None
    return list(all_initials), all_parts
