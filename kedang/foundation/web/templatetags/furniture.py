"""Small tags of the page furniture: icons, addresses with changed parameters, values."""

from typing import Any

from django import template
from django.http import HttpRequest, QueryDict
from django.utils.safestring import SafeString

from kedang.foundation.access.veil import format_value, reveal
from kedang.foundation.web.drawing import (
    column_lines_html,
    condition_html,
    copy_html,
    hits_html,
    icon_html,
    options_html,
    rows_html,
    value_html,
)
from kedang.foundation.web.home_drawing import block_html, tile_html

register = template.Library()


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon of the sprite, e.g. ``{% icon "users" %}`` or ``{% icon "x" "small" %}``; decoration only."""
    return icon_html(name, size)


@register.simple_tag
def value(cell: Any, pk: Any = "") -> SafeString:
    """One value through the veil; see ``drawing.value_html``."""
    return value_html(cell, pk)


@register.simple_tag
def copy_button(cell: Any) -> SafeString:
    """A button that copies a value."""
    return copy_html(cell)


@register.simple_tag
def options(choices: Any, chosen: Any = "") -> SafeString:
    """Options of a select."""
    return options_html(choices, chosen)


@register.simple_tag
def condition(item: Any) -> SafeString:
    """One input of the condition area of a list."""
    return condition_html(item)


@register.simple_tag
def record_rows(rows: Any, can_pick: Any = False) -> SafeString:
    """Lines of a record table."""
    return rows_html(rows, bool(can_pick))


@register.simple_tag
def hit_lines(lines: Any) -> SafeString:
    """Lines of the search page."""
    return hits_html(lines)


@register.simple_tag
def column_lines(columns: Any) -> SafeString:
    """Lines of the column settings."""
    return column_lines_html(columns)


@register.simple_tag
def tile_of(tile: Any) -> SafeString:
    """A number of the work list."""
    return tile_html(tile)


@register.simple_tag
def list_of(item: Any) -> SafeString:
    """A list of the work list with its lines: ``{block, lines}``."""
    return block_html(item["block"], item["lines"])


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The present query string with some parameters changed; an empty value removes one. Starts with ``?``."""
    request: HttpRequest = context["request"]
    parameters: QueryDict = request.GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"


@register.filter
def shown(value: Any) -> str:
    """A value as people read it; empty is “-”."""
    return format_value(value) or "-"


@register.filter
def thousands(value: Any) -> str:
    """A whole number with thousands."""
    return f"{value:,}" if isinstance(value, int) else str(value)


@register.simple_tag(takes_context=True)
def veiled(context: dict[str, Any], obj: Any, field: str) -> str:
    """Text of a field as the signed-in person may see it, for templates of one's own."""
    request: HttpRequest = context["request"]
    actor: Any = request.user
    return reveal(actor, obj, field).text or "-"


@register.filter
def at(mapping: Any, key: Any) -> Any:
    """Value of a mapping at a key."""
    return mapping.get(key, "") if mapping else ""


@register.filter
def and_more(query_string: str) -> str:
    """A query string to which a further parameter can be joined."""
    return query_string if query_string.endswith("?") else f"{query_string}&"
