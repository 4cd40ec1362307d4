"""The trail as witness: read in order, every change must start from what the one before left, and end in what is there now."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

import orjson
from django.db import models
from django.db.models import Q

from kedang.foundation.audit.models import Event
from kedang.foundation.audit.record import SEALED_CLASSES, json_value


def broken_chains(subjects: Sequence[models.Model]) -> list[str]:
    """Sentences about lost, doubled or invented changes of records (empty when all is well)."""
    if not subjects:
        return []
    theirs = reduce(or_, (Q(subject_type=one._meta.label_lower, subject_id=one.pk) for one in subjects))
    events = list(Event.objects.filter(theirs).exclude(changes="").order_by("id"))
    return [sentence for subject in subjects for sentence in broken_chain(subject, events)]


def broken_chain(subject: models.Model, events: Sequence[Event]) -> list[str]:
    """The same of one record, whose entries are among ``events``."""
    model = type(subject)
    kind = model._meta.label_lower
    now = model._default_manager.filter(pk=subject.pk).first()
    last: dict[str, Any] = {}
    versions: list[int] = []
    told: list[str] = []
    for event in events:
        if event.subject_type != kind or event.subject_id != subject.pk:
            continue
        version = orjson.loads(event.meta or "{}").get("version")
        if version is not None:
            versions.append(version)
        for name, (old, new) in orjson.loads(event.changes).items():
            if name in last and not same(last[name], old):
                told.append(f"{kind}.{name}: {event.code} started from {old!r}, but {last[name]!r} had been left")
            last[name] = new
    if versions != sorted(set(versions)):
        told.append(f"{kind}: versions in the trail are {versions}")
    if now is None:
        return told
    if versions and getattr(now, "version", versions[-1]) < versions[-1]:
        told.append(f"{kind}: version is {now.version}, the trail is at {versions[-1]}")  # type: ignore[attr-defined]
    return told + [sentence for name, left in last.items() if (sentence := differs(now, name, left))]


def differs(now: models.Model, name: str, left: Any) -> str:
    """A sentence when the record does not hold what its last entry left."""
    found = next((f for f in now._meta.concrete_fields if f.name == name), None)
    secrecy = getattr(type(now), "secrecy", None)
    if found is None or (secrecy is not None and secrecy.of(name) in SEALED_CLASSES):
        return ""
    present = getattr(now, found.attname)
    if isinstance(found, models.ForeignKey) and same(left, str(getattr(now, name) or "")):
        return ""  # some rooms note related records by name
    plain = orjson.loads(orjson.dumps(present, default=json_value))
    return "" if same(left, plain) else f"{now._meta.label_lower}.{name} is {plain!r}, its last entry left {left!r}"


def same(one: Any, other: Any) -> bool:
    """Equal as the trail writes values; nothing and empty are the same."""
    if one in (None, "", False) and other in (None, "", False):
        return True
    return one == other or str(one).replace("+00:00", "Z") == str(other).replace("+00:00", "Z")
