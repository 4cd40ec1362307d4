"""Folding: the one form in which Chinese text is compared, indexed and searched.

``fold`` works character by character and looks at no neighbour, therefore ``fold(a + b) == fold(a) + fold(b)``: every
fragment of a text folds to a fragment of the folded text. That is what lets a search for any piece find the whole. For
the same reason it takes the plain character table of OpenCC and not its phrases (乾 is 干 here, also in 乾坤); text
that people read is converted by ``simplify``, which knows the phrases.
"""

import unicodedata
from functools import cache
from typing import Any

# Characters that mean the same to a reader and that neither NFKC nor the traditional table brings together.
_ALIKE = {"○": "〇", "◯": "〇"}


@cache
def _converter(table: str) -> Any:
    import opencc

    return opencc.OpenCC(table)


class _FoldTable(dict[int, str]):
    """Code point → folded text, filled as characters are met."""

    def __missing__(self, point: int) -> str:
        char = chr(point)
        if not 0xD800 <= point <= 0xDFFF:
            plain = unicodedata.normalize("NFKC", char)
            simple = _converter("t2s").convert(plain) if not plain.isascii() else plain
            folded = "".join(filter(_is_kept, map(_plain_letter, simple.casefold())))
        else:
            folded = ""
        self[point] = folded
        return folded


def _plain_letter(char: str) -> str:
    """Latin, Greek and Cyrillic letters without their accents; everything else as it is."""
    if char in _ALIKE:
        return _ALIKE[char]
    if ord(char) < 0x0530 and not char.isascii():
        return "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
    return char


def _is_kept(char: str) -> bool:
    """Letters, digits and private-use characters (rare name characters of older encodings); signs and blanks go."""
    return bool(char) and (unicodedata.category(char[0])[0] in "LN" or unicodedata.category(char[0]) == "Co")


_TABLE = _FoldTable()


def fold(text: str) -> str:
    """``text`` in simplified characters, half width, lower case, without blanks, signs and accents."""
    return text.lower() if text.isascii() and text.isalnum() else text.translate(_TABLE)


def simplify(text: str) -> str:
    """Traditional to simplified Chinese for reading, aware of phrases (乾坤 stays, 乾燥 becomes 干燥)."""
    return str(_converter("t2s").convert(text))


def has_traditional(text: str) -> bool:
    """Whether some character has a different simplified form (规范汉字 check)."""
    return not text.isascii() and simplify(text) != text
