"""受理、退回、补充、办结后续: what becomes of a report once it was made."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.service import events as e
from kedang.business.service.choices import ReportState
from kedang.business.service.models import ContactReport, ReportNote
from kedang.business.service.policies import ACCEPT, REPORT
from kedang.business.service.services.reporting import locked_report, save
from kedang.business.service.telling import LATE, RETURNED, STEP, STEP_DUE, WAITING, settle, tell
from kedang.foundation.access.policies import can, require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import NotAllowed, Refused


@transaction.atomic
def report_accept(*, actor: Actor, report: ContactReport | int) -> ContactReport:
    """The information department takes the report into the dossier; from then on it is only supplemented.

    Raises:
        OutOfScope, NotAllowed. Refused: ``not_waiting``.
    """
    row = _waiting(actor, report)
    was, row.state = row.state, ReportState.ACCEPTED
    row.settled_by, row.settled_at = actor.display_name[:80], clock.now()
    save(row, "state", "settled_by", "settled_at")
    settle(row, WAITING, LATE)
    record(actor, e.REPORT_ACCEPTED, row, changes={"state": (was, row.state)}, meta={"reporter": row.reporter.name})
    return row


@transaction.atomic
def report_return(*, actor: Actor, report: ContactReport | int, reason: str) -> ContactReport:
    """Send it back to whoever answers for it, saying what is missing.

    Raises:
        OutOfScope, NotAllowed. Refused: ``not_waiting``, ``reason_missing``.
    """
    row = _waiting(actor, report)
    why = " ".join(reason.split())[:500]
    if len(why) < 2:
        raise Refused("reason_missing", _("请写明还缺什么，例如“请补充对方参加人员和答复期限”。"), "reason")
    was, row.state, row.returned_why = row.state, ReportState.RETURNED, why
    save(row, "state", "returned_why")
    settle(row, WAITING, LATE)
    tell(row, RETURNED, [row.keeper])
    record(actor, e.REPORT_RETURNED, row, changes={"state": (was, row.state)}, reason=why)
    return row


@transaction.atomic
def report_supplement(*, actor: Actor, report: ContactReport | int, text: str) -> ReportNote:
    """Append what became known since; whoever looks after the customer may.

    Raises:
        OutOfScope, NotAllowed. Refused: ``customer_withdrawn``, ``not_accepted``, ``text_missing``.
    """
    row = locked_report(actor, report)
    require(actor, REPORT.code, row.customer)
    if row.state != ReportState.ACCEPTED:
        raise Refused("not_accepted", _("此报告还没有受理，请经办人直接修改。"))
    if len(text.strip()) < 2:
        raise Refused("text_missing", _("请写明补充的内容。"), "text")
    if len(text.strip()) > 2000:
        raise Refused("text_long", _("补充内容最多 2000 字，请分几次补充。"), "text")
    note = ReportNote(report=row, person_name=actor.display_name[:80], made_at=clock.now(), text=text.strip())
    note.save(force_insert=True)
    record(actor, e.REPORT_SUPPLEMENTED, note, changes={"text": (None, note.text)})
    return note


@transaction.atomic
def step_done(*, actor: Actor, report: ContactReport | int, note: str) -> ContactReport:
    """What was agreed is done; by who was to do it, who answers for the report, or the information department.

    Raises:
        OutOfScope, NotAllowed. Refused: ``no_step``, ``note_missing``.
    """
    row = locked_report(actor, report)
    if not may_end_step(actor, row):
        raise NotAllowed(_("后续事项由负责人、经办人或档案管理员办结。"), action=ACCEPT.code)
    if not row.next_step:
        raise Refused("no_step", _("此报告没有后续事项。"))
    if row.next_done_at is not None:
        raise Refused("no_step", _("后续事项已由%(who)s办结，请刷新。") % {"who": row.next_done_by})
    words = " ".join(note.split())[:300]
    if len(words) < 2:
        raise Refused("note_missing", _("请写明办理情况，例如“已按约定寄出修改后的合同”。"), "note")
    row.next_done_at, row.next_done_by, row.next_note = clock.now(), actor.display_name[:80], words
    save(row, "next_done_at", "next_done_by", "next_note")
    settle(row, STEP, STEP_DUE)
    record(actor, e.STEP_DONE, row, changes={"next_note": ("", words)})
    return row


def may_end_step(actor: Actor, row: Any) -> bool:
    """Whether the next step is the actor's to end."""
    if actor.id in (row.next_person_id, row.keeper_id):
        return can(actor, REPORT.code)
    return can(actor, ACCEPT.code, row)


def _waiting(actor: Actor, report: ContactReport | int) -> ContactReport:
    row = locked_report(actor, report)
    require(actor, ACCEPT.code, row)
    if row.state == ReportState.ACCEPTED:
        raise Refused("not_waiting", _("此报告已由%(who)s受理，请刷新。") % {"who": row.settled_by})
    if row.state == ReportState.RETURNED:
        raise Refused("not_waiting", _("此报告已退回补充，等经办人再次报告。请刷新。"))
    return row
