"""交接: pages and condition are counted, the reader signs, the term begins."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.holdings.services.whereabouts import thing_issue
from kedang.business.lending.choices import OUT_STATES, Condition, LoanState, Moment, Place, SignedHow
from kedang.business.lending.events import LOAN_ISSUED, LOAN_SIGNED
from kedang.business.lending.models import LendingRules, Loan
from kedang.business.lending.services.faults import Fault, faults_keep, photos_keep
from kedang.business.lending.services.fetching import fetch, refuse_not_free
from kedang.business.lending.services.locking import locked_loan, refuse_state, save
from kedang.business.lending.services.rules import days_of, rules_of
from kedang.business.lending.services.telling import SIGN, settle, tell
from kedang.foundation.access.models import Person
from kedang.foundation.audit.record import record
from kedang.foundation.files.models import StoredFile
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import NotAllowed, Refused

AT_DESK = (SignedHow.TYPED, SignedHow.PAPER)


@transaction.atomic
def loan_issue(
    *, actor: Actor, loan: Loan, pages: int, condition: str = Condition.WHOLE, note: str = "", signed_how: str = "", signed_name: str = "",
    seat: str = "", days: int | None = None, faults: Iterable[Fault] = (), photos: Iterable[StoredFile] = (),
) -> Loan:  # fmt: skip
    """Hand a thing over. From the shelf straight into the reader's hands counts as fetching it, too.

    Args:
        pages: as counted together with the reader. signed_how: how the reader signed at the desk (:data:`AT_DESK`) with ``signed_name``;
            empty: the reader will confirm in a session of their own (:func:`loan_sign`). faults: what was wrong before already.

    Raises:
        Refused: ``loan_state``, ``not_first``, ``has_overdue``, ``too_many_loans``, ``pages_differ``, ``signature_missing``, ``term_long``,
            and what ``whereabouts.away`` says.
    """
    row = locked_loan(actor, loan, "lending.keep")
    refuse_state(row, LoanState.RESERVED, LoanState.PREPARED)
    rules = rules_of(row.fonds_id)
    _refuse_borrower(rules, row)
    if row.state == LoanState.RESERVED:
        fetch(actor, row)
    else:
        refuse_not_free(row, row.thing)
    _take_over(row, pages, condition, note)
    _sign_at_desk(row, signed_how, signed_name)
    now = clock.now()
    row.state, row.issued_at, row.issued_by = LoanState.ISSUED, now, actor.display_name[:80]
    if days:
        row.days = days_of(rules, row.place, days)
    row.due_on = clock.today() + timedelta(days=row.days if row.place == Place.AWAY else 0)
    row.seat = " ".join(seat.split())[:20] or row.seat
    thing_issue(actor=actor, thing=row.thing, reason=_("借阅 %(number)s") % {"number": row.number})
    save(
        row, "state", "issued_at", "issued_by", "due_on", "days", "seat", "issued_pages", "issued_condition", "issued_note", "signed_how",
        "signed_name", "signed_at",
    )  # fmt: skip
    faults_keep(row, Moment.ISSUE, faults)
    changes: dict[str, tuple[Any, Any]] = {
        "state": (LoanState.PREPARED, LoanState.ISSUED), "due_on": (None, row.due_on), "issued_pages": (None, row.issued_pages),
        "issued_condition": (None, row.issued_condition),
    }  # fmt: skip
    if row.signed_how:
        changes |= {"signed_how": (None, row.signed_how), "signed_name": (None, row.signed_name)}
    record(actor, LOAN_ISSUED, row, changes=changes, meta={"pages": row.issued_pages, "place": row.place})
    photos_keep(actor, row, Moment.ISSUE, photos)
    settle(row)
    if not row.signed_how:
        tell(row, [row.borrower], SIGN)
    return row


def _refuse_borrower(rules: LendingRules, row: Loan) -> None:
    Person.objects.select_for_update().get(pk=row.borrower_id)  # two hand-overs at once do not pass the limit together
    if not row.borrower.is_active:
        raise Refused("borrower_left", _("%(who)s的账号已停用，不能再借阅。") % {"who": row.borrower})
    out = Loan.objects.filter(borrower_id=row.borrower_id, state__in=OUT_STATES)
    late = out.filter(due_on__lt=clock.today()).order_by("due_on").first() if rules.blocks_overdue else None
    if late is not None:
        told = _("%(who)s有逾期未还的借阅（%(number)s，应于 %(day)s 归还），归还后才能再借。")
        raise Refused("has_overdue", told % {"who": row.borrower, "number": late.number, "day": late.due_on})
    if out.count() >= rules.most_loans:
        told = _("%(who)s在借已满 %(most)s 份，请先归还一部分。")
        raise Refused("too_many_loans", told % {"who": row.borrower, "most": rules.most_loans})


def _take_over(row: Loan, pages: int, condition: str, note: str) -> None:
    told = " ".join(note.split())[:300]
    if condition not in Condition.values:
        raise Refused("condition_unknown", _("请选择交接时的实体状况。"), "condition")
    if pages != row.expected_pages and len(told) < 2:
        said = _("清点为 %(pages)s 页，目录上是 %(expected)s 页，不一致。请再数一遍；确实不符的，请在说明中写明原因。")
        raise Refused("pages_differ", said % {"pages": pages, "expected": row.expected_pages}, "note")
    row.issued_pages, row.issued_condition, row.issued_note = pages, condition, told


def _sign_at_desk(row: Loan, how: str, name: str) -> None:
    if not how:
        return
    told = " ".join(name.split())[:60]
    if how not in AT_DESK or not told:
        raise Refused(
            "signature_missing", _("请填写签收人姓名；由借阅人本人登录确认的，请选“稍后由本人确认”。"), "signed_name"
        )
    row.signed_how, row.signed_name, row.signed_at = how, told, clock.now()


@transaction.atomic
def loan_sign(*, actor: Actor, loan: Loan) -> Loan:
    """The borrower confirms in their own session what was handed over: pages, condition and term.

    Raises:
        Refused: ``loan_state``, ``signed_already``. NotAllowed: somebody else's.
    """
    row = locked_loan(actor, loan, "lending.reserve")
    if not isinstance(actor, Person) or row.borrower_id != actor.pk:
        raise NotAllowed(_("只有借阅人本人可以签收。"))
    refuse_state(row, *OUT_STATES)
    if row.signed_how == SignedHow.OWN:
        raise Refused("signed_already", _("您已签收，不用再确认。"))
    before = (row.signed_how or None, row.signed_name or None)
    row.signed_how, row.signed_name, row.signed_at = SignedHow.OWN, actor.name[:60], clock.now()
    save(row, "signed_how", "signed_name", "signed_at")
    changes = {"signed_how": (before[0], row.signed_how), "signed_name": (before[1], row.signed_name)}
    record(actor, LOAN_SIGNED, row, changes=changes, meta={"pages": row.issued_pages})
    settle(row)
    return row
