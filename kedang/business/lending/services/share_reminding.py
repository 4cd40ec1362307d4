"""共享到期与复核提醒: who set a sharing up is told before it is to be looked at again, once it rests, and before it ends."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kedang.business.lending.events_use import SHARE_REMINDED
from kedang.business.lending.policies_use import SHARE
from kedang.business.lending.services.sharing import ENDS, RESTS, REVIEW, REVIEW_SOON, about
from kedang.foundation.access.models import Person, RecordShare
from kedang.foundation.access.policies import can
from kedang.foundation.approvals.resolving import heads, holders
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import system_actor
from kedang.foundation.notices.models import Notice
from kedang.foundation.notices.registry import NoticeKind, declare
from kedang.foundation.notices.services.sending import notice_send

ENDS_SOON = timedelta(days=14)
SHORT = timedelta(days=28)
"""Of a sharing shorter than this nobody is told that it ends soon: they have just been told how long it is."""


def declare_share_kinds() -> None:
    """At start-up."""
    declare(
        NoticeKind(REVIEW, _("共享须复核"), "share", order=50),
        NoticeKind(RESTS, _("共享逾期未复核，已暂停"), "alert-triangle", order=51),
        NoticeKind(ENDS, _("共享即将到期"), "clock", order=52),
    )


def shares_remind() -> int:
    """Daily: whatever is due of each sharing that is not over, each told once; how many were told of."""
    now, told = clock.now(), 0
    rows = RecordShare.objects.filter(ended_at__isnull=True, valid_until__gt=now, review_by__lte=now + REVIEW_SOON)
    rows = rows | RecordShare.objects.filter(
        ended_at__isnull=True, valid_until__gt=now, valid_until__lte=now + ENDS_SOON
    )
    for key in rows.order_by("pk").values_list("pk", flat=True):
        told += _remind(key, now)
    return told


@transaction.atomic
def _remind(key: int, now: datetime) -> int:
    row: RecordShare = RecordShare.objects.select_for_update(of=("self",)).get(pk=key)
    told = 0
    for kind, since in due(row, now):
        people = responsible_for(row)
        known = Notice.objects.filter(about=about(row), kind=kind, made_at__gte=since).exists()
        if people and not known:
            notice_send(
                people=people,
                kind=kind,
                url_name="lending:share-detail",
                args=[row.pk],
                number=row.number,
                about=about(row),
            )
            record(
                system_actor("复核提醒"), SHARE_REMINDED, row, meta={"what": kind, "to": [one.name for one in people]}
            )
            told += 1
    return told


def due(row: RecordShare, now: datetime) -> Iterator[tuple[str, datetime]]:
    """What is to be told of a sharing now, each with since when."""
    if row.ended_at is not None or row.valid_until <= now:
        return
    if row.review_by <= now:
        yield RESTS, row.review_by
    elif row.review_by < row.valid_until and row.review_by <= now + REVIEW_SOON:
        yield REVIEW, row.review_by - REVIEW_SOON
    if row.valid_until <= now + ENDS_SOON and row.valid_until - row.valid_from > SHORT:
        yield ENDS, row.valid_until - ENDS_SOON


def responsible_for(row: RecordShare) -> list[Person]:
    """Who set it up, while they may still mend it; else the head of the department it comes from, else the archivists."""
    giver = row.given_by
    chosen = [giver] if giver is not None and giver.is_active else []
    for people in (chosen, heads(row.department, row.fonds_id), holders(row.fonds_id, "archivist")):
        found = [one for one in people if one.is_active and can(one, SHARE.code, row)]
        if found:
            return found
    return []
