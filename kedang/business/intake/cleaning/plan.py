"""What is to be done with every column: small and picklable; the functions are made from it once per process."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kedang.foundation.kernel.importing import ImportField, ImportTarget
from kedang.foundation.kernel.sure import sure

NAME_KEY = "_name_key"


@dataclass(frozen=True)
class Plan:
    """A mapping made ready. ``outputs`` names the values of a result in their order; its last one is the name key."""

    target: ImportTarget
    headings: tuple[str, ...]
    columns: tuple[tuple[int, str], ...]
    off: frozenset[tuple[int, str]]
    today: datetime.date
    epoch_1904: bool
    outputs: tuple[str, ...]
    required: tuple[str, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)

    def fields(self) -> list[tuple[int, ImportField]]:
        """The mapped columns with their fields."""
        found = []
        for index, name in self.columns:
            declared = self.target.get(name)
            if declared is not None:
                found.append((index, declared))
        return found


def build_plan(
    target: ImportTarget,
    headings: Sequence[str],
    mapping: Mapping[int, str],
    *,
    today: datetime.date,
    off: Iterable[tuple[int, str]] = (),
    epoch_1904: bool = False,
) -> Plan:
    """The plan for a mapping ``{column: field}``; columns that are mapped to nothing are left out."""
    columns = tuple(
        (index, name) for index, name in sorted(mapping.items()) if target.get(name) and index < len(headings)
    )
    outputs: dict[str, None] = {}
    for _, name in columns:
        declared = sure(target.get(name))
        outputs[name] = None
        if declared.type == "amount" and declared.companion:
            outputs[declared.companion] = None
        if declared.type == "uscc" and target.registration_field:
            outputs[target.registration_field] = None
    mapped = {name for _, name in columns}
    if target.region_field and target.region_field not in mapped and target.address_field in mapped:
        outputs[target.region_field] = None
    if target.legal_form_field and target.legal_form_field not in mapped and target.name_field in mapped:
        outputs[target.legal_form_field] = None
    outputs[NAME_KEY] = None
    labels = {declared.name: declared.label for declared in target.fields}
    required = tuple(declared.name for declared in target.fields if declared.required)
    return Plan(
        target=target,
        headings=tuple(headings),
        columns=columns,
        off=frozenset(off),
        today=today,
        epoch_1904=epoch_1904,
        outputs=tuple(outputs),
        required=required,
        labels=labels,
    )
