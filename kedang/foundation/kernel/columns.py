"""Columns of a statement are told apart by table and name alone.

Whenever a query is ordered, Django puts each selected column into a dictionary. To find its place there it takes the constructor's
signature apart for every column anew: on pages whose rows bring their relations along that was an eighth of all processor time. Columns
that are equal have the same table and the same name, so these two say as much; whether two columns are equal, Django still decides.
"""

from django.db.models.expressions import Col


def place(column: Col) -> int:
    """Where a column lies in a dictionary; the same for equal columns."""
    return hash((column.alias, column.target.name))


def install() -> None:
    """For every statement of this process; harmless when called twice."""
    Col.__hash__ = place  # type: ignore[method-assign, assignment]
