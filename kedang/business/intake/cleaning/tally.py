"""What the rules did, counted per column, with a few samples: for the cleaning page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from kedang.business.customers.reference.industries import industry_name
from kedang.business.customers.reference.regions import region_name
from kedang.business.intake.cleaning.plan import Plan
from kedang.business.intake.cleaning.rows import Result
from kedang.foundation.kernel.importing import ImportField

Tally = dict[str, dict[str, Any]]
"""``{"3:amount": {"count": 12, "samples": [[line, before, after], ...]}}`` — plain data that JSON can hold."""
SAMPLES = 5
_BEFORE = 120


def tally_rows(plan: Plan, rows: Sequence[tuple[int, Sequence[str]]], results: Sequence[Result]) -> Tally:
    """Counts one chunk; ``rows`` and ``results`` belong together."""
    counts: dict[tuple[int, str], int] = {}
    samples: dict[tuple[int, str], list[list[Any]]] = {}
    place = {name: n for n, name in enumerate(plan.outputs)}
    field_of = dict(plan.columns)
    for (line, cells), (_, _, values, changes, _) in zip(rows, results, strict=True):
        for change in changes:
            seen = counts.get(change, 0)
            counts[change] = seen + 1
            if seen < SAMPLES:
                after = _after(plan, change, place, field_of, values)
                samples.setdefault(change, []).append([line, cells[change[0]][:_BEFORE], after[:_BEFORE]])
    return {f"{c}:{code}": {"count": n, "samples": samples[c, code]} for (c, code), n in counts.items()}


def _after(
    plan: Plan, change: tuple[int, str], place: dict[str, int], field_of: dict[int, str], values: Sequence[Any]
) -> str:
    column, code = change
    target = plan.target
    name = field_of.get(column, "")
    if code == "old_number":
        name = target.registration_field
    elif code in ("region", "region_derived"):
        name = target.region_field
    elif code == "legal_form_derived":
        name = target.legal_form_field
    elif code == "blank":
        return ""
    value = values[place[name]] if name in place else None
    field = target.get(name)
    if field is not None and field.type == "amount" and field.companion in place and value is not None:
        return f"{shown(field, value)} {values[place[field.companion]]}"
    return shown(field, value)


def shown(field: ImportField | None, value: Any) -> str:
    """A value as people read it: the label of a choice, the name of a region."""
    text = "" if value is None else str(value)
    if field is None or not text:
        return text
    if field.type == "region":
        return region_name(text) or text
    if field.type == "industry":
        return industry_name(text) or text
    if field.type == "amount":
        return f"{Decimal(text):,.2f}"
    if field.type in ("choice", "legal_form"):
        return next((choice.label for choice in field.choices if choice.value == text), text)
    return text


def merge_tallies(tallies: Iterable[Tally]) -> Tally:
    """The sum; samples are those of the first."""
    total: Tally = {}
    for tally in tallies:
        for key, entry in tally.items():
            known = total.get(key)
            if known is None:
                total[key] = {"count": entry["count"], "samples": list(entry["samples"])}
                continue
            known["count"] += entry["count"]
            known["samples"] += entry["samples"][: SAMPLES - len(known["samples"])]
    return total
