"""What documents are made of. Every text in a payload has passed the veil: the printer reads no record itself."""

from dataclasses import dataclass, field
from typing import Literal

State = Literal["show", "mask", "hide"]


@dataclass(frozen=True, slots=True)
class Mark:
    """Who had this printed, when and for what: stands visibly on every page."""

    company: str
    printed_by: str
    printed_at: str
    secrecy: str = ""
    purpose: str = ""
    watermark: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One labelled value. ``wide`` takes the whole row; ``state`` says what the reader may see of it."""

    label: str
    text: str
    state: State = "show"
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Labelled values in a ruled form of two columns."""

    lines: list[Line]
    caption: str = ""
    kind: Literal["lines"] = "lines"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. ``width`` is a share of the free width, or ``auto``; ``mono`` sets figures in even steps."""

    label: str
    width: float | Literal["auto"] = "auto"
    align: Literal["left", "center", "right"] = "left"


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table whose head is repeated on every page."""

    columns: list[Column]
    rows: list[list[str]]
    empty: str = ""
    numbered: bool = False
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part of a card."""

    title: str
    blocks: list[Lines | Table]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A record on A4 upright: 编号, name, badges, sections, places to sign."""

    title: str
    number: str
    name: str
    sections: list[Section]
    mark: Mark
    subtitle: str = ""
    facts: list[Line] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list on A4 across: conditions, one table with repeated heads, total, places to sign."""

    title: str
    table: Table
    mark: Mark
    conditions: str = ""
    total: str = ""
    signatures: list[str] = field(default_factory=list)
    landscape: bool = True
