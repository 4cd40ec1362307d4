"""登记借阅: from an approved request, straight at the desk, or by the reader. Each makes a line of the register and a place in the queue."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import Problems, clean_record, constraints_refuse
from kedang.business.customers.services.writing import first_values
from kedang.business.holdings.models import Item, Volume
from kedang.business.holdings.services.whereabouts import away, thing_locked
from kedang.business.lending.choices import OPEN_STATES, Place, Purpose
from kedang.business.lending.events import LOAN_RESERVED
from kedang.business.lending.models import Loan
from kedang.business.lending.numbers import next_number
from kedang.business.lending.services.locking import of_thing
from kedang.business.lending.services.rules import days_of, rules_of, stays_inside
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import require
from kedang.foundation.approvals.models import Case
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

READER = ("reader_name", "reader_unit", "reader_paper", "reader_phone")
NOTED = (
    "number", "subject_code", "place", "borrower", "days", "copies", "purpose", "reason", "approved_by", "reader_name", "reader_unit",
)  # fmt: skip
FOR_EVER = frozenset({"thing_gone", "no_paper", "thing_withdrawn", "volume_open"})
"""Why there is no sense in waiting for a thing."""


def loan_problem(*, thing: Volume | Item, borrower: Person, place: str, has_request: bool = True) -> Refused | None:
    """Why this borrower cannot ask for this thing in this way, or None: what forms tell before anybody decides."""
    stands = away(thing)
    if stands is not None and stands.code in FOR_EVER:
        return stands
    if place == Place.AWAY:
        inside = stays_inside(rules_of(thing.fonds_id), thing, borrower, has_request=has_request)
        if inside is not None:
            return inside
    if Loan.objects.filter(**of_thing(thing), borrower=borrower, state__in=OPEN_STATES).exists():
        return _asked_already(thing, borrower)
    return None


@transaction.atomic
def loan_prepare(
    *, actor: Actor, request: Case, thing: Volume | Item, borrower: Person | None = None, place: str = Place.ROOM, days: int | None = None,
    copies: int = 1, purpose: str = Purpose.WORK, reason: str = "", reader: Mapping[str, str] | None = None, approved_by: str = "",
) -> Loan:  # fmt: skip
    """What an approved 借档 request does: a line of the register; the desk fetches the thing, or the reader waits for it.

    It runs in the transaction of the decision: whoever decided has the right to, the desk has its own for what follows.

    Args:
        request: the approved case (also one approved urgently). borrower: its requester when left out.
        days: term when taken away; that of the rules when left out. reader: particulars of an outside reader (:data:`READER`).
        approved_by: who approved, as the register names them.

    Raises:
        Refused: ``request_not_approved``, what :func:`loan_problem` says, ``term_long``, ``values_invalid``.
    """
    if request.effective_at is None:
        raise Refused(
            "request_not_approved", _("申请 %(number)s 还没有批准，不能登记借阅。") % {"number": request.number}
        )
    who = borrower or request.requester
    if thing.fonds_id != request.fonds_id or who.fonds_id != request.fonds_id:
        raise OutOfScope
    given = {"place": place, "days": days, "copies": copies, "purpose": purpose, "reason": reason, **dict(reader or {})}
    return _registered(actor, thing, who, given, request=request, approved_by=approved_by or actor.display_name)


@transaction.atomic
def loan_open(*, actor: Actor, thing: Volume | Item, borrower: Person, values: Mapping[str, Any]) -> Loan:
    """Straight at the desk, for somebody who stands there; only where the rules ask no request.

    Raises:
        Refused: ``request_needed``, what :func:`loan_problem` says, ``term_long``, ``values_invalid``.
    """
    require(actor, "lending.keep")
    require(actor, "holdings.view", thing)
    if borrower.fonds_id != thing.fonds_id or not borrower.is_active:
        raise OutOfScope
    _refuse_without_request(thing)
    return _registered(actor, thing, borrower, values, approved_by=_("按规则免审批"))


@transaction.atomic
def loan_reserve(*, actor: Actor, thing: Volume | Item, values: Mapping[str, Any]) -> Loan:
    """For oneself; only where the rules ask no request.

    Raises:
        Refused: ``request_needed``, what :func:`loan_problem` says, ``term_long``, ``values_invalid``.
    """
    require(actor, "lending.reserve")
    require(actor, "holdings.view", thing)
    if not isinstance(actor, Person):
        raise Refused("borrower_machine", _("借阅须登记到人。"))
    _refuse_without_request(thing)
    return _registered(actor, thing, actor, values, approved_by=_("按规则免审批"))


def _refuse_without_request(thing: Volume | Item) -> None:
    if rules_of(thing.fonds_id).needs_request:
        told = _("按借阅规则，借阅须先有批准的借档申请。请提交借档申请；确需直接登记的，请先修改借阅规则。")
        raise Refused("request_needed", told)


def _registered(
    actor: Actor, thing: Volume | Item, borrower: Person, values: Mapping[str, Any], *, request: Case | None = None, approved_by: str = ""
) -> Loan:  # fmt: skip
    row_of = thing_locked(thing)
    place = str(values.get("place") or Place.ROOM)
    problem = loan_problem(thing=row_of, borrower=borrower, place=place, has_request=request is not None)
    if problem is not None:
        raise problem
    rules = rules_of(row_of.fonds_id)
    loan = Loan(
        fonds_id=row_of.fonds_id, place=place, subject_code=row_of.reference_code, subject_title=row_of.title,
        location_text=_place_of(row_of), secrecy_level=row_of.secrecy_level, borrower=borrower, department=borrower.department,
        purpose=values.get("purpose") or Purpose.WORK, reason=_line(values.get("reason")), request=request,
        approved_by=approved_by[:80], days=days_of(rules, place, values.get("days") or None), copies=values.get("copies") or 1,
        seat=_line(values.get("seat")), remarks=_line(values.get("remarks")), asked_by=actor.display_name[:80], asked_at=clock.now(),
        expected_pages=row_of.page_count if isinstance(row_of, Volume) else row_of.pages, **of_thing(row_of),
        **{name: _line(values.get(name)) for name in READER},
    )  # fmt: skip
    problems = Problems()
    clean_record(
        loan,
        ("place", "purpose", "reason", "days", "copies", "seat", "remarks", "reader_name", "reader_unit"),
        problems,
    )
    if not loan.reader_name and any(getattr(loan, name) for name in READER):
        problems.tell("reader_name", _("填了外单位读者的情况，请写明其姓名"))
    problems.refuse()
    loan.number = next_number(actor=actor, fonds_id=row_of.fonds_id)
    taken = _asked_already(row_of, borrower)
    said = (taken.code, "borrower", taken.sentence)
    with constraints_refuse({"loan_volume_asked_once": said, "loan_item_asked_once": said, "borrower_id": said}):
        loan.save(force_insert=True)
    record(
        actor, LOAN_RESERVED, loan, changes=first_values(loan, NOTED),
        meta={"request": request.number if request else "", "thing": row_of._meta.label_lower, "thing_id": row_of.pk},
    )  # fmt: skip
    return loan


def _line(value: Any) -> str:
    return " ".join(str(value or "").split())


def _place_of(thing: Volume | Item) -> str:
    found = thing.location_text if isinstance(thing, Item) else str(thing.location or "")
    return found[:200]


def _asked_already(thing: Volume | Item, borrower: Person) -> Refused:
    told = _("%(who)s已经登记借阅“%(name)s”，不用再登记。请在“借阅登记”中查看。")
    return Refused(
        "loan_asked_already", told % {"who": borrower, "name": thing.reference_code or thing.title}, "borrower"
    )
