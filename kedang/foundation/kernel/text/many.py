"""Grams of many texts at once: the index pieces of a thousand names in a few steps over one long text.

The same grams as ``grams`` gives, joined by blanks and repeats included. All texts are laid end to end; copies of the long text, each moved
by one more character, are put together column by column, so that no piece has to be made by itself.
"""

import sys
from array import array
from collections.abc import Sequence

from kedang.foundation.kernel.text.grams import NARROW, WIDE

_BLANK, _GAP = ord(" "), "\n"
_CODE = "utf-32-le" if sys.byteorder == "little" else "utf-32-be"


def wide_grams(texts: Sequence[str]) -> list[str]:
    """Grams of folded texts without any Latin letter or digit; none of the texts is empty."""
    if not texts:
        return []
    # What stands around a gap: the last gram, a gap, a gap with the first character of the next text, which goes.
    found = _laid_out(_GAP + _GAP.join(texts), WIDE).split("\n \n")
    found[0] = found[0].removeprefix(_GAP)
    return [grams[WIDE:] for grams in found]


def narrow_grams(texts: Sequence[str]) -> list[str]:
    """Grams of folded Latin texts of two characters and more."""
    if not texts:
        return []
    pieces = _laid_out("\n\n" + "\n\n".join(texts), NARROW).replace("\n\n \n\n", "\t").replace(_GAP, "").split("\t")
    return [grams[NARROW + 2 :] for grams in pieces]


def _laid_out(text: str, size: int) -> str:
    """The grams of all places of a text, a blank after each."""
    chars = array("I", text.encode(_CODE))
    laid = array("I", [_BLANK]) * (len(chars) * (size + 1))
    for moved in range(size):
        laid[moved :: size + 1] = chars[moved:] + array("I", [ord(_GAP)]) * moved
    return laid.tobytes().decode(_CODE).rstrip(" \n")
