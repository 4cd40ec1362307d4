"""Who is told what of a loan: by its number and the kind of news alone. In the transaction of the verb."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from kedang.business.lending.models import Loan
from kedang.foundation.access.models import Person
from kedang.foundation.notices.registry import NoticeKind, declare
from kedang.foundation.notices.services.sending import notice_send, notices_settle

READY, TURN, DUE, OVERDUE, RECALLED, SIGN = (
    "loan.ready",
    "loan.turn",
    "loan.due",
    "loan.overdue",
    "loan.recalled",
    "loan.sign",
)
KINDS = (
    NoticeKind(RECALLED, _("所借档案被催还"), "alert-triangle", order=30),
    NoticeKind(OVERDUE, _("借阅逾期未还"), "alert-circle", order=31),
    NoticeKind(DUE, _("借阅即将到期"), "clock", order=32),
    NoticeKind(READY, _("所借档案已提取，可来领取"), "archive", order=33),
    NoticeKind(TURN, _("您预约的档案已轮到您"), "bell", order=34),
    NoticeKind(SIGN, _("请确认签收所借档案"), "signature", order=35),
)


def declare_kinds() -> None:
    """At start-up."""
    declare(*KINDS)


def tell(loan: Loan, people: Iterable[Person], kind: str) -> list[str]:
    """Tell people of a loan; returns their names, for the trail."""
    chosen = list(people)
    notice_send(
        people=chosen, kind=kind, url_name="lending:loan-detail", args=[loan.pk], number=loan.number, about=about(loan)
    )
    return [person.name for person in chosen]


def settle(loan: Loan) -> None:
    """What was told of a loan is over."""
    notices_settle(about=about(loan))


def about(loan: Loan) -> str:
    """How notices name a loan."""
    return f"loan:{loan.pk}"
