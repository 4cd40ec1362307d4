"""Opening records to a person for a time, counting what is done with it, and closing it before its time.

Called by the effects of approved requests: who asks and who agrees is settled there. Nothing here asks for a right of the actor.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.actions import action
from kedang.foundation.access.events import RECORD_CLOSED, RECORD_OPENED, RECORD_USED
from kedang.foundation.access.grants import active_grants, forget_grants, is_opened_by
from kedang.foundation.access.models import Person, RecordGrant
from kedang.foundation.access.policies import policy_for, value_at
from kedang.foundation.audit.record import record, subject_of
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused


@dataclass(frozen=True, slots=True)
class Opening:
    """What is opened: acts of reading, rights on classes of fields, pages (pairs of first and last), how often an act may be done."""

    actions: Sequence[str]
    field_rights: Mapping[str, str] = field(default_factory=dict)
    pages: Sequence[tuple[int, int]] = ()
    quota: Mapping[str, int] = field(default_factory=dict)


@transaction.atomic
def records_open(
    *,
    actor: Actor,
    person: Person,
    subjects: Iterable[models.Model],
    opening: Opening,
    source: str,
    purpose: str,
    until: datetime,
    since: datetime | None = None,
) -> list[RecordGrant]:
    """Open records to a person from now (or ``since``) until a moment.

    Args:
        actor: who took the last decision.
        subjects: records whose policies have a scope of their own (a dossier, a volume, an item), not children of others.
        source: number of the request.

    Raises:
        Refused: ``period_empty``, ``person_inactive``, ``not_a_reading`` (an act that changes something cannot be opened this way).
    """
    person, subjects = Person.objects.select_for_update().get(pk=person.pk), list(subjects)
    now = clock.now()
    start = max(since or now, now)
    if until <= start:
        raise Refused("period_empty", _("结束时间必须晚于开始时间，请重新填写。"), "until")
    if not person.is_active:
        raise Refused("person_inactive", _("%(name)s的账号已停用，请先启用。") % {"name": person.name}, "person")
    if any(not action(code).is_reading for code in opening.actions):
        raise Refused("not_a_reading", _("专项授权只开放查阅、打印、复制和导出，不能用来修改档案。"))
    rows = [
        RecordGrant(
            person=person, subject_type=subject._meta.label_lower, subject_id=subject.pk, actions=sorted(set(opening.actions)),
            field_rights=dict(opening.field_rights), pages=[list(pair) for pair in opening.pages], quota=dict(opening.quota),
            secrecy_level=_level(subject), source=source[:40], purpose=purpose[:300], valid_from=start, valid_until=until, given_at=now,
        )
        for subject in subjects
    ]  # fmt: skip
    for row, subject in zip(rows, subjects, strict=True):
        row.save(force_insert=True)
        told = {"to": person.name, "until": until.isoformat(), "actions": row.actions, "source": row.source}
        record(actor, RECORD_OPENED, subject_of(subject), reason=row.purpose, meta=told)
    if rows and (person.opened_until is None or person.opened_until < until):
        person.opened_until = until
        person.save(update_fields=["opened_until"])
    forget_grants(person)
    return rows


@transaction.atomic
def records_close(*, actor: Actor, grants: Iterable[RecordGrant], reason: str) -> int:
    """Close what is still open, at once. Returns how many were open."""
    keys = [row.pk for row in grants]
    now, closed = clock.now(), 0
    for row in (
        RecordGrant.objects.select_for_update(of=("self",)).select_related("person").filter(pk__in=keys).order_by("pk")
    ):
        if row.ended_at is not None or row.valid_until <= now:
            continue
        row.ended_at, row.ended_why = now, reason[:200]
        row.save(update_fields=["ended_at", "ended_why"])
        record(
            actor, RECORD_CLOSED, row, changes={"ended_at": (None, now)}, reason=reason,
            meta={"subject_type": row.subject_type, "subject_id": row.subject_id, "source": row.source},
        )  # fmt: skip
        closed += 1
    return closed


def opening_spend(*, actor: Actor, code: str, obj: models.Model, times: int = 1) -> RecordGrant | None:
    """Count an act on a record that only an opening allows. None: a role allows it, nothing is counted.

    Raises:
        Refused: ``opening_used_up``.
    """
    if actor.is_system or not isinstance(actor, Person):
        return None
    policy = policy_for(type(obj))
    held = [grant for grant in active_grants(actor) if code in grant.actions]
    if any(not grant.is_opened and policy.covers(grant, obj) for grant in held):
        return None
    with transaction.atomic():
        for row in open_rows(actor, obj).select_for_update(of=("self",)).order_by("valid_until", "pk"):
            if code not in row.actions:
                continue
            most, used = row.quota.get(code), int(row.used.get(code, 0))
            if most is None or used + times <= int(most):
                row.used = {**row.used, code: used + times}
                row.save(update_fields=["used"])
                record(
                    actor,
                    RECORD_USED,
                    subject_of(obj),
                    meta={"source": row.source, "act": code, "used": used + times, "of": most},
                )
                found: RecordGrant = row
                return found
    told = _("批准的次数已经用完（%(act)s）。确需继续，请再次申请。")
    raise Refused("opening_used_up", told % {"act": action(code).title})


def open_rows(person: Person, obj: models.Model) -> Any:
    """Openings of a record to a person that hold now."""
    return RecordGrant.objects.filter(
        is_opened_by(clock.now()), person_id=person.pk, subject_type=obj._meta.label_lower, subject_id=obj.pk
    )


def pages_open(actor: Actor, code: str, obj: models.Model) -> list[tuple[int, int]] | None:
    """Pages of a document that the actor may read: None for all of them."""
    if actor.is_system or not isinstance(actor, Person):
        return None
    policy = policy_for(type(obj))
    whole = [one for one in active_grants(actor) if not one.is_opened or one.reach is not None]
    if any(code in one.actions and policy.covers(one, obj) for one in whole):
        return None
    pairs: list[tuple[int, int]] = []
    for row in open_rows(actor, obj):
        if code in row.actions:
            if not row.pages:
                return None
            pairs += [(int(first), int(last)) for first, last in row.pages]
    return sorted(pairs)


def _level(subject: models.Model) -> int:
    path = policy_for(type(subject)).paths.secrecy
    return int(value_at(subject, path) or 0) if path else 0
