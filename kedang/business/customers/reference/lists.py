"""Short closed lists (organisation, ownership, ID documents, currencies) with the spellings met in spreadsheets."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

_FOLDER = Path(__file__).parent


class Term(NamedTuple):
    """One entry of a list."""

    code: str
    name: str
    aliases: tuple[str, ...]


@cache
def terms(listing: str) -> dict[str, Term]:
    """The entries of ``legal_forms``, ``ownerships``, ``id_documents`` or ``currencies`` by code."""
    with (_FOLDER / f"{listing}.csv").open(encoding="utf-8", newline="") as stream:
        rows = [(r["code"], r["name"], r["aliases"]) for r in csv.DictReader(stream)]
    return {code: Term(code, name, tuple(filter(None, aliases.split("|")))) for code, name, aliases in rows}


def term_name(listing: str, code: str) -> str:
    """The Chinese name of a code; the code itself when it is not in the list, so that nothing disappears."""
    found = terms(listing).get(code)
    return found.name if found is not None else code


def choices(listing: str) -> list[tuple[str, str]]:
    """Pairs for a form field."""
    return [(row.code, row.name) for row in terms(listing).values()]


@cache
def _spelt(listing: str) -> dict[str, str]:
    spelt: dict[str, str] = {}
    for row in terms(listing).values():
        spelt.setdefault(row.name, row.code)
    for row in terms(listing).values():
        for alias in row.aliases:
            spelt.setdefault(alias, row.code)
    for row in terms(listing).values():
        spelt.setdefault(row.code, row.code)
    return spelt


def find_term(listing: str, text: str) -> str | None:
    """The code for a name, a known spelling or a code; None when the list does not know it."""
    return _spelt(listing).get(text.strip())
