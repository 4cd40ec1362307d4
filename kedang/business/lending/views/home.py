"""What the loan desk puts on the work list: of the desk, of the borrower, and of who oversees a department."""

from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.lending.choices import OPEN_STATES, OUT_STATES, LoanState, SignedHow
from kedang.business.lending.models import Loan
from kedang.business.lending.services.reminding import HEAD
from kedang.business.lending.views.desk import available
from kedang.business.lending.views.loans import STATE_TONES, late_tone, late_words
from kedang.foundation.access.policies import can
from kedang.foundation.access.prepared import PreparedWithin
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.prepared import one_row
from kedang.foundation.web.home import Block, Line, Tile, work_list

MOST = 8


def _counted(rows: Any, today: date) -> Any:
    out = Q(state__in=OUT_STATES)
    return one_row(
        rows.filter(state__in=OPEN_STATES),
        fetch=Count("pk", filter=available() & Q(state=LoanState.RESERVED)), out=Count("pk", filter=out),
        today=Count("pk", filter=out & Q(due_on=today)), late=Count("pk", filter=out & Q(due_on__lt=today)),
    )  # fmt: skip


def _to_see_to(rows: Any) -> Any:
    other = Q(state=LoanState.RETURNED) | Q(state=LoanState.PREPARED) | (available() & Q(state=LoanState.RESERVED))
    return rows.select_related("borrower").filter(other).order_by("pk")[:MOST]


_counts = PreparedWithin(Loan, _counted, today=date)
_due = PreparedWithin(
    Loan,
    lambda rows, today: (
        rows.select_related("borrower").filter(state__in=OUT_STATES, due_on__lte=today).order_by("due_on", "pk")[:MOST]
    ),
    today=date,
)
_other = PreparedWithin(Loan, _to_see_to)
_own = PreparedWithin(
    Loan,
    lambda rows, me: rows.filter(borrower_id=me, state__in=OPEN_STATES).order_by("due_on", "pk")[:MOST],
    me=int,
)
_overseen = PreparedWithin(
    Loan,
    lambda rows, me: (
        rows.select_related("borrower")
        .filter(state__in=OUT_STATES, rung__gte=HEAD)
        .exclude(borrower_id=me)
        .order_by("due_on", "pk")[:MOST]
    ),
    me=int,
)


def tiles(actor: Any) -> list[Tile]:
    """To fetch, out, late: one query."""
    fetch, out, due, late = next(iter(_counts.tuples(actor, today=clock.today())), (0, 0, 0, 0))
    where = reverse("lending:loan-list")
    note = _("今日到期 %(n)s") % {"n": due} if due else ""
    return [
        Tile(_("待提取"), fetch, f"{where}?view=waiting", "archive", tone="blue" if fetch else ""),
        Tile(_("在外档案"), out, f"{where}?view=out", "notebook", note=note),
        Tile(_("逾期未还"), late, f"{where}?view=late", "alert-triangle", tone="bad" if late else ""),
    ]


def _line(loan: Loan, who: bool = True) -> Line:
    words, tone = late_words(loan), late_tone(loan)
    return Line(
        loan.subject_title, reverse("lending:loan-detail", args=[loan.pk]), loan.reader if who else loan.number,
        words or loan.get_state_display(), tone or STATE_TONES.get(loan.state, "plain"), note=loan.subject_code,
    )  # fmt: skip


def desk(actor: Any) -> list[Line]:
    """What the desk is to see to: late first, then due, to be settled, to be fetched."""
    found = _due.rows(actor, today=clock.today())
    if len(found) < MOST:
        found += _other.rows(actor)[: MOST - len(found)]
    return [_line(loan) for loan in found]


def own(actor: Any) -> list[Line]:
    """What one has and waits for, and what is to be signed for."""
    lines = []
    for loan in _own.rows(actor, me=actor.pk):
        line = _line(loan, who=False)
        if loan.state in OUT_STATES and loan.signed_how != SignedHow.OWN and not loan.signed_how:
            line = Line(line.text, line.url, line.side, _("请签收"), "warn", note=line.note)
        lines.append(line)
    return lines


def overseen(actor: Any) -> list[Line]:
    """Loans of one's people that are late enough to be told upwards."""
    if can(actor, "lending.keep"):
        return []
    return [_line(loan) for loan in _overseen.rows(actor, me=actor.pk)]


def declare() -> None:
    """Put all this on the work list; called once when the pages are declared."""
    work_list.add_tiles(tiles, action="lending.keep", order=60)
    work_list.add_quick(gettext_lazy("借阅台"), "lending:desk", "scan", "lending.keep", 55)
    work_list.add_block(
        Block(
            "lending-desk", gettext_lazy("借阅：今天要办"), desk, "scan", "lending:desk", "lending.keep", 30, gettext_lazy("没有要办的借阅。"),
        )
    )  # fmt: skip
    work_list.add_block(
        Block(
            "lending-own", gettext_lazy("我的借阅"), own, "notebook", "lending:loan-list", "lending.reserve", 35,
            gettext_lazy("您没有在借或预约的档案。"), main=False,
        )
    )  # fmt: skip
    work_list.add_block(
        Block(
            "lending-overseen", gettext_lazy("本部门逾期借阅"), overseen, "alert-triangle", "lending:loan-list", "lending.oversee", 36,
            gettext_lazy("没有需要督促归还的借阅。"), main=False,
        )
    )  # fmt: skip
