"""A mapping kept for the next file of the same kind: by heading, not by position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kedang.foundation.kernel.text import fold


def make_template(headings: Sequence[str], mapping: Mapping[int, str]) -> dict[str, Any]:
    """Plain data that JSON can hold."""
    return {"columns": [{"heading": heading, "field": mapping.get(n, "")} for n, heading in enumerate(headings)]}


def apply_template(template: Mapping[str, Any], headings: Sequence[str]) -> dict[int, str]:
    """The mapping for a file whose columns may stand in another order; headings are compared folded."""
    places: dict[str, int] = {}
    for n, heading in enumerate(headings):
        places.setdefault(fold(heading), n)
    wanted = ((places.get(fold(column["heading"])), column["field"]) for column in template.get("columns", []))
    return {place: field for place, field in wanted if place is not None and field}


def missing_headings(template: Mapping[str, Any], headings: Sequence[str]) -> list[str]:
    """Headings that the template maps and this file lacks."""
    here = {fold(heading) for heading in headings}
    return [c["heading"] for c in template.get("columns", []) if c["field"] and fold(c["heading"]) not in here]
