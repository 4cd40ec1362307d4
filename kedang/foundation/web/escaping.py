"""Escaping for what is drawn without the template engine: as Django's ``conditional_escape``, at a fifth of its price."""

import html
import re
from typing import Any

from django.utils.functional import Promise

_special = re.compile("[&<>\"']").search


def esc(value: Any) -> str:
    """A value as it may stand in HTML; what is marked as safe stays as it is."""
    if type(value) is not str:
        if isinstance(value, Promise):
            value = str(value)
        if hasattr(value, "__html__"):
            return str(value.__html__())
        value = str(value)
    return html.escape(value) if _special(value) else value
