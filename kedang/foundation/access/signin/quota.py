"""How much one person may look at and take out in a day (R35: accounts are rented out; the records must not leave by hundreds).

``spend(actor, kind, amount)`` counts in the transaction under way and refuses beyond the limit; the page then sounds an alarm in
the trail, at most once a minute. More for today is given by 安全保密员: the second person of a large export.
"""

from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.access.duties import HOUSE_ROOMS
from kedang.foundation.access.grants import active_grants
from kedang.foundation.access.models import Person, QuotaUse
from kedang.foundation.access.shared.reading import note_shared
from kedang.foundation.access.signin.policy import policy_for_person
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.reading import about
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import NotAllowed

KINDS: dict[str, Any] = {
    "unmask": gettext_lazy("查看完整内容（次）"),
    "export": gettext_lazy("导出（行）"),
    "read": gettext_lazy("打开客户档案（份）"),
}
SENTENCES: dict[str, Any] = {
    "unmask": gettext_lazy("今天查看完整内容已达 %(limit)s 次的上限。确有需要，请安全保密员写明原因后临时增加。"),
    "export": gettext_lazy(
        "今天导出将超过 %(limit)s 行的上限（已导出 %(used)s 行）。请缩小范围，或请安全保密员写明原因后临时增加。"
    ),
    "read": gettext_lazy("今天打开的客户档案已达 %(limit)s 份的上限。确有需要，请安全保密员写明原因后临时增加。"),
}
ACTS: dict[str, Any] = {"unmask": ".unmask", "export": (".export", ".print"), "read": ".view"}
ALARM_EVERY_SECONDS = 60


class QuotaExceeded(NotAllowed):
    """More than the day's share. Not a lack of rights: status 409, and an alarm in the trail."""

    def __init__(self, kind: str, limit: int, used: int, amount: int) -> None:
        told = str(SENTENCES[kind]) % {"limit": f"{limit:,}", "used": f"{used:,}"}
        super().__init__(told, kind=kind, limit=limit, used=used, amount=amount)
        self.code = "quota_used"


def limit_of(person: Person, kind: str) -> int:
    """The day's share of a person: the most generous of their roles; 0 is without limit."""
    limits = policy_for_person(person).quotas.get(kind, {})
    own = [int(limits[grant.role_code]) for grant in active_grants(person) if grant.role_code in limits]
    if not own:
        return int(limits.get("", 0))
    return 0 if 0 in own else max(own)


def concerns(person: Person, kind: str) -> bool:
    """Whether a person has a limit of this kind and rights on dossiers that use it."""
    held = {code for grant in active_grants(person) for code in grant.actions}
    return bool(limit_of(person, kind)) and any(
        code.endswith(ACTS[kind]) for code in held if code.split(".")[0] not in HOUSE_ROOMS
    )


def spend(actor: Actor, kind: str, amount: int = 1) -> None:
    """Count an act against the day's share, before what it shows leaves.

    Raises:
        QuotaExceeded: nothing was counted.
    """
    if actor.is_system or not isinstance(actor, Person):
        return
    limit = limit_of(actor, kind)
    if not limit or amount <= 0:
        return
    with transaction.atomic():
        row = _today(actor, kind)
        if row.used + amount > limit + row.extra:
            raise QuotaExceeded(kind, limit + row.extra, row.used, amount)
        row.used += amount
        row.save(update_fields=["used"])


def used_today(person: Person, kind: str) -> tuple[int, int]:
    """(used, limit with what was added for today); limit 0 is without limit."""
    row = QuotaUse.objects.filter(person=person, kind=kind, day=clock.today()).first()
    limit = limit_of(person, kind)
    return (row.used if row else 0), (limit + row.extra if limit and row else limit)


@transaction.atomic
def add_for_today(person: Person, kind: str, amount: int) -> int:
    """More for today; returns what was added in all."""
    row = _today(person, kind)
    row.extra += amount
    row.save(update_fields=["extra"])
    return row.extra


@transaction.atomic
def is_alarm_due(person: Person, kind: str) -> int:
    """Count a refusal; how many there were since the last alarm if one is due now, else 0."""
    row, moment = _today(person, kind), clock.now()
    row.refused += 1
    count = 0
    if row.told_at is None or (moment - row.told_at).total_seconds() >= ALARM_EVERY_SECONDS:
        count, row.refused, row.told_at = row.refused, 0, moment
    row.save(update_fields=["refused", "told_at"])
    return count


def _today(person: Person, kind: str) -> QuotaUse:
    day = clock.today()
    QuotaUse.objects.bulk_create([QuotaUse(person=person, kind=kind, day=day)], ignore_conflicts=True)
    return QuotaUse.objects.select_for_update().get(person=person, kind=kind, day=day)


def title_of(kind: str) -> str:
    """The kind in words."""
    return str(KINDS.get(kind, _("用量")))


def spend_reading(actor: Actor, obj: models.Model) -> None:
    """Count a dossier against the day's share, the first time today that this person opens it; a sharing through which it is read says so.

    Raises:
        QuotaExceeded: nothing was counted, nothing is shown.
    """
    if actor.is_system or not isinstance(actor, Person):
        return
    note_shared(actor, obj)
    if not limit_of(actor, "read"):
        return
    start = clock.local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    mine = Event.objects.filter(actor_id=actor.pk, at__gte=start, category="read")
    if not mine.filter(about(obj._meta.label_lower, obj.pk)).exists():
        spend(actor, "read")
