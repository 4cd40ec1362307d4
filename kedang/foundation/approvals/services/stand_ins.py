"""Somebody is away: who decides in their name, from when until when."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from kedang.foundation.access.grants import has_action
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import require
from kedang.foundation.approvals import events as e
from kedang.foundation.approvals.models import StandIn
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused


@transaction.atomic
def stand_in_set(*, actor: Actor, stand_in: Person, since: datetime, until: datetime, reason: str = "") -> StandIn:
    """Name who decides for oneself while away.

    Raises:
        Refused: ``stand_in_odd``, ``stand_in_time``, ``stand_in_twice``.
    """
    require(actor, "approvals.use")
    if not isinstance(actor, Person):
        raise Refused("stand_in_odd", _("审批代理须由本人登记。"))
    person: Person = Person.objects.select_for_update().get(pk=actor.pk)
    if (
        stand_in.pk == person.pk
        or stand_in.fonds_id != person.fonds_id
        or not stand_in.is_active
        or not has_action(stand_in, "approvals.use")
    ):
        raise Refused("stand_in_odd", _("请选择本单位另一位在用且可以审批的人员。"), "stand_in")
    if until <= since or until <= clock.now():
        raise Refused("stand_in_time", _("结束时间须晚于开始时间，且不早于现在。"), "until")
    overlapping = StandIn.objects.filter(Q(since__lt=until) & Q(until__gt=since), person=person, ended_at__isnull=True)
    if overlapping.exists():
        raise Refused("stand_in_twice", _("这段时间已登记了代理人，请先结束原来的代理。"), "since")
    row = StandIn(
        person=person, stand_in=stand_in, since=since, until=until, reason=reason.strip()[:200], made_at=clock.now()
    )
    row.save(force_insert=True)
    changes = {"stand_in": (None, stand_in.name), "since": (None, since), "until": (None, until)}
    record(actor, e.STAND_IN_SET, row, changes=changes, reason=reason)
    return row


@transaction.atomic
def stand_in_end(*, actor: Actor, stand_in: StandIn) -> StandIn:
    """End one's own stand-in early.

    Raises:
        OutOfScope, Refused: ``stand_in_over``.
    """
    require(actor, "approvals.use")
    row = StandIn.objects.select_for_update(of=("self",)).filter(pk=stand_in.pk, person_id=actor.id or 0).first()
    if row is None:
        raise OutOfScope
    if row.ended_at is not None or row.until <= clock.now():
        raise Refused("stand_in_over", _("这项代理已经结束。"))
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    record(actor, e.STAND_IN_ENDED, row, changes={"ended_at": (None, row.ended_at)})
    found: StandIn = row
    return found
