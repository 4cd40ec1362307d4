"""Which passwords are guessed first: known lists, and what Chinese habits are put together from.

Two sources: the 20,000 most common passwords that come with Django (from public breaches, 3,000 is what ASVS asks for), and
``weak_words.txt``, pieces written down for this project. A password counts as weak when next to nothing is left of it after
known pieces, dates, telephone numbers, runs and the person's and company's own names are taken out, whatever the capitals and
the usual replacements (0 for o, @ for a).
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from django.contrib.auth.password_validation import CommonPasswordValidator

from kedang.foundation.kernel.text import fold, forms
from kedang.foundation.kernel.text.pinyin import toneless

LEAST_LEFT = 5
"""So many different signs must be left."""
REPLACED = str.maketrans({"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})
_DATE = re.compile(r"(19|20)\d{2}[-/.年]?(0?[1-9]|1[0-2])[-/.月]?(0?[1-9]|[12]\d|3[01])日?|(19|20)\d{2}")
_PHONE = re.compile(r"1[3-9]\d{9}")
_REPEAT = re.compile(r"(.{1,4})\1{1,}")
_KEYS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "!@#$%^&*()")
_WALK = 4


@cache
def common_passwords() -> frozenset[str]:
    """The list that comes with Django."""
    return frozenset(CommonPasswordValidator().passwords)


@cache
def pieces() -> tuple[str, ...]:
    """Pieces, longest first."""
    lines = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    return tuple(
        sorted({word for text in lines if not text.startswith("#") for word in text.split()}, key=len, reverse=True)
    )


def names_of(texts: Iterable[str]) -> list[str]:
    """Own names in the forms people type them: as written, in pinyin, in initials, in the other order."""
    found: set[str] = set()
    for text in (one.strip().lower() for one in texts):
        if not text:
            continue
        found |= {text, text.partition("@")[0]}
        initials, spoken = forms(fold(text))
        found |= set(initials)
        for reading in spoken:
            parts = [toneless(part).lstrip("·") for part in reading]
            found |= {"".join(parts), "".join(parts[1:] + parts[:1]), *(part for part in parts if len(part) > 2)}
    return sorted((name for name in found if len(name) >= 2), key=len, reverse=True)


def is_weak(password: str, own_names: Iterable[str] = ()) -> bool:
    """Whether a password would be among the first guesses of somebody who knows person and company."""
    lowered = password.strip().lower()
    bare = re.sub(r"[\W\d_]+$", "", lowered)
    if common_passwords() & {lowered, bare, lowered.translate(REPLACED), bare.translate(REPLACED)}:
        return True
    known = [*names_of(own_names), *pieces()]
    return min(_left(lowered, known), _left(lowered.translate(REPLACED), known)) < LEAST_LEFT


def _left(text: str, known: Iterable[str]) -> int:
    """How many different signs are left after the known is taken out."""
    for pattern in (_PHONE, _DATE):
        text = pattern.sub(" ", text)
    for piece in known:
        if len(piece) >= 3 or piece.isascii() is False:
            text = text.replace(piece, " ")
    text = _without_walks(text)
    text = _REPEAT.sub(r"\1", text)
    text = re.sub(r"\d{4,}", " ", text)
    return len({sign for sign in text if not sign.isspace()} - set("._-@!#*+=?,;:~&$%^()"))


def _without_walks(text: str) -> str:
    """Without neighbouring keys and runs of the alphabet, forwards or backwards."""
    for row in (*_KEYS, *(row[::-1] for row in _KEYS)):
        for length in range(len(row), _WALK - 1, -1):
            for start in range(len(row) - length + 1):
                text = text.replace(row[start : start + length], " ")
    return text
