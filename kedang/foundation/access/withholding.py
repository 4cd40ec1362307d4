"""What a person's evidence bundle must leave out: what that person may not see goes as digests only, and still verifies."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from django.apps import apps

from kedang.foundation.access.policies import policy_for
from kedang.foundation.access.secrecy import ALWAYS_SHOWN
from kedang.foundation.access.trail import veil_labels
from kedang.foundation.access.veil import field_class
from kedang.foundation.audit.exporting.bundle import Withhold
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel.actors import Actor

ALL = frozenset({"core"})
BEYOND = frozenset({"subject", "changes", "reason", "meta"})
VALUES = frozenset({"changes"})


def withholding(actor: Actor) -> Withhold:
    """Entries of other companies stay out whole; of records beyond the actor's clearance all that speaks of them; elsewhere the values of
    fields that are not open to everybody.
    """

    def withhold(rows: Sequence[Sequence[Any]]) -> Mapping[int, frozenset[str]]:
        ids = [row[0] for row in rows]
        mine = Event.objects.filter(policy_for(Event).scope(actor), pk__in=ids).defer("meta")
        seen = {event.pk: event for event in veil_labels(actor, mine)}
        return {number: held for number in ids if (held := _held_back(seen.get(number)))}

    return withhold


def _held_back(event: Event | None) -> frozenset[str]:
    if event is None:
        return ALL
    if getattr(event, "shown_label", "") is None:
        return BEYOND
    if event.changes and not all(_is_open(event.subject_type, name) for name in orjson.loads(event.changes)):
        return VALUES
    return frozenset()


@lru_cache(maxsize=2_000)
def _is_open(kind: str, name: str) -> bool:
    try:
        return field_class(apps.get_model(kind), name) in ALWAYS_SHOWN
    except (LookupError, ValueError):
        return False
