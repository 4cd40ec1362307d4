"""Whom a hand-over, an agreement, an approved right or an alert concerns is told: by a number and the kind of news alone."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from kedang.business.governance.models import Alert, Handover
from kedang.foundation.access.models import Person
from kedang.foundation.approvals.resolving import holders
from kedang.foundation.kernel import clock
from kedang.foundation.notices.registry import NoticeKind, declare
from kedang.foundation.notices.services.sending import notice_send, notices_settle

YOURS, PART, SUPERVISE = "governance.handover_yours", "governance.handover_part", "governance.handover_supervise"
AGREEMENT, ALERT = "governance.agreement_ends", "governance.alert"
KINDS = (
    NoticeKind(YOURS, _("请清理名下工作，办理交接"), "arrows-exchange", order=40),
    NoticeKind(PART, _("有工作交接待您签收"), "arrows-exchange", order=41),
    NoticeKind(SUPERVISE, _("工作交接待您监交签字"), "arrows-exchange", order=42),
    NoticeKind(AGREEMENT, _("您的保密协议即将到期，请续签"), "signature", order=43),
    NoticeKind(ALERT, _("有异常行为待核查"), "user-exclamation", order=44),
)
REMIND_AT = (7, 1)
"""So many days before its end one is reminded again, after the first time that the settings name."""


def declare_kinds() -> None:
    """At start-up."""
    declare(*KINDS)


def tell(row: Handover, kind: str, person: Person) -> None:
    """One person about a hand-over; news of the same kind that they have not read is replaced."""
    settle(row, kind, person.pk)
    notice_send(
        people=[person],
        kind=kind,
        url_name="governance:handover-detail",
        args=[row.pk],
        number=row.number,
        about=about(row),
    )


def settle(row: Handover, kind: str, *people: int) -> None:
    """It was done."""
    notices_settle(about=about(row), people=people, kinds=(kind,))


def about(row: Handover) -> str:
    """How notices name a hand-over."""
    return f"handover:{row.pk}"


def tell_alert(row: Alert) -> None:
    """Auditors; of what auditors did, the general manager. Never who it is about."""
    role = "general_manager" if row.for_manager else "auditor"
    people = [one for one in holders(row.fonds_id, role) if one.pk != row.person_id]
    notice_send(
        people=people,
        kind=ALERT,
        url_name="governance:alert-detail",
        args=[row.pk],
        number=f"{row.day:%Y%m%d}-{row.pk}",
        about=f"alert:{row.pk}",
    )


def agreements_remind() -> int:
    """Quiet run of the morning: whose agreement ends soon is told. Returns how many were."""
    from kedang.business.governance.services.rules import rules_of

    today, told = clock.today(), 0
    soon: Any = Person.objects.filter(
        is_active=True, agreed_until__gte=today, agreed_until__lte=today + timedelta(days=90)
    )
    days_of: dict[int, int] = {}
    for person in soon.order_by("pk"):
        first = days_of.setdefault(person.fonds_id, rules_of(person.fonds_id).remind_days)
        if (person.agreed_until - today).days in (first, *REMIND_AT):
            notice_send(
                people=[person],
                kind=AGREEMENT,
                url_name="governance:agreement-mine",
                args=[],
                number="",
                about=f"agreement:{person.pk}",
            )
            told += 1
    return told
