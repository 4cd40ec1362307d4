"""Queries of one shape that every request asks: Django works their SQL out once a thread, later runs only bind the values.

Working out costs the processor more than asking: a join of three tables takes Django ten times as long as SQLite. What comes back
is the same as from the queryset itself, made by the same parts of Django.
"""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import QuerySet, Value
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=models.Model)

FIRST_MARK = 7_300_000_000_000_001
"""Stands for a whole number while the SQL is worked out; no key comes near it."""
FIRST_MOMENT = datetime(1871, 3, 5, 4, 5, 6, 78901, UTC)


class _Ready(NamedTuple):
    """``places``: for each parameter the name of its value, or an empty name and the constant. Without ``sql`` there are no rows."""

    wired: Any
    compiler: Any
    sql: str | None
    places: list[tuple[str, Any]]
    converters: Any
    names: list[str]
    own: slice
    populators: list[Any]


class Prepared(Generic[M]):
    """A query whose values are named: ``Prepared(lambda pk: Person.objects.filter(pk=pk), pk=int)``.

    Args:
        build: gives the queryset for the named values; called once a thread with stand-ins, so it must not look at them.
        may_drop: names of values that SQL may do without, because they stand beside a condition that nothing fulfils.
        kinds: name → ``int``, ``str``, ``date`` or ``datetime``. A value may never be None: that would be another SQL.
    """

    def __init__(
        self, build: Callable[..., QuerySet[M]], /, may_drop: frozenset[str] = frozenset(), **kinds: type
    ) -> None:
        self.build, self.kinds, self.may_drop = build, kinds, may_drop
        self.known = threading.local()

    def rows(self, **values: Any) -> list[M]:
        """The rows for these values."""
        ready, found = self._found(values)
        return [self._made(ready, row) for row in found]

    def tuples(self, **values: Any) -> list[Any]:
        """The bare rows of a queryset that ends in ``values_list``."""
        return list(self._found(values)[1])

    def count(self, **values: Any) -> int:
        """How many rows there are, no further than the slice of the queryset goes."""
        found = self._found(values, "SELECT COUNT(*) FROM (%s) AS counted")[1]
        return int(found[0][0]) if found else 0

    def _found(self, values: dict[str, Any], around: str = "") -> tuple[_Ready, Any]:
        ready = self._ready()
        if ready.sql is None:
            return ready, []
        bound = {name: _adapted(ready.wired.ops, self.kinds[name], value) for name, value in values.items()}
        with ready.wired.cursor() as cursor:
            sql = around.replace("%s", ready.sql) if around else ready.sql
            cursor.execute(sql, [bound[name] if name else constant for name, constant in ready.places])
            found: Any = cursor.fetchall()
        if found and ready.converters and not around:
            found = ready.compiler.apply_converters(found, ready.converters)
        return ready, found

    def first(self, **values: Any) -> M | None:
        """The first of them, or None."""
        return next(iter(self.rows(**values)), None)

    @staticmethod
    def _made(ready: _Ready, row: Any) -> Any:
        """A model instance with its joined ones and annotations, as ``ModelIterable`` makes it."""
        made = ready.compiler.klass_info["model"].from_db(ready.wired.alias, ready.names, row[ready.own])
        for populator in ready.populators:
            populator.populate(row, made)
        for name, at in ready.compiler.annotation_col_map.items():
            setattr(made, name, row[at])
        return made

    def _ready(self) -> _Ready:
        wired = connections[DEFAULT_DB_ALIAS]
        ready: _Ready | None = getattr(self.known, "ready", None)
        if ready is None or ready.wired is not wired:
            ready = self.known.ready = self._worked_out(wired)
        return ready

    def _worked_out(self, wired: Any) -> _Ready:
        marks = {name: self._mark(kind, at) for at, (name, kind) in enumerate(self.kinds.items())}
        compiler = self.build(**marks).query.get_compiler(connection=wired)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:  # nobody is reached by a rule that reaches nothing
            return _Ready(wired, compiler, None, [], [], [], slice(0), [])
        adapted = {_adapted(wired.ops, self.kinds[name], mark): name for name, mark in marks.items()}
        places = [(adapted[one], None) if _is_mark(one, adapted) else ("", one) for one in parameters]
        if set(self.kinds) - self.may_drop - {name for name, _constant in places}:
            raise ValueError(f"values that the query does not ask for: {sorted(set(self.kinds))} in {sql}")
        select, info = compiler.select, compiler.klass_info or {"select_fields": []}
        fields = info["select_fields"]
        own = slice(fields[0], fields[-1] + 1) if fields else slice(0)
        return _Ready(
            wired,
            compiler,
            sql,
            places,
            compiler.get_converters([one[0] for one in select]),
            [one[0].target.attname for one in select[own]],
            own,
            get_related_populators(info, select, wired.alias),  # type: ignore[call-arg]  # the stubs are of a later Django
        )

    @staticmethod
    def _mark(kind: Callable[..., Any], at: int) -> Any:
        if kind in {date, datetime}:
            moment = FIRST_MOMENT + timedelta(days=at)
            return moment if kind is datetime else moment.date()
        return kind(FIRST_MARK + at)


def one_row(rows: QuerySet[Any], **figures: Any) -> QuerySet[Any]:
    """Figures over all rows as a queryset of one tuple, in their order, for :meth:`Prepared.tuples`; ``aggregate`` asks at once."""
    found: QuerySet[Any] = rows.order_by().values(of_all=Value(1)).annotate(**figures).values_list(*figures)
    return found


def _is_mark(value: Any, marks: dict[Any, str]) -> bool:
    return isinstance(value, int | str | date) and not isinstance(value, bool) and value in marks


def _adapted(ops: Any, kind: type, value: Any) -> Any:
    """A value as this engine takes it."""
    if kind is datetime:
        return ops.adapt_datetimefield_value(value)
    return ops.adapt_datefield_value(value) if kind is date else kind(value)
