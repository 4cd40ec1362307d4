"""Which tables make up the database of an installation, and how their rows stand in a set."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from django.apps import apps
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from kedang.foundation.kernel.sure import sure
from kedang.foundation.safekeeping.kinds import Column, columns_of

PASSING = frozenset({"django_session"})
"""Who was signed in is not brought back: after a restore everybody signs in again."""
DERIVED_COLUMNS = {"search_document": (Column("tokens", "raw"),)}
"""Columns that PostgreSQL alone has, beside the model's; between engines such tables are made anew, not carried over."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: name, columns, the column its rows are ordered by, and whether other tables can make it anew."""

    name: str
    columns: tuple[Column, ...]
    key: str
    is_derived: bool = False

    @property
    def is_keyed_by_text(self) -> bool:
        """Whether order needs a collation."""
        return next(column for column in self.columns if column.name == self.key).kind == "text"

    def as_json(self) -> dict[str, Any]:
        """As it stands in a manifest."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Self:
        """As :meth:`as_json` wrote it."""
        columns = tuple(Column(**column) for column in raw["columns"])
        return cls(raw["name"], columns, raw["key"], raw["is_derived"])


def tables_of(alias: str) -> list[Table]:
    """All tables of a database whose schema is that of this program, by name."""
    connection = connections[alias]
    found = []
    models: list[type[Model]] = [*apps.get_models(include_auto_created=True), MigrationRecorder.Migration]
    for model in models:
        meta = model._meta
        if meta.proxy or not meta.managed or meta.db_table in PASSING:
            continue
        columns = tuple(columns_of(model))
        if connection.vendor == "postgresql":
            columns += DERIVED_COLUMNS.get(meta.db_table, ())
        found.append(Table(meta.db_table, columns, str(sure(meta.pk).column), meta.db_table in DERIVED_COLUMNS))
    return sorted(found, key=lambda table: table.name)
