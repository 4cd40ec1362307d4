"""The tree of departments as conditions and columns of other queries: what a query asks of it, it need not ask beforehand."""

from typing import Any

from django.db.models import Exists, Func, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat, StrIndex

from kedang.foundation.access.models import Department


class _Keys(Func):
    """All values of a column in one text, with commas between them; NULL where there is no row."""

    template = "GROUP_CONCAT(%(expressions)s)"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """The same in PostgreSQL's words."""
        return self.as_sql(compiler, connection, template="STRING_AGG(%(expressions)s::text, ',')", **extra)


def keys_below(root: Any) -> Subquery:
    """A column with the keys of all departments whose path runs through another one, for :func:`tree_of`.

    Args:
        root: expression that gives the key of that department, with ``OuterRef`` for columns of the query it stands in.
    """
    return Subquery(_on_path(Department.objects.order_by(), root).values(keys=_Keys("id")))


def tree_of(root: int, keys: str | None) -> frozenset[int]:
    """A department and all below it, of what :func:`keys_below` gave."""
    return frozenset(map(int, keys.split(","))) | {root} if keys else frozenset({root})


def is_above(name: str, department_id: int) -> Q:
    """Rows whose foreign key ``name`` leads to a department or to one above it."""
    own = _on_path(Department.objects.filter(pk=department_id), OuterRef(f"{name}_id"))
    return Q(**{f"{name}_id": department_id}) | Q(Exists(own), **{f"{name}__isnull": False})


def _on_path(rows: QuerySet[Department], key: Any) -> QuerySet[Department]:
    stroke = Value("/", TextField())
    return rows.alias(found=StrIndex("path", Concat(stroke, Cast(key, TextField()), stroke))).filter(found__gt=0)
