"""Whom a report concerns is told by its number and the kind of news alone: nothing of it leaves the house."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from kedang.business.service.models import ContactReport
from kedang.business.service.policies import ACCEPT
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import can
from kedang.foundation.approvals.resolving import holders
from kedang.foundation.notices.registry import NoticeKind, declare
from kedang.foundation.notices.services.sending import notice_send, notices_settle

WAITING, LATE, RETURNED = "service.report_waiting", "service.report_late", "service.report_returned"
STEP, STEP_DUE = "service.step_yours", "service.step_due"
KINDS = (
    NoticeKind(LATE, _("重大事项报告逾期未受理"), "alert-circle", order=50),
    NoticeKind(WAITING, _("有重大事项报告待受理"), "message", order=51),
    NoticeKind(RETURNED, _("您的重大事项报告被退回补充"), "arrow-back-up", order=52),
    NoticeKind(STEP_DUE, _("与客户约定的后续事项到期"), "clock", order=53),
    NoticeKind(STEP, _("有与客户约定的后续事项由您负责"), "list-check", order=54),
)


def declare_kinds() -> None:
    """At start-up."""
    declare(*KINDS)


def receivers(report: ContactReport) -> list[Person]:
    """The information department as far as it is cleared; of what no archivist may know, the general manager."""
    for role in ("archivist", "general_manager"):
        found = [one for one in holders(report.fonds_id, role) if can(one, ACCEPT.code, report)]
        if found:
            return found
    return []


def tell(report: ContactReport, kind: str, people: Iterable[Person]) -> list[str]:
    """Tell people; news of the same kind that they have not read is replaced. Returns their names, for the trail."""
    chosen = list(people)
    notices_settle(about=about(report), people=[one.pk for one in chosen], kinds=(kind,))
    notice_send(
        people=chosen,
        kind=kind,
        url_name="service:report-detail",
        args=[report.pk],
        number=report.number,
        about=about(report),
    )
    return [one.name for one in chosen]


def settle(report: ContactReport, *kinds: str) -> None:
    """It was done."""
    notices_settle(about=about(report), kinds=kinds)


def about(report: ContactReport) -> str:
    """How notices name a report."""
    return f"contact_report:{report.pk}"
