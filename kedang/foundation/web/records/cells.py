"""From a record to what stands in a cell or beside a label: always through the veil."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from kedang.foundation.access.veil import format_value, reveal, revealer
from kedang.foundation.web.records.declare import Column, Draw, Tones
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
    draw: Draw | None = None

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


def cells_of(actor: Any, model: type[models.Model], columns: Sequence[Column]) -> Callable[[Any], list[Cell]]:
    """What draws the cells of one row after the other; what is the same for a whole column is worked out once."""
    drawers = [_drawer(actor, model, column) for column in columns]
    return lambda obj: [draw(obj) for draw in drawers]


def _drawer(actor: Any, model: type[models.Model], column: Column) -> Callable[[Any], Cell]:
    name, lead, wrap, template, say, drawn = (
        column.name, column.lead, column.wrap, column.template, column.text, column.draw,
    )  # fmt: skip
    label = str(column.label or label_of(model, name))
    if say is not None:
        right = column.align == "right"
        return lambda obj: Cell(
            name,
            label,
            format_value(say(obj, actor)),
            is_lead=lead,
            is_right=right,
            wrap=wrap,
            template=template,
            row=obj,
            draw=drawn,
        )
    see = revealer(actor, model, name)
    tones, right = column.tones, column.align == "right" or is_right_aligned(model, name)
    is_number = kind_of(model, name) in {"date", "instant"}

    def draw(obj: Any) -> Cell:
        seen = see(obj)
        tone = tone_of(tones, seen.value) if tones is not None and seen.text and not seen.is_masked else ""
        return Cell(
            name,
            label,
            seen.text,
            seen.state.value,
            tone,
            right,
            is_number,
            lead,
            wrap=wrap,
            template=template,
            row=obj,
            draw=drawn,
        )

    return draw


def fact_of(actor: Any, obj: models.Model, name: str, *, tones: Tones | None = None, is_wide: bool = False) -> Cell:
    """A field on the detail page."""
    seen = reveal(actor, obj, name)
    tone = tone_of(tones, seen.value) if seen.text and not seen.is_masked else ""
    is_number = kind_of(type(obj), name) in {"number", "date", "instant"}
    return Cell(name, label_of(type(obj), name), seen.text, str(seen.state), tone, is_number=is_number, is_wide=is_wide)
