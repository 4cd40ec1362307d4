"""What is indexed of one record, and its encoding: pure functions that a worker process runs without a database."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from kedang.foundation.kernel import keys
from kedang.foundation.kernel.text import fold, grams, spoken
from kedang.foundation.kernel.text.many import narrow_grams, wide_grams

OPEN = "|"
"""Opens a field in the stored text. Folded text holds no signs, so no fragment reaches from one field into the next."""
NULL = r"\N"
INITIALS = "~"
SYLLABLES = "^"
"""Letters of the pinyin fields. Their texts are written in alphabets that folding never leaves over, so that a fragment
of initials, of syllables and of ordinary text is each found in its own kind only."""
_INITIAL_LETTERS = {ord("a") + at: chr(0x0410 + at) for at in range(26)}
_has_latin = re.compile(r"[\x00-\x7f]").search
PRIVATE = "¤"
"""Opens a private token in the index: a keyed digest, never the value."""
ANCHOR = "§"
"""Opens the gram under which a name is found by its beginning."""
SHORT_NAME = 4
"""Up to so many characters a name has a token of its own: so short a word may begin very many longer names."""
SHORTEST_TAIL = 4
LONGEST_TAIL = 11


@dataclass(frozen=True, slots=True)
class Field:
    """One searchable text of a record: its letter in the stored text and the reason shown for a hit.

    ``is_spoken``: found by pinyin too, ``is_person``: its first character is read as a surname, ``is_exact``: a hit on the
    whole text comes first.
    """

    letter: str
    title: Any
    is_spoken: bool = False
    is_person: bool = False
    is_exact: bool = False


class Document(NamedTuple):
    """What the index keeps of one record: who may see it, its texts, and its private numbers by class.

    ``private`` holds pairs of secrecy class and tokens made by :func:`phone_tokens` or :func:`number_tokens`.
    """

    fonds_id: int
    texts: tuple[tuple[Field, str], ...]
    private: tuple[str, ...] = ()
    secrecy_level: int = 0
    owner_id: int | None = None
    department_id: int | None = None
    region_code: str = ""


class Encoded(NamedTuple):
    """A document as it is written: who may see it, the folded text, the tokens separated by blanks."""

    fonds_id: int
    secrecy_level: int
    owner_id: int | None
    department_id: int | None
    region_code: str
    body: str
    tokens: str


class Line(NamedTuple):
    """The same ready for PostgreSQL's COPY but for the key: ``before`` ends with the folded text, ``tokens`` is the last column."""

    before: bytes
    tokens: bytes

    def read(self) -> Encoded:
        """The document as it was."""
        fonds, level, owner, department, region, body = self.before.decode().split("\t")
        return Encoded(
            int(fonds),
            int(level),
            None if owner == NULL else int(owner),
            None if department == NULL else int(department),
            region,
            body,
            self.tokens.decode(),
        )


def line_of(encoded: Encoded) -> Line:
    """Folded text and tokens hold nothing that would have to be escaped."""
    fonds, level, owner, department, region, body, tokens = encoded
    before = f"{fonds}\t{level}\t{NULL if owner is None else owner}\t{NULL if department is None else department}\t{region}\t{body}"
    return Line(before.encode(), tokens.encode())


def encode(document: Document) -> Encoded:
    """The stored form of a document; needs neither database nor keys."""
    parts: dict[str, None] = {}
    tokens: set[str] = set(document.private)
    for field, text in document.texts:
        folded = fold(text)
        if not folded:
            continue
        parts[f"{field.letter}{folded}"] = None
        tokens.update(grams(folded))
        if field.is_exact and not folded[0].isascii():
            tokens.add(ANCHOR + folded[:2])
            if len(folded) <= SHORT_NAME:
                tokens.add(whole(folded))
        if field.is_spoken and not folded.isascii():
            all_initials, all_syllables = spoken(folded, field.is_person)
            for initials in all_initials:
                parts[INITIALS + initials.translate(_INITIAL_LETTERS)] = None
                tokens.update(grams(initials))
            for syllables in all_syllables:
                parts[SYLLABLES + syllables] = None
    return Encoded(
        document.fonds_id,
        document.secrecy_level,
        document.owner_id,
        document.department_id,
        document.region_code if document.region_code.isalnum() else "",
        OPEN + OPEN.join(parts) + OPEN if parts else "",
        " ".join(tokens),
    )


