"""Reading what people type as pinyin: ``zhongshandiaojiefa``, ``zhongsh``, ``xian``, digits and letters in between."""

from functools import cache

from kedang.foundation.kernel.text.folding import fold
from kedang.foundation.kernel.text.pinyin import MARK, all_readings, dictionary, toneless
from kedang.foundation.kernel.text.readings import SURNAMES, USUAL

MAX_READINGS = 12
MIN_LETTERS = 2
SURNAME_CHARS = frozenset("".join(SURNAMES))


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

    A lone letter at the end is the beginning of a syllable only where the text cannot be read otherwise.
    Only readings with a whole syllable of two letters or the better part of one count: ``zs`` is a matter of initials.
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
    good = [way for way in ways[0] if any(len(piece) > 2 or (len(piece) == 2 and piece in whole) for piece in way)]
    if any(all(piece in whole or piece.isdigit() for piece in way) for way in good):
        good = [way for way in good if len(way[-1]) > 1 or way[-1] in whole or way[-1].isdigit()]
    return [MARK + MARK.join(way) for way in good[:MAX_READINGS] if len(way) <= len(good[0]) + 1]


@cache
def _chars_by_syllable() -> dict[str, tuple[str, ...]]:
    """Syllable → every folded character that some name may have under it."""
    found: dict[str, list[str]] = {}
    for char in {*(chr(int(point)) for point in dictionary()), *USUAL, *SURNAME_CHARS}:
        if fold(char) == char:
            for syllable in all_readings(char):
                found.setdefault(syllable, []).append(char)
    return {syllable: tuple(sorted(chars)) for syllable, chars in found.items()}


@cache
def chars_reading(beginning: str) -> tuple[str, ...]:
    """Characters with a reading that starts so: under them the index holds what one syllable stands for."""
    chars = {
        char for syllable, chars in _chars_by_syllable().items() if syllable.startswith(beginning) for char in chars
    }
    return tuple(sorted(chars))


def chars_read(syllable: str) -> tuple[str, ...]:
    """Characters that have exactly this reading. A lone letter or digit, which reads as itself, is not among them."""
    return _chars_by_syllable().get(syllable, ())


def may_be_read(char: str, beginning: str) -> bool:
    """Whether a syllable that starts so may follow where a character stands: it is read so (a letter or digit as itself), or not at all."""
    ways = all_readings(char)
    return not ways or any(way.startswith(beginning) for way in ways)
