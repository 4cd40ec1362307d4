"""The hidden mark of a table without properties: which cells of a CSV stand in quotes though they need none (RFC 4180 leaves that free).

What the cells say stays as it is for whoever reads the table; the mark runs through the text cells again and again, so that a table of
136 of them bears it, and so does every part of 271. It does not survive being opened and saved anew.
"""

import base64
import re
from collections.abc import Iterator
from itertools import cycle

SYNC = [sign == "1" for sign in "1011010111100100"]
"""So the bits of a mark begin."""
SIGNS, BITS = 24, 120
ENOUGH = 2 * 1024 * 1024
MOST_TRIES = 2000
_NEEDS = re.compile(r'[,"\r\n]')
_NUMBER = re.compile(r"[-+0-9.,:/ %]*")
_CELL = re.compile(r'(?:\A|(?<=[,\n]))(?:"((?:[^"]|"")*)"|([^",\r\n]+))(?=[,\r\n]|\Z)')


def bits_of(mark: str) -> Iterator[bool]:
    """In quotes or not, cell after cell, without end; never for an empty mark."""
    if not mark:
        return cycle([False])
    raw = base64.b32decode(mark[-SIGNS:])
    return cycle([*SYNC, *(bool(byte >> place & 1) for byte in raw for place in range(7, -1, -1))])


def row_of(texts: list[str], bits: Iterator[bool]) -> str:
    """A line of CSV; text cells that could stand without quotes carry the mark."""
    cells = []
    for text in texts:
        is_quoted = bool(_NEEDS.search(text)) or (_carries(text) and next(bits))
        cells.append('"' + text.replace('"', '""') + '"' if is_quoted else text)
    return ",".join(cells if cells != [""] else ['""']) + "\r\n"


def signs_in(content: bytes) -> Iterator[str]:
    """What may be the signs of a mark in a table; whether they are genuine is asked elsewhere."""
    bits = [found[1] is not None for found in _CELL.finditer(_text(content)) if _carries(found[1] or found[2] or "")]
    tries = 0
    for at in range(len(bits) - len(SYNC) - BITS + 1):
        if bits[at : at + len(SYNC)] == SYNC:
            drawn = bits[at + len(SYNC) : at + len(SYNC) + BITS]
            raw = bytes(sum(bit << 7 - place for place, bit in enumerate(drawn[n : n + 8])) for n in range(0, BITS, 8))
            yield base64.b32encode(raw).decode()
            tries += 1
            if tries >= MOST_TRIES:
                return


def _carries(text: str) -> bool:
    """Words that need no quotes; numbers and dates stay bare, since some readers take quoted ones for text."""
    return bool(text) and not _NEEDS.search(text) and not _NUMBER.fullmatch(text)


def _text(content: bytes) -> str:
    """The beginning of a table as text; empty for what is none."""
    head = content[:ENOUGH]
    if b"\0" in head[:4096] or b"\n" not in head:
        return ""
    return head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "ignore")
