"""Reading what people type as pinyin: ``zhongshandiaojiefa``, ``zhongsh``, ``xian``, digits and letters in between."""

from functools import cache

from kedang.foundation.kernel.text.pinyin import MARK, dictionary, toneless
from kedang.foundation.kernel.text.readings import USUAL

MAX_READINGS = 12
MIN_LETTERS = 2


@cache
def known_syllables() -> frozenset[str]:
    """Every syllable that a character can have."""
    found = {toneless(reading) for readings in dictionary().values() for reading in readings.split(",")}
    found.update(reading for readings in USUAL.values() for reading in readings)
    return frozenset(syllable for syllable in found if syllable.isascii() and _is_ordinary(syllable))


def _is_ordinary(syllable: str) -> bool:
    """Leaves out interjections without a vowel (m, n, ng, hm), which would cut words in pieces nobody means."""
    return syllable.isalpha() and any(letter in "aeiouv" for letter in syllable)


@cache
def _beginnings() -> frozenset[str]:
    return frozenset(syllable[:end] for syllable in known_syllables() for end in range(1, len(syllable) + 1))


def readings(text: str) -> list[str]:
    """The ways to read folded Latin text as marked syllables, fewest syllables first; the last may be unfinished.

    Only readings with at least one whole syllable of two letters or more count: ``zs`` is a matter of initials.
    """
    if len(text) < MIN_LETTERS or not text.isascii() or not any(char.isalpha() for char in text):
        return []
    whole, begun, longest = known_syllables(), _beginnings(), 6
    ways: dict[int, list[tuple[str, ...]]] = {len(text): [()]}
    for at in range(len(text) - 1, -1, -1):
        found: list[tuple[str, ...]] = []
        if text[at].isdigit():
            found = [(text[at], *rest) for rest in ways[at + 1]]
        else:
            for end in range(at + 1, min(at + longest, len(text)) + 1):
                piece = text[at:end]
                if piece in whole or (end == len(text) and piece in begun):
                    found += [(piece, *rest) for rest in ways[end]]
        ways[at] = sorted(found, key=lambda way: (len(way), way))[: 4 * MAX_READINGS]
    good = [way for way in ways[0] if any(len(piece) > 1 and piece in whole for piece in way)]
    return [MARK + MARK.join(way) for way in good[:MAX_READINGS] if len(way) <= len(good[0]) + 1]
