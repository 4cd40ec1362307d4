"""Whom a case concerns is told: by its number and the kind of news alone. In the transaction of the verb."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.models import Person
from kedang.foundation.approvals.models import Case
from kedang.foundation.notices.registry import NoticeKind, declare
from kedang.foundation.notices.services.sending import notice_send, notices_settle

TASK, URGENT, REMINDED, ESCALATED = "approvals.task", "approvals.urgent", "approvals.reminded", "approvals.escalated"
RETURNED, APPROVED, REJECTED, COPIED, FORSAKEN = (
    "approvals.returned",
    "approvals.approved",
    "approvals.rejected",
    "approvals.copied",
    "approvals.forsaken",
)
TO_DO = (TASK, URGENT, REMINDED, ESCALATED)
"""Kinds that are over when the part is done."""

KINDS = (
    NoticeKind(URGENT, _("紧急申请待您批准"), "alert-triangle", is_urgent=True, order=10),
    NoticeKind(TASK, _("申请待您审批"), "checklist", order=11),
    NoticeKind(REMINDED, _("催办：请尽快审批"), "clock", order=12),
    NoticeKind(ESCALATED, _("逾期未办的申请转请您审批"), "arrow-up", order=13),
    NoticeKind(RETURNED, _("您的申请被退回补充"), "arrow-back-up", order=14),
    NoticeKind(APPROVED, _("您的申请已批准"), "circle-check", order=15),
    NoticeKind(REJECTED, _("您的申请未获批准"), "circle-x", order=16),
    NoticeKind(COPIED, _("有申请抄送给您"), "copy", order=17),
    NoticeKind(FORSAKEN, _("您跟进的申请因申请人离开已撤回"), "arrow-back-up", order=18),
)


def declare_kinds() -> None:
    """At start-up."""
    declare(*KINDS)


def about(case: Case) -> str:
    """How notices name a case."""
    return f"case:{case.pk}"


def tell(case: Case, kind: str, people: Iterable[Person]) -> None:
    """Tell people of a case."""
    notice_send(
        people=people,
        kind=kind,
        url_name="approvals:case-detail",
        args=[case.pk],
        number=case.number,
        about=about(case),
    )


def tell_task(case: Case, people: Iterable[Person], *, is_urgent: bool = False) -> None:
    """Parts were given."""
    tell(case, URGENT if is_urgent else TASK, people)


def part_done(case: Case, people: Iterable[int]) -> None:
    """Parts are over: what told of them is read."""
    notices_settle(about=about(case), people=people, kinds=TO_DO)
