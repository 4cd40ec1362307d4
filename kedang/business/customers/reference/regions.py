"""GB/T 2260 regions (province, prefecture, county) as pure data: no database, safe in worker processes.

Codes have six digits: ``330000`` province, ``330100`` prefecture, ``330106`` county. Abolished codes stay known,
because ID numbers, registration codes and old dossiers carry them; where one successor is known it is named.
"""

from __future__ import annotations

import csv
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

_FILE = Path(__file__).with_name("regions.csv")
DIRECT = "直辖县级行政区划"  # the filler level above counties that belong to no prefecture


class Region(NamedTuple):
    """One row of the table; ``until`` is the year in which the name or the code ended, 0 while it is in force."""

    code: str
    name: str
    until: int = 0
    successor: str = ""

    @property
    def level(self) -> int:
        """1 province, 2 prefecture, 3 county."""
        return 1 if self.code.endswith("0000") else 2 if self.code.endswith("00") else 3


@cache
def region_rows() -> tuple[Region, ...]:
    with _FILE.open(encoding="utf-8", newline="") as stream:
        return tuple(Region(r["code"], r["name"], int(r["until"] or 0), r["successor"]) for r in csv.DictReader(stream))


@cache
def _by_code() -> dict[str, Region]:
    found: dict[str, Region] = {}
    for row in region_rows():
        known = found.get(row.code)
        if known is None or (known.until and (not row.until or row.until > known.until)):
            found[row.code] = row
    return found


def region(code: str) -> Region | None:
    """The region of a code, abolished ones included; None for a code that never existed."""
    return _by_code().get(code)


def region_name(code: str, full: bool = True) -> str:
    """``浙江省杭州市西湖区`` (or ``西湖区``); an empty string for an unknown code."""
    here = region(code)
    if here is None:
        return ""
    if not full:
        return here.name
    return "".join(r.name for r in region_path(code) if not r.name.endswith(DIRECT))


def region_path(code: str) -> list[Region]:
    """Province, prefecture and county of a code, as far as they exist."""
    steps = dict.fromkeys((code[:2] + "0000", code[:4] + "00", code))
    return [found for step in steps if (found := region(step)) is not None]


@lru_cache(maxsize=8192)
def region_prefix(code: str) -> str:
    """The digits that all codes inside this region share (``3301`` for 杭州市), for filters on a code column."""
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


@cache
def provinces() -> tuple[Region, ...]:
    """All provinces in force, in the order of their codes."""
    return tuple(row for row in region_rows() if row.level == 1 and not row.until)


@lru_cache(maxsize=512)
def region_children(code: str) -> tuple[Region, ...]:
    """The regions in force one step below a code; counties for a province that has no prefectures (北京市)."""
    inside = [r for r in region_rows() if not r.until and r.code != code and r.code.startswith(region_prefix(code))]
    prefectures = {r.code[:4] for r in inside if r.level == 2}
    if code.endswith("0000"):
        return tuple(r for r in inside if r.level == 2 or r.code[:4] not in prefectures)
    return tuple(inside) if code.endswith("00") else ()


def current_code(code: str) -> str:
    """The code in force for an abolished one where one successor is known, else the code itself."""
    here = region(code)
    return here.successor if here is not None and here.until and here.successor else code
