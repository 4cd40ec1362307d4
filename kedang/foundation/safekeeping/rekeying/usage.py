"""Which data keys are in use, and for what. A key is laid aside only after this was asked."""

from collections import Counter
from dataclasses import dataclass, field

from django.db import connection

from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import keys
from kedang.foundation.kernel.key_ring import TRAIL
from kedang.foundation.kernel.sealed_places import places
from kedang.foundation.kernel.suites import LETTER
from kedang.foundation.safekeeping.rekeying import columns


@dataclass(slots=True)
class Usage:
    """Pieces per place and key number; ``trail`` are the numbers that entries of the trail need."""

    places: dict[str, "Counter[int]"] = field(default_factory=dict)
    trail: set[int] = field(default_factory=set)

    @property
    def total(self) -> "Counter[int]":
        """Pieces per key over all places."""
        found: Counter[int] = Counter()
        for one in self.places.values():
            found.update(one)
        return found

    @property
    def missing(self) -> dict[int, int]:
        """Pieces under numbers that the ring does not have (-1: not in sealed form at all)."""
        known = keys.ring().keys
        return {number: count for number, count in sorted(self.total.items()) if number not in known}


def usage() -> Usage:
    """Look everywhere. Takes as long as reading the sealed columns once."""
    found = Usage()
    for one in columns.sealed_tables():
        found.places[one.model._meta.label_lower] = columns.counts(one)
    for place in places():
        found.places[place.name] = place.counts()
    found.trail = {
        number for number, key in keys.ring().keys.items() if key.purpose in ("", TRAIL) and in_trail(number)
    }
    return found


def in_trail(number: int) -> bool:
    """Whether any entry of the trail needs this key."""
    head = f'%"{LETTER[keys.ring().keys[number].suite]}{number}:%'
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {Event._meta.db_table} WHERE changes LIKE %s LIMIT 1", [head])  # noqa: S608  # name of the schema
        return cursor.fetchone() is not None
