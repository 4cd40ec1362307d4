"""归还与销号: the check page by page, what it finds, and the end of a loan."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import NoteKind
from kedang.business.holdings.models import Finding, FindingSource, Location, Volume
from kedang.business.holdings.services.findings import finding_note
from kedang.business.holdings.services.volumes.notes import note_add
from kedang.business.holdings.services.whereabouts import thing_take_back
from kedang.business.lending.choices import OUT_STATES, Condition, FaultKind, LoanState, Moment
from kedang.business.lending.events import LOAN_CLOSED, LOAN_RETURNED
from kedang.business.lending.models import Loan, LoanFault
from kedang.business.lending.services.faults import Fault, faults_checked, faults_keep, missing_pages, photos_keep
from kedang.business.lending.services.fetching import reason_of, tell_next
from kedang.business.lending.services.locking import locked_loan, refuse_state, save
from kedang.business.lending.services.telling import settle
from kedang.foundation.access.policies import can
from kedang.foundation.audit.record import record
from kedang.foundation.files.models import StoredFile
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

WORSE = list(Condition.values)
NOTES = {FaultKind.MISSING: NoteKind.MISSING, FaultKind.DAMAGED: NoteKind.DAMAGE, FaultKind.ALTERED: NoteKind.DAMAGE}


@transaction.atomic
def loan_return(
    *, actor: Actor, loan: Loan, pages: int, condition: str = Condition.WHOLE, note: str = "", faults: Iterable[Fault] = (),
    photos: Iterable[StoredFile] = (), close: bool = True,
) -> Loan:  # fmt: skip
    """Take a thing back: counted, looked through page by page, compared with what was handed over.

    Whole and complete, it is struck off at once (``close``). What is missing or damaged is written into the volume's 备考表 and becomes a
    finding; the loan then stays on the work list until somebody says how it was settled (:func:`loan_close`).

    Raises:
        Refused: ``loan_state``, ``missing_unnamed``, ``pages_more``, ``worse_unnamed``, ``fault_pages``, ``thing_not_out``.
    """
    row = locked_loan(actor, loan, "lending.keep")
    refuse_state(row, *OUT_STATES)
    checked, told = faults_checked(row, faults), " ".join(note.split())[:300]
    _refuse_unexplained(row, pages, condition, checked, told)
    before, was_due = row.state, row.due_on
    row.state, row.returned_at, row.returned_by = LoanState.RETURNED, clock.now(), actor.display_name[:80]
    row.returned_pages, row.returned_condition, row.returned_note = pages, condition, told
    row.is_whole = not checked and pages >= (row.issued_pages or 0)
    thing = thing_take_back(actor=actor, thing=row.thing, reason=_("归还 %(number)s") % {"number": row.number})
    save(
        row, "state", "returned_at", "returned_by", "returned_pages", "returned_condition", "returned_note", "is_whole"
    )
    changes: dict[str, tuple[Any, Any]] = {
        "state": (before, LoanState.RETURNED), "returned_pages": (None, pages), "returned_condition": (None, condition),
        "is_whole": (None, row.is_whole),
    }  # fmt: skip
    late = (clock.today() - was_due).days if was_due else 0
    record(actor, LOAN_RETURNED, row, changes=changes, reason=told, meta={"late": max(0, late), "faults": len(checked)})
    _tell_archive(actor, row, faults_keep(row, Moment.RETURN, checked))
    photos_keep(actor, row, Moment.RETURN, photos)
    settle(row)
    if row.is_whole and close:
        _strike_off(actor, row, "")
    tell_next(actor, thing)
    return row


def _refuse_unexplained(row: Loan, pages: int, condition: str, faults: list[Fault], note: str) -> None:
    """Fewer pages: each is named. More pages, or a worse state: said how."""
    out = row.issued_pages or 0
    if condition not in WORSE:
        raise Refused("condition_unknown", _("请选择归还时的实体状况。"), "condition")
    gone = missing_pages(faults)
    if out - pages != gone and (pages < out or gone):
        told = _(
            "交出 %(out)s 页，清点为 %(pages)s 页，逐页登记的缺页是 %(gone)s 页，对不上。请再数一遍，把缺的每一页登记下来。"
        )
        raise Refused("missing_unnamed", told % {"out": out, "pages": pages, "gone": gone}, "pages")
    if pages > out and len(note) < 2:
        told = _("交出 %(out)s 页，还回 %(pages)s 页，多了。请在说明中写明多出来的是什么。")
        raise Refused("pages_more", told % {"out": out, "pages": pages}, "note")
    if WORSE.index(condition) > WORSE.index(row.issued_condition or Condition.WHOLE) and not faults:
        told = _("归还时的状况（%(now)s）比交出时（%(then)s）差，请登记损坏的页。")
        raise Refused(
            "worse_unnamed",
            told % {"now": Condition(condition).label, "then": row.get_issued_condition_display()},
            "condition",
        )


def _tell_archive(actor: Actor, row: Loan, faults: list[LoanFault]) -> None:
    """Each fault into the 备考表 of the volume; all of them as one finding where the thing stands."""
    if not faults:
        return
    volume = row.volume or (row.item.volume if row.item else None)
    words = []
    for fault in faults:
        paper = f"“{fault.item.title}”" if fault.item is not None else f"“{row.item.title}”" if row.item else ""
        more = f"：{fault.text}" if fault.text else ""
        words.append(_("%(paper)s第 %(pages)s 页%(kind)s%(more)s") % {
            "paper": paper, "pages": fault.pages, "kind": fault.get_kind_display(), "more": more,
        })  # fmt: skip
        if volume is not None:
            told = _("借阅归还（%(number)s，借阅人%(who)s）：%(what)s。")
            said = {"number": row.number, "who": row.borrower, "what": words[-1]}
            note_add(actor=actor, volume=volume, kind=NOTES[FaultKind(fault.kind)], text=told % said)
    finding = _finding(actor, row, volume, "；".join(words))
    if finding is not None:
        LoanFault.objects.filter(pk__in=[fault.pk for fault in faults]).update(finding=finding)


def _finding(actor: Actor, row: Loan, volume: Volume | None, words: str) -> Finding | None:
    place: Location | None = row.thing.location or (volume.location if volume is not None else None)
    if place is None or not can(actor, "custody.keep", place):
        return None  # the loan itself stays on the work list
    told = _("借阅归还有缺损（%(number)s %(code)s）：%(what)s") % {
        "number": row.number,
        "code": row.subject_code,
        "what": words,
    }
    values = {"location": place, "volume": volume, "text": told if len(told) <= 300 else f"{told[:299]}…"}
    return finding_note(actor=actor, values=values, source=FindingSource.LOAN, fonds=row.fonds_id)


@transaction.atomic
def loan_close(*, actor: Actor, loan: Loan, reason: str = "") -> Loan:
    """销号: the line of the register is done; where something was missing or damaged, with what was done about it.

    Raises:
        Refused: ``loan_state``, ``reason_missing``.
    """
    row = locked_loan(actor, loan, "lending.keep")
    refuse_state(row, LoanState.RETURNED)
    told = " ".join(reason.split())[:300] if row.is_whole else reason_of(reason, _("缺页已由借阅人补回，并重新装订"))
    _strike_off(actor, row, told)
    return row


def _strike_off(actor: Actor, row: Loan, note: str) -> None:
    row.state, row.closed_at, row.closed_by, row.closing_note = (
        LoanState.CLOSED,
        clock.now(),
        actor.display_name[:80],
        note,
    )
    save(row, "state", "closed_at", "closed_by", "closing_note")
    record(actor, LOAN_CLOSED, row, changes={"state": (LoanState.RETURNED, LoanState.CLOSED)}, reason=note)
