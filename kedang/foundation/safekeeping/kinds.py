"""Canonical rows: the same value gives the same text on both engines, so that digests can be compared between them.

The text is that of PostgreSQL's COPY (tab between values, ``\\N`` for NULL, backslash escapes): there rows are read and written as they
are, and only the embedded database's values are turned into it and back. Numbers, times and JSON have one form each: UTC with as many
decimals of a second as needed, decimals with the places of their column, JSON as ``jsonb`` prints it.
"""

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import models

NULL = "\\N"
KINDS = {
    **dict.fromkeys(
        (
            "AutoField BigAutoField SmallAutoField IntegerField BigIntegerField SmallIntegerField PositiveIntegerField "
            "PositiveBigIntegerField PositiveSmallIntegerField"
        ).split(),
        "int",
    ),
    **dict.fromkeys(
        "CharField TextField SlugField EmailField URLField FileField FilePathField GenericIPAddressField".split(),
        "text",
    ),
    "BooleanField": "bool",
    "DateTimeField": "instant",
    "DateField": "date",
    "TimeField": "time",
    "DecimalField": "decimal",
    "FloatField": "float",
    "JSONField": "json",
    "BinaryField": "bytes",
    "UUIDField": "uuid",
}


@dataclass(frozen=True, slots=True)
class Column:
    """Name in the database, kind of value, places of a decimal."""

    name: str
    kind: str
    places: int = 0


def columns_of(model: type[models.Model]) -> list[Column]:
    """The columns of a model; a field of a kind that no rule is known for raises."""
    return [_column(field) for field in model._meta.concrete_fields]


def _column(field: Any) -> Column:
    target = field
    while target.is_relation:
        target = target.target_field
    kind = target.get_internal_type()
    if kind not in KINDS:
        raise LookupError(f"{field}: no canonical form is known for {kind}")
    return Column(str(field.column), KINDS[kind], getattr(target, "decimal_places", 0) or 0)


_SPECIAL = re.compile(r"[\\\t\n\r\b\f\v\0]")
_ESCAPED = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\b": "\\b", "\f": "\\f", "\v": "\\v", "\0": ""}


def copy_text(value: Any) -> str:
    """Text as COPY prints it; the NUL sign, which PostgreSQL cannot hold, is dropped."""
    if value is None:
        return NULL
    text = value if type(value) is str else str(value)
    return _SPECIAL.sub(lambda found: _ESCAPED[found[0]], text) if _SPECIAL.search(text) else text


Encode = Callable[[Any], str]
Decode = Callable[[str], Any]


def encoder(column: Column) -> Encode:
    """How a value of the embedded database becomes canonical text."""
    if column.kind == "decimal":
        step = Decimal(1).scaleb(-column.places)
        return lambda value: NULL if value is None else format(Decimal(str(value)).quantize(step), "f")
    return ENCODE[column.kind]


def decoder(column: Column) -> Decode:
    """How canonical text becomes a value as Django writes it into the embedded database."""
    return DECODE[column.kind]


def _plain(value: Any) -> str:
    return NULL if value is None else str(value)


def _bool(value: Any) -> str:
    return NULL if value is None else ("t" if value else "f")


def _instant(value: Any) -> str:
    if value is None:
        return NULL
    text = str(value)
    if len(text) == 26 and text[10] == " ":
        return text.rstrip("0").rstrip(".") + "+00"
    if len(text) == 19 and text[10] == " ":
        return text + "+00"
    moment = datetime.fromisoformat(text)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    whole = moment.strftime("%Y-%m-%d %H:%M:%S.%f") if moment.microsecond else moment.strftime("%Y-%m-%d %H:%M:%S")
    return (whole.rstrip("0") if moment.microsecond else whole) + "+00"


def _time(value: Any) -> str:
    if value is None:
        return NULL
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _float(value: Any) -> str:
    if value is None:
        return NULL
    text = repr(float(value))
    return text.removesuffix(".0")


def _bytes(value: Any) -> str:
    return NULL if value is None else "\\\\x" + bytes(value).hex()


def _uuid(value: Any) -> str:
    return NULL if value is None else str(uuid.UUID(str(value)))


def _json(value: Any) -> str:
    if value is None or value in {"{}", "[]", '""', "null"}:
        return NULL if value is None else str(value)
    return _json_line(value) if len(value) < 2000 else _json_line.__wrapped__(value)


@lru_cache(maxsize=4096)
def _json_line(text: str) -> str:
    return copy_text(jsonb_text(json.loads(text, parse_float=Decimal, parse_int=Decimal)))


def jsonb_text(value: Any) -> str:
    """JSON as ``jsonb`` prints it: keys by length and bytes, a blank after comma and colon, numbers without exponent."""
    if isinstance(value, dict):
        ordered = sorted(value.items(), key=lambda pair: (len(pair[0].encode()), pair[0].encode()))
        return "{" + ", ".join(f"{jsonb_text(key)}: {jsonb_text(inner)}" for key, inner in ordered) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(jsonb_text, value)) + "]"
    if isinstance(value, Decimal):
        return format(value or abs(value), "f")
    return json.dumps(value, ensure_ascii=False)


ENCODE: dict[str, Encode] = {
    "int": _plain,
    "text": copy_text,
    "bool": _bool,
    "instant": _instant,
    "date": _plain,
    "time": _time,
    "float": _float,
    "json": _json,
    "bytes": _bytes,
    "uuid": _uuid,
}

_SIGNS = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\", "\\b": "\b", "\\f": "\f", "\\v": "\v"}
_ESCAPE = re.compile(r"\\.", re.DOTALL)


def unescaped(text: str) -> str:
    """The value behind COPY text."""
    return _ESCAPE.sub(lambda found: _SIGNS.get(found[0], found[0][1:]), text) if "\\" in text else text


def _to_int(text: str) -> Any:
    return None if text == NULL else int(text)


def _to_text(text: str) -> Any:
    return None if text == NULL else unescaped(text)


def _to_bool(text: str) -> Any:
    return None if text == NULL else text == "t"


def _to_instant(text: str) -> Any:
    """As Django writes it: without zone, six decimals or none."""
    if text == NULL:
        return None
    plain = text.removesuffix("+00")
    return f"{plain[:19]}.{plain[20:]:0<6}" if len(plain) > 19 else plain


def _to_bytes(text: str) -> Any:
    return None if text == NULL else bytes.fromhex(unescaped(text)[2:])


def _to_uuid(text: str) -> Any:
    return None if text == NULL else uuid.UUID(text).hex


def _to_float(text: str) -> Any:
    return None if text == NULL else float(text)


DECODE: dict[str, Decode] = {
    "int": _to_int,
    "text": _to_text,
    "bool": _to_bool,
    "instant": _to_instant,
    "date": _to_text,
    "time": _to_text,
    "decimal": _to_text,
    "float": _to_float,
    "json": _to_text,
    "bytes": _to_bytes,
    "uuid": _to_uuid,
}
