"""Values that scopes “region” and “class” may take. Rooms that know regions and classes register them here.

A room's ``scopes.py`` (found at start-up) calls :func:`register_scope_values`; access itself knows departments only.
"""

from collections.abc import Callable, Sequence

from kedang.foundation.access.models import Department, Scope

Values = Sequence[tuple[str, str]]
Provider = Callable[[int], Values]
_providers: dict[str, Provider] = {}


def register_scope_values(scope: str, provider: Provider) -> None:
    """``provider(fonds_id)`` gives (value, label) pairs."""
    _providers[scope] = provider


def scope_values(scope: str, fonds_id: int) -> Values:
    """What may be chosen for a scope in a company; nothing for scopes without values."""
    if scope in {Scope.DEPARTMENT, Scope.BELOW}:
        rows = Department.objects.filter(fonds_id=fonds_id, is_active=True).order_by("path")
        return [(str(row.pk), row.name) for row in rows]
    provider = _providers.get(scope)
    return provider(fonds_id) if provider is not None else []


def is_scope_value(scope: str, fonds_id: int, value: str) -> bool:
    """Whether the value may be chosen."""
    return bool(value) and value in dict(scope_values(scope, fonds_id))


def scope_value_label(scope: str, fonds_id: int, value: str) -> str:
    """The value in words."""
    if not value:
        return ""
    if scope in {Scope.DEPARTMENT, Scope.BELOW}:
        found = Department.objects.filter(pk=int(value), fonds_id=fonds_id).first() if value.isdigit() else None
        return found.name if found else value
    return dict(scope_values(scope, fonds_id)).get(value, value)
