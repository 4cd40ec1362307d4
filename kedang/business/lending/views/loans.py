"""A loan's page, the register, and whose buttons are whose."""

from typing import Any

from django.utils.translation import gettext as _

from kedang.business.lending.choices import OUT_STATES, WAITING_STATES, LoanState, Moment
from kedang.business.lending.models import Loan
from kedang.business.lending.offering import electronic
from kedang.business.lending.services.locking import queue_of
from kedang.foundation.access.policies import can, policy_for
from kedang.foundation.kernel import clock
from kedang.foundation.web.records import RecordDetail

STATE_TONES = {
    "reserved": "blue", "prepared": "blue", "issued": "good", "recalled": "warn", "returned": "warn", "closed": "plain",
    "cancelled": "plain",
}  # fmt: skip
OPTIONAL = frozenset(
    {
        "location_text",
        "seat",
        "reader_name",
        "reader_unit",
        "reader_paper",
        "reader_phone",
        "reason",
        "remarks",
        "due_on",
    }
)
PLACE_TONES = {"room": "plain", "away": "violet"}


def late_words(loan: Any, actor: Any = None) -> str:
    """How many days a loan that is out is over its term, or has left."""
    if loan.state not in OUT_STATES or loan.due_on is None:
        return ""
    days = (clock.today() - loan.due_on).days
    if days > 0:
        return _("逾期 %(n)s 天") % {"n": days}
    return _("今天到期") if days == 0 else _("还有 %(n)s 天") % {"n": -days}


def late_tone(loan: Any) -> str:
    """Colour of :func:`late_words`."""
    if loan.state not in OUT_STATES or loan.due_on is None:
        return ""
    days = (clock.today() - loan.due_on).days
    return "bad" if days > 0 else "warn" if days == 0 else "plain"


def course_of(loan: Loan) -> list[dict[str, Any]]:
    """The five steps of a loan: done with who and when, or still to come."""
    ended = loan.state == LoanState.CANCELLED
    steps = [
        (_("登记"), loan.asked_at, loan.asked_by), (_("提取"), loan.prepared_at, loan.prepared_by),
        (_("交接"), loan.issued_at, loan.issued_by), (_("归还"), loan.returned_at, loan.returned_by),
        (_("取消") if ended else _("销号"), loan.closed_at, loan.closed_by),
    ]  # fmt: skip
    now = next((number for number, (_word, at, _who) in enumerate(steps) if at is None), len(steps))
    return [
        {"word": word, "at": at, "who": who, "is_done": at is not None, "is_next": number == now and not ended}
        for number, (word, at, who) in enumerate(steps)
        if not (ended and at is None)
    ]


def thing_is_seen(actor: Any, loan: Loan) -> bool:
    """Whether the thing's own page exists for this reader."""
    thing = loan.thing
    return can(actor, policy_for(type(thing)).view, thing)


class LoanPage(RecordDetail):
    """A loan: where it stands, what is to be done, what was counted, what was found wrong."""

    template_name = "lending/loan.html"

    def head(self) -> dict[str, Any]:
        """The desk's two big acts have pages of their own."""
        head = super().head()
        return {
            **head,
            "can_change": head["can_change"] and self.obj.state not in (LoanState.CLOSED, LoanState.CANCELLED),
        }

    def panels(self) -> list[dict[str, Any]]:
        """What was not filled in and need not be is left out."""
        drawn = super().panels()
        for one in drawn:
            one["facts"] = [fact for fact in one["facts"] if fact.name not in OPTIONAL or not fact.is_empty]
        return [one for one in drawn if one["facts"]]

    def extra(self) -> dict[str, Any]:
        loan: Loan = self.obj
        keeps, seen = can(self.actor, "lending.keep", loan), thing_is_seen(self.actor, loan)
        waiting = queue_of(loan.thing) if loan.state in WAITING_STATES or loan.is_out else []
        faults = list(loan.faults.select_related("item", "finding"))
        return {
            "loan": loan, "course": course_of(loan), "late": late_words(loan), "late_tone": late_tone(loan), "keeps": keeps,
            "may_issue": keeps and loan.state in WAITING_STATES, "may_return": keeps and loan.is_out,
            "is_own": loan.borrower_id == self.actor.pk, "is_seen": seen, "offer": electronic(self.actor, loan.thing) if seen else None,
            "place_in_queue": next((n for n, one in enumerate(waiting, 1) if one.pk == loan.pk), 0),
            "waiting": [one for one in waiting if one.pk != loan.pk],
            "issue_faults": [one for one in faults if one.moment == Moment.ISSUE],
            "return_faults": [one for one in faults if one.moment == Moment.RETURN],
            "photos": list(loan.photos.select_related("file")),
            "may_print": can(self.actor, "lending.reserve", loan),
            "may_find": can(self.actor, "custody.view"),
        }  # fmt: skip
