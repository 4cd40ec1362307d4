"""What an approved request opens: exactly the lines that were granted, for the time granted, for the acts of its kind (US-05)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from kedang.business.customers.models import Customer
from kedang.business.holdings.models import Item, Volume
from kedang.business.lending.choices import WAITING_STATES, LoanState, Place
from kedang.business.lending.choices_use import UseSort, WantedState
from kedang.business.lending.events_use import USE_CLOSED, USE_GRANTED, USE_SHORTENED
from kedang.business.lending.models import Loan, UseRequest
from kedang.business.lending.services.fetching import loan_cancel
from kedang.business.lending.services.going import loan_recall
from kedang.business.lending.services.preparing import loan_prepare
from kedang.business.lending.services.things import Thing, inside, page_pairs, things_of
from kedang.foundation.access.models import Person, RecordGrant
from kedang.foundation.access.opened.services import Opening, records_close, records_open
from kedang.foundation.access.policies import can
from kedang.foundation.approvals.choices import DecisionKind
from kedang.foundation.approvals.models import Case
from kedang.foundation.approvals.services.deciding import task_of
from kedang.foundation.approvals.services.going import locked_case
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor, system_actor
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused

MASKED = dict.fromkeys(("contact", "identity", "account", "personal", "assessment"), "mask")
SEE = {Customer: ("customers.view",), Volume: ("holdings.view",), Item: ("holdings.view", "holdings.leaf")}
"""What every granted request opens of a thing: looking at it; a file page by page."""
TAKE: dict[str, dict[type[Any], str]] = {
    UseSort.READ: {},
    UseSort.UNMASK: {},
    UseSort.COPY: {Item: "holdings.copy"},
    UseSort.PRINT: {Customer: "customers.print", Volume: "holdings.print", Item: "holdings.copy"},
    UseSort.EXPORT: {Customer: "customers.export", Volume: "holdings.export", Item: "holdings.read"},
}
"""The act of taking that each kind adds, as often as copies were asked for."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What came of it: records opened, loans registered, items of a volume that the approvers could not know of."""

    opened: int
    loans: int
    left_out: list[str]


def grant_what_was_asked(actor: Actor, case: Case) -> Granted | None:
    """Open what was granted; the effect of an approval, in its transaction.

    Raises:
        Refused: ``wanted_open`` (numbers typed by hand are not matched yet), ``reader_left``, ``time_over``, and what a loan
            or an opening refuses.
    """
    row = UseRequest.objects.select_related("reader", "case").select_for_update(of=("self",)).filter(case=case).first()
    if row is None:  # approved while it was being handed in: use_ask does it
        return None
    row.case = case
    if row.wanted.filter(state=WantedState.OPEN).exists():
        told = _("申请 %(number)s 中有按编号申请的档案还没有核对。请档案管理员先在申请页核对，再审批。")
        raise Refused("wanted_open", told % {"number": case.number})
    if not row.reader.is_active:
        raise Refused("reader_left", _left_words(row))
    things = granted_things(case)
    if row.sort == UseSort.LOAN:
        made = Granted(0, _lend(actor, row, things), [])
    else:
        made = _open(actor, row, things)
    meta = {
        "opened": made.opened,
        "loans": made.loans,
        "until": row.last_day.isoformat(),
        "left_out": len(made.left_out),
    }
    record(actor, USE_GRANTED, row, meta=meta)
    return made


def _left_words(row: UseRequest) -> str:
    """The reader has left: what the approver does, and who asks anew."""
    names = "、".join(row.case.copies.filter(person__is_active=True).values_list("person__name", flat=True))
    told = _(
        "利用人%(name)s已离职或停用，不能再向其开放，请选“不同意”。工作仍需要的，由%(whom)s打开申请 %(number)s，点“以我的名义再次申请”。"
    )
    return told % {"name": row.reader.name, "whom": names or _("承接其工作的人"), "number": row.case.number}


def granted_things(case: Case) -> list[Thing]:
    """Things of the lines that were granted, in their order."""
    pairs = list(case.lines.filter(is_granted=True).values_list("subject_type", "subject_id"))
    found = things_of(pairs)
    return [found[pair] for pair in pairs if pair in found]


def _open(actor: Actor, row: UseRequest, things: Sequence[Thing]) -> Granted:
    until = clock.end_of_day(row.last_day)
    since = clock.end_of_day(row.wanted_from - timedelta(days=1))
    if until <= clock.now():
        told = _("申请 %(number)s 的利用时间已过。请退回申请人改期，或请其重新申请。")
        raise Refused("time_over", told % {"number": row.case.number})
    wanted: dict[tuple[str, int], Thing] = {}
    left_out: list[str] = []
    for thing in things:
        wanted[thing._meta.label_lower, thing.pk] = thing
        for item in inside(thing) if isinstance(thing, Volume) else ():
            if item.secrecy_level > row.case.secrecy_level:
                left_out.append(str(item.reference_code or item.pk))
            else:
                wanted.setdefault((item._meta.label_lower, item.pk), item)
    pages = page_pairs(row.pages)
    for model in (Customer, Volume, Item):
        subjects = [thing for thing in wanted.values() if isinstance(thing, model)]
        if subjects:
            records_open(
                actor=actor, person=row.reader, subjects=subjects, opening=opening_for(row, model, pages), source=row.case.number,
                purpose=row.case.reason, until=until, since=since,
            )  # fmt: skip
    if left_out:
        row.left_out = left_out
        row.save(update_fields=["left_out"])
    return Granted(len(wanted), 0, left_out)


