"""Sealed columns of models, found from their declarations: counted per key, and sealed anew without touching anything else.

Rows are compared and exchanged value by value: what somebody changed in the meantime is left to the next round.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from kedang.foundation.kernel import keys
from kedang.foundation.kernel.fields import EncryptedTextField
from kedang.foundation.kernel.key_ring import FIELDS
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sealed_places import Step

BATCH = 500


@dataclass(frozen=True, slots=True)
class SealedTable:
    """The sealed columns of one model: (name in the database, place of its values)."""

    model: type[models.Model]
    table: str
    key: str
    columns: tuple[tuple[str, str], ...]


def sealed_tables() -> list[SealedTable]:
    """Every model with an encrypted field, by table."""
    found = []
    for model in apps.get_models():
        fields = [one for one in model._meta.concrete_fields if isinstance(one, EncryptedTextField)]
        if fields and model._meta.managed and not model._meta.proxy and model._meta.pk is not None:
            columns = tuple((str(one.column), one.place) for one in fields)
            found.append(SealedTable(model, model._meta.db_table, str(model._meta.pk.column), columns))
    return sorted(found, key=lambda one: one.table)


def counts(one: SealedTable) -> "Counter[int]":
    """Values per number of their key; what is not in sealed form counts under -1."""
    found: Counter[int] = Counter()
    colon = "strpos" if connection.vendor == "postgresql" else "instr"
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for name, _place in one.columns:
            column = quote(name)
            head = f"substr({column}, 1, {colon}({column}, ':'))"
            cursor.execute(
                f"SELECT {head}, count(*) FROM {quote(one.table)} WHERE {column} <> '' GROUP BY 1"  # noqa: S608  # names of the schema
            )
            for text, count in cursor.fetchall():
                number = keys.number_of(text)
                found[-1 if number is None else number] += count
    return found


def waiting(one: SealedTable) -> int:
    """Values that are not under the active key."""
    return sum(count for number, count in counts(one).items() if number != keys.ring().active[FIELDS])


def renew(one: SealedTable, step: Step) -> tuple[int, int]:
    """Seal all values of a table with the active key; returns how many were changed and how many did not open."""
    changed = unreadable = 0
    for rows in _batches(one):
        exchanges: dict[str, list[tuple[str, int, str]]] = {}
        for row in rows:
            for (name, place), old in zip(one.columns, row[1:], strict=True):
                if not old or keys.number_of(old) == keys.ring().active[FIELDS]:
                    continue
                try:
                    exchanges.setdefault(name, []).append((keys.encrypt(keys.decrypt(old, place), place), row[0], old))
                except Refused:
                    unreadable += 1
        changed += exchange(one, exchanges)
        step(len(rows))
    return changed, unreadable


def exchange(one: SealedTable, exchanges: dict[str, list[tuple[str, int, str]]]) -> int:
    """Put new sealed values in the place of old ones, where these still stand; the same values under another key."""
    quote = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:
        for name, values in exchanges.items():
            column = quote(name)
            cursor.executemany(
                f"UPDATE {quote(one.table)} SET {column} = %s WHERE {quote(one.key)} = %s AND {column} = %s",  # noqa: S608  # names of the schema
                values,
            )
    return sum(map(len, exchanges.values()))


def sample(one: SealedTable, most: int = 20) -> Iterator[tuple[str, str]]:
    """Place and stored text of the values in the first and last rows."""
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name, _place in one.columns)
    with connection.cursor() as cursor:
        for direction in ("ASC", "DESC"):
            cursor.execute(
                f"SELECT {names} FROM {quote(one.table)} ORDER BY {quote(one.key)} {direction} LIMIT %s",  # noqa: S608  # names of the schema
                [most],
            )
            for row in cursor.fetchall():
                yield from ((place, value) for (_name, place), value in zip(one.columns, row, strict=True) if value)


def _batches(one: SealedTable) -> Iterator[list[Any]]:
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name, _place in one.columns)
    last = 0
    while True:
        head = keys.ring().sealer(FIELDS)[0]
        other = " OR ".join(
            f"({quote(name)} <> '' AND substr({quote(name)}, 1, {len(head)}) <> %s)" for name, _place in one.columns
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {quote(one.key)}, {names} FROM {quote(one.table)} WHERE {quote(one.key)} > %s AND ({other})"  # noqa: S608  # names of the schema
                f" ORDER BY {quote(one.key)} LIMIT {BATCH}",
                [last, *[head] * len(one.columns)],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        yield rows
