"""Small filters of this room's templates."""

from typing import Any

from django import template

from kedang.foundation.access.rights import state_of

register = template.Library()


@register.filter
def part(form: Any, prefix: str) -> Any:
    """Inputs of a form whose names begin with a prefix."""
    return form.part(prefix)


@register.filter
def grant_state(grant: Any) -> tuple[str, str]:
    """State of a grant in a word, and its tone."""
    return state_of(grant)


@register.filter
def nth(values: Any, at: int) -> Any:
    """The value at a place."""
    return values[at]


@register.filter
def column_any(rows: Any, at: int) -> bool:
    """Whether any row of (something, values) holds true at a place."""
    return any(values[at] for _something, values in rows)


@register.filter
def channel_name(code: str) -> Any:
    """Where an act came from, in words."""
    from kedang.foundation.access.tables import CHANNELS

    return CHANNELS.get(code, code or "-")
