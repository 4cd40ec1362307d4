"""Values of volumes and items as a package writes them down."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

ITEM_VALUES = tuple(
    "title is_title_made document_number author dated_on period_from period_to pages copies language carrier secrecy_level remarks year "
    "position first_page relation state source created_at filed_at".split()
)
VOLUME_VALUES = tuple(
    "title year secrecy_level carrier situation remarks item_count page_count started_on ended_on created_at changed_at closed_at".split()
)
_INSTANTS = frozenset("created_at changed_at closed_at filed_at made_at signed_at added_at".split())
_DAYS = frozenset("dated_on started_on ended_on".split())
Facts = Mapping[str, Any]


def values_of(facts: Facts, names: tuple[str, ...]) -> dict[str, Any]:
    """Plain values as the models hold them."""
    found: dict[str, Any] = {}
    for name in names:
        value = facts.get(name)
        if value is not None and name in _INSTANTS:
            value = instant_of(value)
        elif value is not None and name in _DAYS:
            value = date.fromisoformat(value)
        found[name] = value
    return found


def instant_of(text: str) -> datetime:
    """An instant as it is written."""
    return datetime.fromisoformat(text)
