"""Keyed tokens of page text: what the index holds instead of the text (docs/decisions, “Text of documents is found by keyed tokens”).

Every piece of two characters (three Latin letters or digits, and two) becomes a number of 18 bits by the blind-index key and the company.
Several pieces share a number, and every page carries numbers that stand for nothing, so that who has the database without the key ring
can neither read a page nor be sure that a word stands in it. Hits are therefore always compared with the opened text.
"""

from functools import lru_cache

from kedang.foundation.kernel import keys
from kedang.foundation.kernel.text.grams import NARROW, WIDE
from kedang.foundation.search.documents import PRIVATE

PURPOSE = "files.text"
BITS = 18
SHORTEST = 2
"""Characters of a word that the index can be asked for."""
DECOYS = 4
"""One token in so many that a page has, and at least so many, stands for nothing."""


def pieces(folded: str) -> set[str]:
    """The pieces of a folded text under which it is indexed."""
    found: set[str] = set()
    for at, char in enumerate(folded):
        found.add(folded[at : at + WIDE])
        if char < "\x80":
            found.add(folded[at : at + NARROW])
    return {piece for piece in found if len(piece) >= SHORTEST}


def asked_pieces(word: str) -> list[str]:
    """The pieces that a text with this folded word certainly has; none for a single character."""
    found: dict[str, None] = {}
    for at, char in enumerate(word):
        size = NARROW if char < "\x80" and at + NARROW <= len(word) else WIDE
        if at + size <= len(word):
            found[word[at : at + size]] = None
    return list(found)


@lru_cache(maxsize=200_000)
def _number(fonds_id: int, piece: str, key: bytes) -> str:
    digest = keys.blind(f"{fonds_id}\0{piece}", PURPOSE)
    return f"{PRIVATE}{int(digest[:8], 16) & ((1 << BITS) - 1):05x}"


def token(fonds_id: int, piece: str) -> str:
    """The token of a piece in a company."""
    return _number(fonds_id, piece, keys.ring().blind_key)


def tokens_of(fonds_id: int, page_id: int, folded: str) -> tuple[str, ...]:
    """All tokens of a page, its decoys among them; the same each time, so that two looks at the database tell nothing new."""
    found = {token(fonds_id, piece) for piece in pieces(folded)}
    decoys = max(len(found) // DECOYS, DECOYS) if found else 0
    found |= {_decoy(f"{fonds_id}\0{page_id}\0{number}") for number in range(decoys)}
    return tuple(sorted(found))


def _decoy(text: str) -> str:
    digest = keys.blind(text, f"{PURPOSE}.decoy")
    return f"{PRIVATE}{int(digest[:8], 16) & ((1 << BITS) - 1):05x}"
