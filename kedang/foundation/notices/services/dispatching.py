"""The outbox is emptied: taken by one worker for a while, sent, tried again later and later, given up where all can see it.

A worker that dies between sending and writing it down sends once more: a message may come twice, it is never lost.
"""

import logging
import time
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor, system_actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sure import sure
from kedang.foundation.notices import events as e
from kedang.foundation.notices.channels import Message, Undelivered, send
from kedang.foundation.notices.choices import ChannelKind, DeliveryState
from kedang.foundation.notices.models import Channel, Delivery, Notice, Preference
from kedang.foundation.notices.services.writing import require_manage

logger = logging.getLogger(__name__)

WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))
"""After the first failure, the second …; after the last one it is given up."""
LEASE = timedelta(minutes=2)
AT_ONCE, SECONDS = 100, 8.0
KEPT_DAYS, KEPT_READ_DAYS = 365, 90
MACHINE = "通知发送"


def notices_run() -> int:
    """Quiet run of the worker: what is due now; how many messages went out. A channel that fails is left alone until the next turn."""
    began, sent, failing = time.monotonic(), 0, set[tuple[int, str]]()
    for fonds_id, channel, keys in _due():
        if time.monotonic() - began > SECONDS:
            break
        if (fonds_id, channel) in failing:
            continue
        rows = _take(keys)
        if not rows:
            continue
        done = _send(rows)
        sent += done
        if not done:
            failing.add((fonds_id, channel))
    return sent


def _due() -> list[tuple[int, str, list[int]]]:
    """(company, channel, keys of deliveries) of each message: one delivery, or all that a person has collected for a day."""
    now = clock.now()
    free = Q(taken_until__isnull=True) | Q(taken_until__lt=now)
    rows = Delivery.objects.filter(free, state=DeliveryState.WAITING, due_at__lte=now).order_by("due_at", "id")
    messages: dict[tuple[int, str, int], tuple[int, str, list[int]]] = {}
    for key, fonds_id, channel, person, is_digest in rows.values_list(
        "pk", "fonds_id", "channel", "notice__person_id", "is_digest"
    )[:AT_ONCE]:
        mark = (fonds_id, channel, -person if is_digest else key)
        messages.setdefault(mark, (fonds_id, channel, []))[2].append(key)
    return list(messages.values())


def _take(keys: list[int]) -> list[Delivery]:
    """Deliveries that this worker has got: one changed row decides."""
    now = clock.now()
    free = Q(taken_until__isnull=True) | Q(taken_until__lt=now)
    won = [
        key
        for key in keys
        if Delivery.objects.filter(free, pk=key, state=DeliveryState.WAITING, due_at__lte=now).update(
            taken_until=now + LEASE
        )
    ]
    return list(Delivery.objects.select_related("notice__person").filter(pk__in=won).order_by("id")) if won else []


def _send(rows: list[Delivery]) -> int:
    """One message; how many deliveries it was."""
    first = rows[0]
    person = first.notice.person
    channel = Channel.objects.filter(fonds_id=first.fonds_id, kind=first.channel, is_active=True).first()
    if channel is None or not person.is_active:
        Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=DeliveryState.DROPPED, ended_at=clock.now()
        )
        return len(rows)
    wish = Preference.objects.filter(person=person).first()
    account = (
        (wish.accounts.get(channel.kind, "") if wish is not None else "")
        if channel.kind != ChannelKind.EMAIL
        else person.email
    )
    try:
        send(channel, Message.of([row.notice for row in rows], account))
    except Undelivered as error:
        _failed(channel, rows, str(error))
        return 0
    now = clock.now()
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=DeliveryState.SENT, ended_at=now, taken_until=None, error="", attempts=first.attempts + 1
    )
    _went(channel, good_at=now, error="")
    return len(rows)


def _went(channel: Channel, **seen: object) -> None:
    """How a channel last went, for its page."""
    Channel.objects.filter(pk=channel.pk).update(**seen)


@transaction.atomic
def _failed(channel: Channel, rows: Iterable[Delivery], told: str) -> None:
    """Later again, or given up; the channel shows why."""
    now = clock.now()
    _went(channel, failed_at=now, error=told[:200])
    lost = 0
    for row in rows:
        row.attempts += 1
        row.error, row.taken_until = told[:200], None
        if row.attempts > len(WAITS):
            row.state, row.ended_at, lost = DeliveryState.GIVEN_UP, now, lost + 1
        else:
            row.due_at = now + WAITS[row.attempts - 1]
        row.save(update_fields=["attempts", "error", "taken_until", "state", "ended_at", "due_at"])
    meta = {"channel": channel.kind, "messages": lost or len(list(rows)), "error": told[:200]}
    logger.warning("notices by %s failed: %s", channel.kind, told[:200])
    if lost:
        record(system_actor(MACHINE), e.DELIVERY_GIVEN_UP, channel, meta=meta)


@transaction.atomic
def deliveries_retry(*, actor: Actor) -> int:
    """Send once more what was given up; how many messages.

    Raises:
        NotAllowed. Refused: ``nothing_failed``.
    """
    require_manage(actor)
    lost = Delivery.objects.filter(fonds_id=sure(actor.fonds_id), state=DeliveryState.GIVEN_UP)
    count = lost.update(
        state=DeliveryState.WAITING, attempts=0, due_at=clock.now(), ended_at=None, taken_until=None, is_digest=False
    )
    if not count:
        raise Refused("nothing_failed", _("没有发送失败的通知。"))
    subject = SubjectRef(Delivery._meta.label_lower, None, str(_("发送失败的通知")), fonds_id=actor.fonds_id)
    record(actor, e.DELIVERY_RETRIED, subject, meta={"messages": count})
    return count


def notices_tidy() -> int:
    """Quiet run of the night: read notices of a quarter ago and all of a year ago leave the list."""
    now = clock.now()
    old = Q(made_at__lt=now - timedelta(days=KEPT_DAYS)) | Q(read_at__lt=now - timedelta(days=KEPT_READ_DAYS))
    keys = list(Notice.objects.filter(old).order_by("id").values_list("pk", flat=True)[:5000])
    Notice.objects.filter(pk__in=keys).delete()
    return len(keys)