def opening_for(row: UseRequest, model: type[models.Model], pages: Sequence[tuple[int, int]] = ()) -> Opening:
    """Acts, rights on fields, pages and quota that a request opens on one kind of record."""
    act = TAKE[row.sort].get(model, "")
    rights = dict(MASKED) if model is Customer else {}
    if row.sort == UseSort.UNMASK:
        rights |= dict.fromkeys(row.field_classes, "show")
    actions = (*SEE[model], *([act] if act else []))
    return Opening(actions, rights, pages if model is Item else (), {act: row.copies} if act else {})


def _lend(actor: Actor, row: UseRequest, things: Sequence[Thing]) -> int:
    days = (row.last_day - row.wanted_from).days + 1 if row.place == Place.AWAY else None
    reader = {
        "reader_name": row.outside_name, "reader_unit": row.outside_unit, "reader_paper": row.outside_paper,
        "reader_phone": row.outside_phone,
    }  # fmt: skip
    for thing in things:
        if isinstance(thing, Volume | Item):
            loan_prepare(
                actor=actor, request=row.case, thing=thing, borrower=row.reader, place=row.place, days=days, copies=row.copies,
                purpose=row.purpose, reason=row.case.reason, reader=reader, approved_by=actor.display_name,
            )  # fmt: skip
    return len(things)


def take_back(actor: Actor, case: Case) -> None:
    """An urgent approval that was not confirmed: what it opened closes at once, loans not yet handed over are struck out."""
    records_close(actor=actor, grants=open_grants(case), reason=str(_("紧急批准未获补批")))
    machine = system_actor("审批流程")
    for loan in Loan.objects.filter(request=case, state__in=WAITING_STATES):
        loan_cancel(actor=machine, loan=loan, reason=str(_("紧急批准未获补批")))
    for loan in Loan.objects.filter(request=case, state=LoanState.ISSUED):
        loan_recall(actor=machine, loan=loan, reason=str(_("紧急批准未获补批")))


def open_grants(case: Case) -> list[RecordGrant]:
    """What a case opened and is not closed."""
    rows = RecordGrant.objects.filter(source=case.number, person__fonds_id=case.fonds_id, ended_at__isnull=True)
    return list(rows.filter(valid_until__gt=clock.now()))


@transaction.atomic
def use_close(*, actor: Actor, request: UseRequest | int, reason: str) -> int:
    """Close what a request opened before its time: by its reader, by who agreed to it, or by the archive. How many were open.

    Raises:
        OutOfScope, NotAllowed. Refused: ``reason_missing``, ``nothing_open``.
    """
    row = _seen(actor, request)
    if not may_close(actor, row):
        raise NotAllowed(_("只有利用人本人、批准人和档案管理员可以提前收回。"), action="lending.keep")
    if len(reason.strip()) < 2:
        raise Refused("reason_missing", _("请写明提前收回的原因，例如“已用毕”。"), "reason")
    closed = records_close(actor=actor, grants=open_grants(row.case), reason=reason.strip())
    if not closed:
        raise Refused("nothing_open", _("申请 %(number)s 没有尚在开放的档案。") % {"number": row.case.number})
    record(actor, USE_CLOSED, row, reason=reason.strip(), meta={"closed": closed})
    return closed


def may_close(actor: Actor, row: UseRequest) -> bool:
    """Whether the actor may close what a request opened."""
    if actor.id in (row.reader_id, row.case.requester_id) or can(actor, "lending.keep"):
        return True
    return row.case.decisions.filter(kind=DecisionKind.APPROVE, person_id=actor.id or 0).exists()


@transaction.atomic
def use_shorten(*, actor: Actor, request: UseRequest | int, until: Any) -> UseRequest:
    """Grant a shorter time than was asked for, before deciding.

    Raises:
        OutOfScope. Refused: ``not_your_turn``, ``own_request``, ``case_closed``, ``time_odd``.
    """
    row = _seen(actor, request)
    case = locked_case(row.case_id)
    task_of(actor, case)
    if until is None or not row.wanted_from <= until <= row.wanted_until or until < clock.today():
        raise Refused("time_odd", _("批准的截止日期须在申请的时间之内，且不早于今天。"), "until")
    was, row.until = row.until, until
    row.save(update_fields=["until"])
    record(actor, USE_SHORTENED, row, changes={"until": (was, until)})
    return row


def may_shorten(actor: Actor, row: UseRequest) -> bool:
    """Whether the actor decides now."""
    try:
        task_of(actor, row.case)
    except (Refused, OutOfScope):
        return False
    return row.case.is_open and isinstance(actor, Person)


def _seen(actor: Actor, request: UseRequest | int) -> UseRequest:
    key = request if isinstance(request, int) else request.pk
    found = UseRequest.objects.visible_to(actor).filter(pk=key).first()
    if found is None:
        raise OutOfScope
    locked_case(found.case_id)
    row: UseRequest = UseRequest.objects.select_related("case", "reader").get(pk=key)
    return row
