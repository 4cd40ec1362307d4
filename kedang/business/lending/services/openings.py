"""专项授权: openings closed one by one before their time, and what was done with them."""

from typing import Any

import orjson
from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.lending.models import UseRequest
from kedang.foundation.access.actions import action
from kedang.foundation.access.models import RecordGrant
from kedang.foundation.access.opened.services import records_close
from kedang.foundation.access.policies import can
from kedang.foundation.approvals.choices import DecisionKind
from kedang.foundation.approvals.models import Decision
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.reading import about
from kedang.foundation.audit.vocabulary import event_type
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused


@transaction.atomic
def opening_close(*, actor: Actor, opening: RecordGrant | int, reason: str) -> RecordGrant:
    """Close one opening before its time: by who reads, who agreed, the archive, or who looks after rights.

    Raises:
        OutOfScope, NotAllowed. Refused: ``reason_missing``, ``nothing_open``.
    """
    key = opening if isinstance(opening, int) else opening.pk
    row: RecordGrant | None = RecordGrant.objects.filter(pk=key).select_related("person").first()
    if row is None or (row.person.fonds_id != actor.fonds_id and not actor.is_system):
        raise OutOfScope
    if not may_close(actor, row):
        if RecordGrant.objects.visible_to(actor).filter(pk=key).exists():
            raise NotAllowed(_("只有利用人本人、批准人、档案管理员和安全保密员可以提前收回。"), action="lending.keep")
        raise OutOfScope
    if len(reason.strip()) < 2:
        raise Refused("reason_missing", _("请写明提前收回的原因，例如“已用毕”。"), "reason")
    if not records_close(actor=actor, grants=[row], reason=reason.strip()):
        raise Refused("nothing_open", _("此项专项授权已经结束。"))
    found: RecordGrant = RecordGrant.objects.get(pk=key)
    return found


def may_close(actor: Actor, row: RecordGrant) -> bool:
    """Whether the actor may close it."""
    if actor.is_system or actor.id == row.person_id or can(actor, "lending.keep") or can(actor, "access.manage_grants"):
        return True
    agreed = Decision.objects.filter(
        case__number=row.source, case__fonds_id=row.person.fonds_id, kind=DecisionKind.APPROVE
    )
    return agreed.filter(person_id=actor.id or 0).exists()


def state_of(row: RecordGrant) -> tuple[str, Any]:
    """Tone and word of an opening now."""
    now = clock.now()
    if row.ended_at is not None:
        return "warn", _("已收回")
    if row.valid_until <= now:
        return "", _("已到期")
    return ("blue", _("未开始")) if row.valid_from > now else ("good", _("开放中"))


def used_words(row: RecordGrant) -> str:
    """``打印客户档案 1/2``: acts that are counted."""
    return "，".join(f"{action(code).title} {row.used.get(code, 0)}/{most}" for code, most in row.quota.items())


def doings(row: RecordGrant) -> list[dict[str, Any]]:
    """What its reader did with the record while it was open, newest first: time, words, page."""
    until = row.ended_at or min(row.valid_until, clock.now())
    events = Event.objects.filter(
        about(row.subject_type, row.subject_id),
        fonds_id=row.person.fonds_id,
        actor_id=row.person_id,
        at__gte=row.valid_from,
        at__lte=until,
    )
    return [
        {"at": one.at, "words": event_words(one.code), "page": orjson.loads(one.meta or "{}").get("page", "")}
        for one in events.order_by("-at", "-id")[:100]
    ]


def event_words(code: str) -> Any:
    """A kind of entry in words."""
    found = event_type(code)
    return found.title if found is not None else code


def request_of(row: RecordGrant) -> UseRequest | None:
    """The request behind it."""
    found: UseRequest | None = UseRequest.objects.filter(case__number=row.source, fonds_id=row.person.fonds_id).first()
    return found
