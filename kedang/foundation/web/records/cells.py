"""From a record to what stands in a cell or beside a label: always through the veil."""

import re
from dataclasses import dataclass
from typing import Any

from django.db import models

from kedang.foundation.access.veil import format_value, reveal
from kedang.foundation.web.records.declare import Column, Tones
from kedang.foundation.web.records.naming import is_right_aligned, kind_of, label_of

CARRIED = re.compile(r"(?=.*[\d@])[\w@.+\-()]{6,60}", re.ASCII)


@dataclass(slots=True)
class Cell:
    """One value ready for a template."""

    name: str
    label: Any
    text: str
    state: str = "show"
    tone: str = ""
    is_right: bool = False
    is_number: bool = False
    is_lead: bool = False
    is_wide: bool = False
    wrap: bool = False
    href: str = ""
    unmask_url: str = ""
    template: str = ""
    row: Any = None

    @property
    def can_copy(self) -> bool:
        """Codes, numbers and addresses that people carry elsewhere get a button for it."""
        return self.state == "show" and not self.is_number and bool(CARRIED.fullmatch(self.text))

    @property
    def is_masked(self) -> bool:
        return self.state == "mask" and bool(self.text)

    @property
    def is_hidden(self) -> bool:
        return self.state == "hide"

    @property
    def is_empty(self) -> bool:
        return not self.text and not self.template


def tone_of(tones: Tones | None, value: Any) -> str:
    """Colour of a tag; “plain” for a tag without colour, empty for no tag at all."""
    return "" if tones is None else tones.get(value, "plain")


def cell_of(actor: Any, obj: models.Model, column: Column) -> Cell:
    """The cell of a column for one row."""
    model = type(obj)
    label = column.label or label_of(model, column.name)
    if column.text is not None:
        text = format_value(column.text(obj, actor))
        return Cell(
            column.name,
            label,
            text,
            is_lead=column.lead,
            is_right=column.align == "right",
            wrap=column.wrap,
            template=column.template,
            row=obj,
        )
    seen = reveal(actor, obj, column.name)
    return Cell(
        column.name,
        label,
        seen.text,
        str(seen.state),
        tone_of(column.tones, seen.value) if seen.text and not seen.is_masked else "",
        column.align == "right" or is_right_aligned(model, column.name),
        kind_of(model, column.name) in {"date", "instant"},
        column.lead,
        wrap=column.wrap,
        template=column.template,
        row=obj,
    )


def fact_of(actor: Any, obj: models.Model, name: str, *, tones: Tones | None = None, is_wide: bool = False) -> Cell:
    """A field on the detail page."""
    seen = reveal(actor, obj, name)
    tone = tone_of(tones, seen.value) if seen.text and not seen.is_masked else ""
    is_number = kind_of(type(obj), name) in {"number", "date", "instant"}
    return Cell(name, label_of(type(obj), name), seen.text, str(seen.state), tone, is_number=is_number, is_wide=is_wide)
