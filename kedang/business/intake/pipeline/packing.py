"""What lies in a chunk: rows and marks as compressed, sealed JSON. Needs no database; helper processes use it too."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import orjson
import zstandard

from kedang.foundation.kernel import keys

LEVEL = 1

CREATED, UPDATED, UNCHANGED, DUPLICATE, REJECTED = "c", "u", "s", "d", "r"
OUTCOME_OF = {
    CREATED: "created",
    UPDATED: "updated",
    UNCHANGED: "unchanged",
    DUPLICATE: "duplicates",
    REJECTED: "rejected",
}
LETTER_OF = {name: letter for letter, name in OUTCOME_OF.items()}
REVERSED, KEPT, FAILED = "R", "K", "F"

PackedRow = list[Any]
"""``[values, keys]`` for the writing pass, and ``[line, verdict, cells, changes, problems]`` for people: two parts of one payload."""
VALUES, KEYS = range(2)
LINE, VERDICT, CELLS, CHANGES, PROBLEMS = range(5)
_LENGTH_BYTES = 4


@dataclass(slots=True)
class Marks:
    """What becomes of the rows of a chunk.

    ``outcomes`` has one letter per row. ``ids`` has the customer of each row (0: none). ``reasons`` says per row why: ``[code, field,
    sentence]``. ``before`` keeps per updated row ``{field: [old, new]}`` for the undo. ``numbers`` are the numbers given to created
    rows. ``versions`` is the version that this import left, per row where it is not 1. ``undone`` has one letter per row once undone.
    """

    outcomes: str = ""
    ids: list[int] = field(default_factory=list)
    reasons: dict[str, list[list[str]]] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)
    undone: str = ""
    undo_reasons: dict[str, str] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """Rows per outcome."""
        return {name: self.outcomes.count(letter) for letter, name in OUTCOME_OF.items()}


def place(batch_id: int, seq: int, part: str) -> str:
    """Associated data that binds a sealed part to its chunk."""
    return f"intake.chunk.{batch_id}.{seq}.{part}"


def pack(content: Any, aad: str) -> bytes:
    """JSON, compressed, sealed."""
    plain = orjson.dumps(content, default=_text, option=orjson.OPT_PASSTHROUGH_SUBCLASS)
    return keys.encrypt_bytes(zstandard.ZstdCompressor(level=LEVEL).compress(plain), aad)


def unpack(sealed: bytes | memoryview, aad: str) -> Any:
    """What :func:`pack` packed for the same place."""
    return orjson.loads(zstandard.ZstdDecompressor().decompress(keys.decrypt_bytes(bytes(sealed), aad)))


def pack_rows(values: list[Any], shown: list[Any], batch_id: int, seq: int) -> bytes:
    """Payload of a chunk: what is written, and what people look at, sealed apart so that each is opened alone."""
    first = pack(values, place(batch_id, seq, "values"))
    return len(first).to_bytes(_LENGTH_BYTES, "big") + first + pack(shown, place(batch_id, seq, "shown"))


def unpack_values(payload: bytes | memoryview, batch_id: int, seq: int) -> list[PackedRow]:
    """``[values, keys]`` per row."""
    length = int.from_bytes(payload[:_LENGTH_BYTES], "big") + _LENGTH_BYTES
    found: list[PackedRow] = unpack(payload[_LENGTH_BYTES:length], place(batch_id, seq, "values"))
    return found


def unpack_shown(payload: bytes | memoryview, batch_id: int, seq: int) -> list[PackedRow]:
    """``[line, verdict, cells, changes, problems]`` per row."""
    length = int.from_bytes(payload[:_LENGTH_BYTES], "big") + _LENGTH_BYTES
    found: list[PackedRow] = unpack(payload[length:], place(batch_id, seq, "shown"))
    return found


def key_numbers(payload: bytes, marks: bytes) -> list[int]:
    """Numbers of the keys that the parts of a chunk are sealed with."""
    parts = [*_parts(payload), marks]
    return [keys.number_of_bytes(part) for part in parts if part]


def renewed(payload: bytes, marks: bytes, batch_id: int, seq: int) -> tuple[bytes, bytes]:
    """Payload and marks of a chunk under the active key; what they say stays as it is."""

    def again(sealed: bytes, part: str) -> bytes:
        aad = place(batch_id, seq, part)
        return keys.encrypt_bytes(keys.decrypt_bytes(sealed, aad), aad)

    values, shown = _parts(payload)
    first = again(values, "values")
    return len(first).to_bytes(_LENGTH_BYTES, "big") + first + again(shown, "shown"), again(marks, "marks")


def _parts(payload: bytes) -> tuple[bytes, bytes]:
    length = int.from_bytes(payload[:_LENGTH_BYTES], "big") + _LENGTH_BYTES
    return payload[_LENGTH_BYTES:length], payload[length:]


def pack_marks(marks: Marks, batch_id: int, seq: int) -> bytes:
    """Marks of a chunk, sealed."""
    content = {name: value for name in Marks.__slots__ if (value := getattr(marks, name))}
    return pack(content, place(batch_id, seq, "marks"))


def unpack_marks(sealed: bytes | memoryview, batch_id: int, seq: int) -> Marks:
    """Marks of a chunk."""
    return Marks(**unpack(sealed, place(batch_id, seq, "marks"))) if sealed else Marks()


def _text(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)