def encode_many(documents: Sequence[Document], *, is_unique: bool) -> list[Encoded]:
    """What :func:`encode` makes of each, for many: the grams of all of them are made together.

    Args:
        is_unique: each token once. PostgreSQL takes repeats as they come.
    """
    bodies: list[str] = []
    tokens: list[list[str]] = []
    wide: list[str] = []
    wide_of: list[int] = []
    narrow: list[str] = []
    narrow_of: list[int] = []
    for at, document in enumerate(documents):
        parts: dict[str, None] = {}
        found = list(document.private)
        tokens.append(found)
        for field, text in document.texts:
            folded = fold(text)
            if not folded:
                continue
            parts[field.letter + folded] = None
            if folded.isascii():
                if len(folded) > 1:
                    narrow.append(folded)
                    narrow_of.append(at)
                else:
                    found.append(folded)
                continue
            if _has_latin(folded):
                found += grams(folded)
            else:
                wide.append(folded)
                wide_of.append(at)
            if field.is_exact and not folded[0].isascii():
                found.append(ANCHOR + folded[:2])
                if len(folded) <= SHORT_NAME:
                    found.append(whole(folded))
            if field.is_spoken:
                all_initials, all_syllables = spoken(folded, field.is_person)
                for initials in all_initials:
                    parts[INITIALS + initials.translate(_INITIAL_LETTERS)] = None
                    if len(initials) > 1:
                        narrow.append(initials)
                        narrow_of.append(at)
                    else:
                        found.append(initials)
                for syllables in all_syllables:
                    parts[SYLLABLES + syllables] = None
        bodies.append(OPEN + OPEN.join(parts) + OPEN if parts else "")
    for places, several in ((wide_of, wide_grams(wide)), (narrow_of, narrow_grams(narrow))):
        for at, joined in zip(places, several, strict=True):
            tokens[at].append(joined)
    texts: Iterable[str] = map(" ".join, tokens)
    if is_unique:
        texts = (" ".join(set(text.split(" "))) if text else "" for text in texts)
    return [
        Encoded(fonds, level, owner, department, region if region.isalnum() else "", body, text)
        for (fonds, _, _, level, owner, department, region), body, text in zip(documents, bodies, texts, strict=True)
    ]


def whole(folded: str) -> str:
    """Token of a short name that is this word and nothing more."""
    return f"{ANCHOR}{folded}{ANCHOR}"


def as_initials(letters: str) -> str:
    """Initials as they stand in the stored text: capital Cyrillic letters, one for one."""
    return letters.translate(_INITIAL_LETTERS)


def as_syllables(marked: str) -> str:
    """Marked syllables as they stand in the stored text: in capitals."""
    return marked.upper()


def phone_tokens(number: str) -> list[str]:
    """Private tokens of a telephone number: its tails of 4 to 11 digits."""
    digits = "".join(char for char in number if char.isdigit())
    longest = min(len(digits), LONGEST_TAIL)
    return [private_token(digits[-size:], "contact") for size in range(SHORTEST_TAIL, longest + 1)]


def number_tokens(number: str, secrecy_class: str) -> list[str]:
    """Private tokens of a document number or an account: the whole of it."""
    plain = fold(number)
    return [private_token(plain, secrecy_class)] if plain else []


def private_token(plain: str, secrecy_class: str) -> str:
    """The keyed digest under which a private value is found."""
    return PRIVATE + keys.blind(plain, f"search.{secrecy_class}")


def opened(body: str) -> Iterable[tuple[str, str]]:
    """(letter, folded text) of every field in a stored text."""
    return ((part[0], part[1:]) for part in body.split(OPEN) if part)
