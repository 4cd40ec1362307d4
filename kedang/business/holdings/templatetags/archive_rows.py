"""Lines of the archive's long tables; see ``views/drawn.py``."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from kedang.business.holdings.views.drawn import (
    inbox_rows_html,
    proposals_html,
    register_rows_html,
    volume_rows_html,
)

register = template.Library()


@register.simple_tag
def volume_rows(rows: Any, volume: Any, may_order: Any = False) -> SafeString:
    """卷内文件."""
    return volume_rows_html(rows, volume, bool(may_order))


@register.simple_tag
def register_rows(lines: Any) -> SafeString:
    """归档登记簿."""
    return register_rows_html(lines)


@register.simple_tag
def inbox_rows(lines: Any, step: str, may_file: Any = False) -> SafeString:
    """收件箱."""
    return inbox_rows_html(lines, step, bool(may_file))


@register.simple_tag
def proposals(lines: Any) -> SafeString:
    """自动组卷."""
    return proposals_html(lines)
