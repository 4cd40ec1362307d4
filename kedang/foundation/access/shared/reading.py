"""What is read through a sharing, and with whom a dossier is shared."""

from collections.abc import Iterable
from datetime import datetime

from django.db import models
from django.db.models import Count, Max

from kedang.foundation.access.events import SHARED_READ
from kedang.foundation.access.grants import active_grants
from kedang.foundation.access.models import Person, RecordShare
from kedang.foundation.access.policies import policy_for, reaching
from kedang.foundation.access.shared.loading import departments_of, grants_of, is_shared_by, with_departments
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.sure import sure

KIND = RecordShare._meta.label_lower


def shares_reaching(person: Person, obj: models.Model) -> list[int]:
    """Sharings to which alone a person owes the sight of a record; none where a role or an opening shows it too."""
    if not any(grant.reach is not None for grant in active_grants(person)):
        return []
    policy = policy_for(type(obj))
    while policy.parent:
        obj = getattr(obj, policy.parent)
        policy = policy_for(type(obj))
    held = [grant for grant in reaching(policy, person, obj) if policy.view in grant.actions]
    if any(grant.reach is None for grant in held):
        return []
    return sorted({sure(grant.reach).share for grant in held})


def note_shared(person: Person, obj: models.Model) -> None:
    """Write down with each sharing what was read through it; in the transaction of the look itself."""
    keys = shares_reaching(person, obj)
    if keys:
        for share in RecordShare.objects.filter(pk__in=keys):
            record(person, SHARED_READ, share, meta={"subject_type": obj._meta.label_lower, "subject_id": obj.pk})


def uses_of(shares: Iterable[RecordShare]) -> dict[int, tuple[int, int, datetime | None]]:
    """How often each sharing was read through, by how many people, and when last: one query."""
    rows = (
        Event.objects.filter(subject_type=KIND, subject_id__in=[one.pk for one in shares], code=SHARED_READ.code)
        .values_list("subject_id")
        .annotate(Count("pk"), Count("actor_id", distinct=True), Max("at"))
        .order_by()
    )
    return {key: (times, people, last) for key, times, people, last in rows}


def shares_of(obj: models.Model) -> list[RecordShare]:
    """Sharings that hold now and reach a dossier, whoever asks; those of the whole company are few, so they are compared one by one."""
    now, fonds_id = clock.now(), getattr(obj, "fonds_id", 0)
    rows = with_departments(RecordShare.objects.filter(is_shared_by(now), fonds_id=fonds_id)).order_by("id")
    policy = policy_for(type(obj))
    return [
        share
        for share in rows
        for grant in grants_of(share, None, departments_of(share))
        if grant.value == obj._meta.label_lower and policy.covers(grant, obj) and _level(obj) <= grant.level
    ]


def shared_until(fonds_id: int) -> datetime | None:
    """When the last sharing of a company ends, as far as is known now."""
    found: datetime | None = RecordShare.objects.filter(fonds_id=fonds_id, ended_at__isnull=True).aggregate(
        last=Max("valid_until")
    )["last"]
    return found


def _level(obj: models.Model) -> int:
    return int(getattr(obj, policy_for(type(obj)).paths.secrecy or "secrecy_level", 0) or 0)
