"""What nearly every test begins with is made once; afterwards its rows are written again as they were.

The first test of a process that needs such a beginning lets the house make it. The statements that write the same rows, under the same
numbers, are kept, and later tests send only these. Times are those of the later test. Where the tables do not stand as they
stood the first time, the house makes it anew.
"""

import pickle
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models.sql import InsertQuery
from django.db.models.sql.compiler import SQLInsertCompiler

from kedang.foundation.kernel import clock

Model = type[models.Model]


@dataclass(frozen=True)
class Insert:
    """One statement and its values; ``times`` are the places of those that were the moment of the making."""

    sql: str
    values: tuple[Any, ...]
    times: frozenset[int]

    def send(self, now: Any) -> None:
        """Write the rows."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [now if at in self.times else value for at, value in enumerate(self.values)])


@dataclass(frozen=True)
class Memory:
    """How to write something again: where its tables stood before, the statements, and what the maker returned."""

    before: tuple[tuple[Model, int], ...]
    inserts: tuple[Insert, ...]
    result: bytes

    def fits(self) -> bool:
        """Whether the tables stand as they stood."""
        return marks([model for model, _mark in self.before]) == dict(self.before)

    def again(self) -> Any:
        """Write it; a result of one's own."""
        now = connection.ops.adapt_datetimefield_value(clock.now())
        with transaction.atomic():
            for insert in self.inserts:
                insert.send(now)
        return pickle.loads(self.result)


_memories: dict[Hashable, Memory] = {}


def remembered(key: Hashable, make: Callable[[], Any]) -> Any:
    """What ``make`` returns, made or written again. It may add rows with numbers of their own, and do nothing else."""
    memory = _memories.get(key)
    if memory is not None:
        return memory.again() if memory.fits() else make()
    before, moment = marks(everything()), clock.now()
    with clock.frozen(moment), only_adding():
        made = make()
    after = marks(everything())
    touched = {model: mark for model, mark in before.items() if after[model] != mark}
    inserts = [one for model, mark in touched.items() for one in _inserts(model, mark, moment)]
    if inserts:  # else all was there already, which says nothing about a test where it is not
        _memories[key] = Memory(tuple(touched.items()), tuple(inserts), pickle.dumps(made))
    return made


def everything() -> list[Model]:
    """Tables whose rows are numbered."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and isinstance(model._meta.pk, models.AutoField | models.BigAutoField)
    ]


def marks(asked: list[Model]) -> dict[Model, int]:
    """The greatest number in each table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT " + ", ".join(f"(SELECT max({_pk(model)}) FROM {model._meta.db_table})" for model in asked)
        )
        return {model: mark or 0 for model, mark in zip(asked, cursor.fetchone(), strict=True)}


def _pk(model: Model) -> str:
    return str(model._meta.pk and model._meta.pk.column)


def _inserts(model: Model, mark: int, moment: datetime) -> Iterator[Insert]:
    rows = list(model._base_manager.filter(pk__gt=mark).order_by("pk"))
    fields = list(model._meta.concrete_fields)
    size = max(1, connection.ops.bulk_batch_size(fields, rows))
    for at in range(0, len(rows), size):
        some = rows[at : at + size]
        query = InsertQuery(model)
        query.insert_values(fields, some, raw=True)
        times = frozenset(
            number
            for number, (row, field) in enumerate((row, field) for row in some for field in fields)
            if isinstance(field, models.DateTimeField) and getattr(row, field.attname) == moment
        )
        [(sql, values)] = SQLInsertCompiler(query, connection, connection.alias).as_sql()
        assert len(values) == len(some) * len(fields), f"{model}: a value that is not written as it is"
        yield Insert(sql, tuple(values), times)


@contextmanager
def only_adding() -> Iterator[None]:
    """What takes rows away cannot be written again by adding some."""

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        assert not sql.lstrip().upper().startswith("DELETE"), f"takes rows away: {sql}"
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield
