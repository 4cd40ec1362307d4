"""Hidden marks of what leaves the house: twenty-six signs that say who took it and when, and that nobody without the keys can make.

A mark stands in the properties of a workbook, in the metadata and behind the end of a PDF, in a comment of a picture, and in the
quotes of a CSV (``marks_in_rows``). It is no proof against somebody who takes a file apart and writes it anew; it names who passed on a
file as it came.
"""

import base64
import io
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from kedang.foundation.kernel import clock, context, keys
from kedang.foundation.kernel.marks_in_rows import signs_in

PREFIX, SIGNS = "KD", 24
_MARK = re.compile(rf"{PREFIX}[A-Z2-7]{{{SIGNS}}}")
_WIDE = re.compile(("".join(f"{sign}\x00" for sign in PREFIX)).encode() + rb"(?:[A-Z2-7]\x00){24}")
_BODY = struct.Struct(">II")
PROOF = 7
MOST = 64 * 1024 * 1024
_SUMMARIES = re.compile(r"(docProps/.*\.xml|xl/workbook\.xml)")


@dataclass(frozen=True, slots=True)
class Mark:
    """Whose mark it is and when it was made."""

    person_id: int
    at: datetime
    text: str


def mark_for(person_id: int | None) -> str:
    """The mark of a person now; empty for machines."""
    if person_id is None or not 0 < person_id < 1 << 32:
        return ""
    body = _BODY.pack(person_id, int(clock.now().timestamp()))
    return PREFIX + base64.b32encode(body + _proof(body)).decode()


def present_mark() -> str:
    """The mark of who asks for the page under way; empty outside of one."""
    return mark_for(context.current().who())


def read_mark(text: str) -> Mark | None:
    """What a mark says; None for one that was not made here."""
    if not _MARK.fullmatch(text):
        return None
    raw = base64.b32decode(text[len(PREFIX) :])
    body, proof = raw[: _BODY.size], raw[_BODY.size :]
    if proof != _proof(body):
        return None
    person_id, moment = _BODY.unpack(body)
    return Mark(person_id, datetime.fromtimestamp(moment, UTC), text)


def marks_in(content: bytes) -> list[Mark]:
    """Every genuine mark in a file, each once: in its bytes, in the properties of an Office package, in a table."""
    texts = list(dict.fromkeys(one for part in _parts(content[:MOST]) for one in _texts(part)))
    texts += [PREFIX + signs for signs in dict.fromkeys(signs_in(content))]
    return [found for text in texts if (found := read_mark(text)) is not None]


def behind_pdf(content: bytes, mark: str) -> bytes:
    """A PDF with the mark behind its end, where readers take no notice of it."""
    return content + f"\n%{mark}\n".encode() if mark else content


def _proof(body: bytes) -> bytes:
    return bytes.fromhex(keys.blind(body.hex(), "leaving.mark"))[:PROOF]


def _parts(content: bytes) -> Iterator[bytes]:
    yield content
    if content.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as package:
                for info in package.infolist():
                    if _SUMMARIES.fullmatch(info.filename) and info.file_size < 1 << 20:
                        yield package.read(info)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
            return  # Damaged, locked by a password, or packed in a way unknown here: such a file shows no mark in its parts.


def _texts(part: bytes) -> Iterator[str]:
    yield from _MARK.findall(part.decode("latin-1"))
    for wide in _WIDE.findall(part):
        yield wide.decode("utf-16-le")
