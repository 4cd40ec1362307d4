"""The reader's scope inside the query: as conditions on the document where it can be, else on the record itself."""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection, models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from kedang.foundation.search.models import SearchDocument, key_range
from kedang.foundation.search.sources import SearchSource

NARROW = 5000
"""Up to so many records in scope, they are looked through one by one instead of asking the index."""
_COMPANY_WIDE = {"fonds_id", "secrecy_level"}


@dataclass(frozen=True, slots=True)
class Where:
    """A condition in SQL on ``search_document``; ``is_nothing`` when no row can fulfil it."""

    sql: str = ""
    params: tuple[Any, ...] = field(default=())
    is_nothing: bool = False
    is_company_wide: bool = True


def where_of(source: SearchSource, scope: Q) -> Where:
    """The scope as SQL: what is mirrored in the document is compared there, the rest in the record of each candidate."""
    mirrored, rest = _split(scope, source)
    sql, params, is_nothing = _sql(SearchDocument, mirrored)
    if is_nothing:
        return Where(is_nothing=True)
    if not rest:
        return Where(sql, params, False, _columns(mirrored) <= _COMPANY_WIDE)
    try:
        own, own_params = _candidate_in(source, rest)
    except EmptyResultSet:
        return Where(is_nothing=True)
    return Where(f"{sql} AND {own}" if sql else own, (*params, *own_params), False, False)


def _candidate_in(source: SearchSource, scope: Q) -> tuple[str, tuple[Any, ...]]:
    """The candidate's own record fulfils a condition. A scalar query with LIMIT stays one look-up per candidate."""
    low = key_range(source.code)[0]
    this = RawSQL("(search_document.id - %s)", [low])
    found = source.model._base_manager.filter(scope, pk=this).order_by().values("pk")[:1]
    sql, params = found.query.sql_with_params()
    return f"({sql}) IS NOT NULL", tuple(params)


def _split(scope: Q, source: SearchSource) -> tuple[Q, Q]:
    """(the part that the document's own columns can answer, the rest), joined by and."""
    whole = _translated(scope, source)
    if whole is not None:
        return whole, Q()
    if scope.connector != Q.AND or scope.negated:
        return Q(), scope
    here, rest = Q(), Q()
    for child in scope.children:
        part = child if isinstance(child, Q) else Q(child)
        translated = _translated(part, source)
        if translated is None:
            rest &= part
        else:
            here &= translated
    return here, rest


def few_in_scope(source: SearchSource, scope: Q) -> list[int] | None:
    """Ids of the records in scope when they are few, else None."""
    try:
        found = list(source.model._base_manager.filter(scope).order_by().values_list("pk", flat=True)[: NARROW + 1])
    except EmptyResultSet:
        return []
    return found if len(found) <= NARROW else None


def _translated(scope: Q, source: SearchSource) -> Q | None:
    """The same condition on the columns of the document; None if some part has no mirror there."""
    result = Q(_connector=scope.connector, _negated=scope.negated)
    for child in scope.children:
        if isinstance(child, Q):
            inner = _translated(child, source)
            if inner is None:
                return None
            if inner:
                result.children.append(inner)
            elif child and (scope.connector != Q.AND or scope.negated):
                return None  # always true, which only a plain conjunction may leave out
            continue
        if not isinstance(child, tuple):
            return None
        if child in source.implied and scope.connector == Q.AND and not scope.negated:
            continue
        lookup, value = child
        if lookup == "pk__in" and isinstance(value, list | tuple) and not value:
            result.children.append(("pk__in", []))
            continue
        path = max(
            (path for path in source.mirrored if lookup == path or lookup.startswith(f"{path}__")), key=len, default=""
        )
        rest = lookup[len(path) :]
        if not path or rest.count("__") > 1 or hasattr(value, "resolve_expression"):
            return None
        result.children.append((source.mirrored[path] + rest, value))
    return result


def _columns(condition: Q) -> set[str]:
    found: set[str] = set()
    for child in condition.children:
        found |= _columns(child) if isinstance(child, Q) else {child[0].split("__")[0]}  # type: ignore[index]  # leaves are pairs
    return found


def _sql(model: type[models.Model], condition: Q) -> tuple[str, tuple[Any, ...], bool]:
    if not condition:
        return "", (), False
    query = model._base_manager.filter(condition).query
    try:
        sql, params = query.where.as_sql(query.get_compiler(connection=connection), connection)
    except EmptyResultSet:
        return "", (), True
    except FullResultSet:
        return "", (), False
    return f"({sql})", tuple(params), False
