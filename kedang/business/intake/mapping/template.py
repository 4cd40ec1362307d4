"""A mapping kept for the next file of the same kind: by heading, not by position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kedang.foundation.kernel.importing import ImportTarget
from kedang.foundation.kernel.text import fold


def make_template(
    headings: Sequence[str], mapping: Mapping[int, str], off: Sequence[tuple[int, str]] = ()
) -> dict[str, Any]:
    """Plain data that JSON can hold."""
    return {
        "columns": [{"heading": heading, "field": mapping.get(n, "")} for n, heading in enumerate(headings)],
        "off": [{"heading": headings[n], "rule": rule} for n, rule in off if n < len(headings)],
    }


def apply_template(
    template: Mapping[str, Any], target: ImportTarget, headings: Sequence[str]
) -> tuple[dict[int, str], list[tuple[int, str]], list[str]]:
    """Mapping, switched-off rules, and the headings of the template that this file lacks; columns may stand anywhere."""
    places: dict[str, int] = {}
    for n, heading in enumerate(headings):
        places.setdefault(fold(heading), n)
    mapping: dict[int, str] = {}
    missing: list[str] = []
    for column in template.get("columns", []):
        if not column["field"] or target.get(column["field"]) is None:
            continue
        place = places.get(fold(column["heading"]))
        if place is None:
            missing.append(column["heading"])
        else:
            mapping[place] = column["field"]
    off = [(places[fold(o["heading"])], o["rule"]) for o in template.get("off", []) if fold(o["heading"]) in places]
    return mapping, off, missing
