"""GB/T 4754-2017 industries as pure data: sections ``A``…``T``, divisions ``01``…``97``, groups ``011``…``970``."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

_FILE = Path(__file__).with_name("industries.csv")


class Industry(NamedTuple):
    """One class; ``parent`` is empty for the twenty sections."""

    code: str
    name: str
    parent: str

    @property
    def level(self) -> int:
        """1 门类, 2 大类, 3 中类."""
        return 1 if self.code.isalpha() else len(self.code)


@cache
def industries() -> dict[str, Industry]:
    """All classes by code, in the order of the standard."""
    found: dict[str, Industry] = {}
    section = ""
    with _FILE.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            code = row["code"]
            if code.isalpha():
                section, parent = code, ""
            else:
                parent = section if len(code) == 2 else code[:2]
            found[code] = Industry(code, row["name"], parent)
    return found


def industry(code: str) -> Industry | None:
    """The class of a code; the section letter may stand before it (``C34``). None for an unknown code."""
    known = industries()
    return known.get(code) or (known.get(code[1:]) if code[:1].isalpha() else None)


def industry_path(code: str) -> list[Industry]:
    """From the section down to the class."""
    steps: list[Industry] = []
    here = industry(code)
    while here is not None:
        steps.insert(0, here)
        here = industries().get(here.parent)
    return steps


def industry_name(code: str, full: bool = False) -> str:
    """``通用设备制造业`` (or ``制造业 / 通用设备制造业``); an empty string for an unknown code."""
    steps = industry_path(code)
    return "" if not steps else " / ".join(step.name for step in steps) if full else steps[-1].name


@cache
def industry_children(code: str = "") -> tuple[Industry, ...]:
    """The classes one step below; the sections for no code."""
    return tuple(row for row in industries().values() if row.parent == code)


@cache
def industry_descendants(code: str) -> frozenset[str]:
    """The code and every code below it, for filters on a column that may hold any level."""
    found = {code}
    for child in industry_children(code):
        found |= industry_descendants(child.code)
    return frozenset(found)


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for row in sorted(industries().values(), key=lambda r: (r.level, r.code)):
        names.setdefault(row.name, row.code)
    return names


def find_industry(text: str) -> str | None:
    """The code for an exact name or code as written in a spreadsheet, else None; nothing is guessed."""
    text = text.strip()
    found = industry(text)
    return found.code if found is not None else _names().get(text) or _names().get(text + "业")
