"""One value has one canonical text, whichever engine it comes from."""

import json
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from kedang.foundation.safekeeping.kinds import Column, decoder, encoder, jsonb_text

VALUES = [
    (Column("a", "int"), 7, "7", 7),
    (Column("a", "bool"), 1, "t", True),
    (Column("a", "bool"), 0, "f", False),
    (Column("a", "text"), "甲\t乙\\丙\n丁\b\f\v", "甲\\t乙\\\\丙\\n丁\\b\\f\\v", "甲\t乙\\丙\n丁\b\f\v"),
    (Column("a", "text"), "\\N", "\\\\N", "\\N"),
    (Column("a", "text"), "", "", ""),
    (Column("a", "instant"), "2026-11-21 22:18:31.120000", "2026-11-21 22:18:31.12+00", "2026-11-21 22:18:31.120000"),
    (Column("a", "instant"), "2026-11-21 22:18:31", "2026-11-21 22:18:31+00", "2026-11-21 22:18:31"),
    (Column("a", "instant"), "2026-11-21T22:18:31.5+08:00", "2026-11-21 14:18:31.5+00", "2026-11-21 14:18:31.500000"),
    (Column("a", "date"), "2026-11-21", "2026-11-21", "2026-11-21"),
    (Column("a", "decimal", 2), 12.5, "12.50", "12.50"),
    (Column("a", "decimal", 2), 3, "3.00", "3.00"),
    (Column("a", "float"), 2.0, "2", 2.0),
    (Column("a", "bytes"), b"\x00\xff", "\\\\x00ff", b"\x00\xff"),
    (Column("a", "uuid"), "0" * 31 + "1", str(uuid.UUID(int=1)), "0" * 31 + "1"),
    (
        Column("a", "json"),
        '{"bb":1.50,"a":"甲\\"","c":[1,null,true]}',
        '{"a": "甲\\\\"", "c": [1, null, true], "bb": 1.50}',
        None,
    ),
]


@pytest.mark.parametrize(("column", "value", "text", "back"), VALUES)
def test_a_value_has_one_text(column: Column, value: Any, text: str, back: Any) -> None:
    assert encoder(column)(value) == text
    assert encoder(column)(None) == "\\N" and decoder(column)("\\N") is None
    if column.kind == "json":
        assert json.loads(decoder(column)(text)) == json.loads(value)
    else:
        assert decoder(column)(text) == back


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40))
def test_any_text_comes_back(text: str) -> None:
    column = Column("a", "text")
    line = encoder(column)(text)
    assert "\n" not in line and "\t" not in line
    assert decoder(column)(line) == text


SAMPLES = [
    '{"b": [1.0, 1e-5, 12E+2, -0.0, 0], "aa": {"z": "\\u0001\\u007f/\\u4e2d"}, "a": null}',
    '[[], {}, "", "\\t\\\\"]',
    "12.50",
]


@pytest.mark.django_db
def test_json_is_printed_as_the_server_prints_it() -> None:
    known = [
        '{"a": null, "b": [1.0, 0.00001, 1200, 0.0, 0], "aa": {"z": "\\u0001\x7f/中"}}',
        '[[], {}, "", "\\t\\\\"]',
        "12.50",
    ]
    for sample, text in zip(SAMPLES, known, strict=True):
        assert jsonb_text(json.loads(sample, parse_float=Decimal, parse_int=Decimal)) == text
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT %s::jsonb::text", [sample])
                assert cursor.fetchone()[0] == text
