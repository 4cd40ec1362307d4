"""最近查看: what a person opened lately, read from the trail itself."""

from typing import Any

from django.urls import NoReverseMatch

from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.prepared import Prepared
from kedang.foundation.web.home import Line
from kedang.foundation.web.records.base import RecordPages

LOOKED_AT = 60
SHOWN = 8


_latest = Prepared[
    Any
](
    lambda fonds_id, actor_id: (
        Event.objects.filter(fonds_id=fonds_id, actor_id=actor_id)  # as the index of actors begins
        .order_by("-at", "-id")
        .values_list("category", "subject_type", "subject_id", "at")[:LOOKED_AT]
    ),
    fonds_id=int,
    actor_id=int,
)


def recent_lines(actor: Any) -> list[Line]:
    """Records that the actor read lately and may still see, each once, the latest first."""
    seen: dict[tuple[str, int], Any] = {}
    for category, kind, key, at in _latest.tuples(fonds_id=actor.fonds_id, actor_id=actor.pk):
        if category == "read" and key is not None and RecordPages.of_kind(kind) is not None:
            seen.setdefault((kind, key), at)
    latest = list(seen.items())[:SHOWN]
    names = _names(actor, [place for place, _at in latest])
    return [Line(*names[place], side=f"{clock.local(at):%m-%d %H:%M}") for place, at in latest if place in names]


def _names(actor: Any, places: list[tuple[str, int]]) -> dict[tuple[str, int], tuple[str, str]]:
    """Name and address of each record that still exists for the actor."""
    names: dict[tuple[str, int], tuple[str, str]] = {}
    for kind in {kind for kind, _key in places}:
        pages = RecordPages.of_kind(kind)
        if pages is None:
            continue
        keys = [key for known, key in places if known == kind]
        for row in pages.visible(actor).select_related(*pages.joined([pages.head_name])).filter(pk__in=keys):
            try:
                names[kind, row.pk] = pages.name_of(actor, row), pages.url("detail", row.pk)
            except NoReverseMatch:
                continue
    return names
