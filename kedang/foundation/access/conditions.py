"""Conditions that the permission rule is made of: put together, seen through a foreign key, asked of values in memory."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

NOTHING = Q(pk__in=[])


@dataclass(frozen=True, slots=True)
class ScopePaths:
    """Which columns of a model the scopes refer to; an empty path means the scope reaches nothing here."""

    fonds: str = "fonds_id"
    owner: str = ""
    department: str = ""
    region: str = ""
    secrecy: str = ""


def any_of(conditions: list[Q]) -> Q:
    """Or of conditions where an empty one means “every row” (Django's own ``Q() | q`` would drop it and narrow)."""
    joined = NOTHING
    for condition in conditions:
        if not condition:
            return Q()
        joined |= condition
    return joined


def prefixed(q: Q, path: str) -> Q:
    """The same conditions seen through a foreign key."""
    result = Q(_connector=q.connector, _negated=q.negated)
    for child in q.children:
        result.children.append(prefixed(child, path) if isinstance(child, Q) else (f"{path}__{child[0]}", child[1]))  # type: ignore[index]  # leaves are (lookup, value) pairs
    return result


def value_at(obj: Any, path: str) -> Any:
    """Value behind a path with double underscores."""
    for part in path.split("__"):
        obj = getattr(obj, part, None)
    return obj


def one_of(path: str, keys: Collection[int]) -> Q:
    """Rows whose key is among these. One alone is asked for as one: beside an “or” SQLite finds no index for a list of one."""
    return Q(**{path: next(iter(keys))}) if len(keys) == 1 else Q(**{f"{path}__in": sorted(keys)})
