"""Reading the trail with the reader's rights: who has seen a subject, what a person has done, labels behind the veil.

For other rooms: ``seen_by(actor, subject_type, subject_id)`` answers “谁看过此客户”; its template is
``access/parts/seen_by.html`` (variable ``seen``).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet

from kedang.foundation.access.duties import HOUSE_ROOMS
from kedang.foundation.access.grants import has_action
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import Policy, can, has_policy, policy_for
from kedang.foundation.access.typed import veil_typed
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.reading import about
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope

SEEING = ("read", "disclose")
MOST_SIGHTS = 5_000
MOST_ACTS = 20_000
_TOLD_ROOMS = HOUSE_ROOMS - {"approvals"} | {"intake"}
"""Rooms whose records are named to everybody who may read the trail: people, settings, tasks, imported files."""
NIGHT = frozenset({22, 23, 0, 1, 2, 3, 4, 5})


@dataclass(slots=True)
class Reader:
    """One person who saw a subject: how often they opened it, took something out of it, and when last."""

    actor_id: int | None
    name: str
    reads: int = 0
    disclosures: int = 0
    changes: int = 0
    last_at: datetime | None = None
    last_address: str = ""
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def disclosed(self) -> list[tuple[str, int]]:
        """What was taken out, in words, with how often."""
        from kedang.foundation.audit.vocabulary import event_type

        return [(str(known.title) if (known := event_type(code)) else code, n) for code, n in self.kinds.most_common()]


@dataclass(slots=True)
class Seen:
    """Answer to “who has seen this”: readers, latest first, and whether the count was cut off."""

    readers: list[Reader]
    events: int
    is_cut: bool
    since: datetime | None


@dataclass(slots=True)
class Doings:
    """Answer to “what has this person done”: acts per day and per hour of the last days."""

    days: list[tuple[date, int]]
    hours: list[int]
    total: int
    is_cut: bool
    by_category: dict[str, int]

    @property
    def night(self) -> int:
        """Acts between ten in the evening and six in the morning."""
        return sum(self.hours[hour] for hour in NIGHT)

    @property
    def busiest(self) -> int:
        """The highest day, for the scale of the chart."""
        return max((count for _day, count in self.days), default=0)


def may_see_readers(actor: Actor, obj: models.Model) -> bool:
    """Who holds 查看操作留痕, and who keeps the record, may ask who has seen it."""
    policy = policy_for(type(obj))
    if not can(actor, policy.view, obj):
        return False
    return can(actor, "audit.view") or bool(policy.change and can(actor, policy.change, obj))


def seen_by(actor: Actor, subject_type: str, subject_id: int) -> Seen:
    """Who has opened, unmasked, printed or exported a record or what belongs to it, latest first.

    Raises:
        OutOfScope: the record does not exist for the actor, or is not theirs to watch over.
    """
    obj = _subject(subject_type, subject_id)
    if obj is None or not may_see_readers(actor, obj):
        raise OutOfScope
    rows = list(
        events_of(subject_type, subject_id)
        .filter(category__in=[*SEEING, "change"])
        .order_by("-id")
        .values_list("actor_id", "actor_name", "category", "code", "at", "address")[: MOST_SIGHTS + 1]
    )
    readers: dict[tuple[int | None, str], Reader] = {}
    for actor_id, name, category, code, at, address in rows[:MOST_SIGHTS]:
        reader = readers.setdefault((actor_id, "" if actor_id else name), Reader(actor_id, name))
        if category == "change":
            reader.changes += 1
        elif category == "disclose":
            reader.disclosures += 1
            reader.kinds[code] += 1
        else:
            reader.reads += 1
        if reader.last_at is None or at > reader.last_at:
            reader.last_at, reader.last_address = at, address
    latest = sorted(readers.values(), key=lambda reader: str(reader.last_at), reverse=True)
    since = min((row[4] for row in rows), default=None)
    return Seen(latest, min(len(rows), MOST_SIGHTS), len(rows) > MOST_SIGHTS, since)


def events_of(subject_type: str, subject_id: int) -> QuerySet[Event]:
    """Events of a record and of what belongs to it."""
    return Event.objects.filter(about(subject_type, subject_id))


def doings_of(actor: Actor, person: Person, days: int = 30) -> Doings:
    """Acts of a person per day and per hour, newest first as far as the limit reaches.

    Raises:
        NotAllowed: by the caller's page; the events themselves are bounded by the actor's scope.
    """
    today = clock.today()
    since = clock.end_of_day(today - timedelta(days=days))
    mine = Event.objects.filter(policy_for(Event).scope(actor), actor_id=person.pk, at__gt=since)
    rows = list(mine.order_by("-at").values_list("at", "category")[: MOST_ACTS + 1])
    per_day: Counter[date] = Counter()
    hours = [0] * 24
    for at, _category in rows[:MOST_ACTS]:
        local = clock.local(at)
        per_day[local.date()] += 1
        hours[local.hour] += 1
    span = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    categories = Counter(category for _at, category in rows[:MOST_ACTS])
    counts = [(day, per_day[day]) for day in span]
    return Doings(counts, hours, min(len(rows), MOST_ACTS), len(rows) > MOST_ACTS, dict(categories))


def veil_labels(actor: Actor, events: Iterable[Event]) -> Iterator[Event]:
    """The same events, each with ``shown_label``: the subject's name, or None where it lies beyond what the actor may know; and
    ``shown_reason``, which speaks of the subject and is empty there too.
    """
    waiting = iter(events)
    while chunk := list(islice(waiting, 500)):
        hidden = _hidden(actor, chunk)
        for event in chunk:
            known = (event.subject_type, event.subject_id) in hidden or (event.parent_type, event.parent_id) in hidden
            event.shown_label = None if known else _label(actor, event)  # type: ignore[attr-defined]  # for templates
            event.shown_reason = "" if known else event.reason  # type: ignore[attr-defined]  # for templates
            yield event


def _label(actor: Actor, event: Event) -> str:
    """Name of the subject; where there is none (a list was looked at), what was asked for, in the words of who asked."""
    if event.subject_id is not None:
        return event.subject_label
    return veil_typed(actor, event.subject_label, event.actor_id)


def readable_q(actor: Actor) -> Q:
    """Events whose subject the actor may know by name: the limit of conditions on names (no oracle)."""
    q, beyond = Q(), []
    for model in _watched_models(actor):
        label, policy = model._meta.label_lower, policy_for(model)
        if not has_action(actor, policy.view):
            beyond.append(label)
            continue
        inside = model._default_manager.filter(policy.scope(actor)).values("pk")
        outside = ~Q(subject_type=label) | Q(subject_id__isnull=True) | Q(subject_id__in=inside)
        q &= outside & (~Q(parent_type=label) | Q(parent_id__in=inside))
    return q & (~Q(subject_type__in=beyond) | Q(subject_id__isnull=True)) & ~Q(parent_type__in=beyond) if beyond else q


def _watched_models(actor: Actor) -> list[type[models.Model]]:
    """Records whose very names may be beyond the actor: dossiers, the archive, its store, not the settings and people of the house."""
    if actor.is_system:
        return []
    found = []
    for model in apps.get_models():
        policy = policy_for(model) if has_policy(model) else None
        if policy is None or policy.parent or policy.view.split(".")[0] in _TOLD_ROOMS:
            continue
        is_open = policy.ignores_scope and type(policy).limits is Policy.limits and has_action(actor, policy.view)
        if not is_open:
            found.append(model)
    return found


def _hidden(actor: Actor, events: list[Event]) -> set[tuple[str, int | None]]:
    """Subjects (or records above them) among the events that exist but not for this actor."""
    wanted: dict[str, set[int]] = {}
    for event in events:
        for kind, key in ((event.subject_type, event.subject_id), (event.parent_type, event.parent_id)):
            if kind and key is not None:
                wanted.setdefault(kind, set()).add(key)
    hidden: set[tuple[str, int | None]] = set()
    watched = {model._meta.label_lower: model for model in _watched_models(actor)}
    for kind, keys in wanted.items():
        model = watched.get(kind)
        if model is None:
            continue
        rows = model._default_manager.filter(pk__in=keys)
        existing = set(rows.values_list("pk", flat=True))
        visible = set(rows.filter(policy_for(model).scope(actor)).values_list("pk", flat=True))
        hidden |= {(kind, key) for key in existing - visible}
    return hidden


def _subject(subject_type: str, subject_id: int) -> Any:
    try:
        model = apps.get_model(subject_type)
    except (LookupError, ValueError):
        return None
    return model._default_manager.filter(pk=subject_id).first() if has_policy(model) else None
