"""交接 goes on: successors sign for their part, things pass into their hands, three signatures close the folder."""

import hashlib

import orjson
from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.governance import events as e
from kedang.business.governance.choices import HandoverState, LeavingKind, LineState, PartState
from kedang.business.governance.models import Handover, HandoverLine, HandoverPart
from kedang.business.governance.policies import MANAGE
from kedang.business.governance.services.agreements import duty_begin
from kedang.business.governance.services.handing import locked_handover, refuse_signed, require_hand, touch
from kedang.business.governance.telling import PART, SUPERVISE, YOURS, settle, tell
from kedang.foundation.access.handover import kind_of, kinds
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import require
from kedang.foundation.access.services import person_change, person_deactivate
from kedang.foundation.access.signin.stepup import require_recent
from kedang.foundation.access.succession import refuse_last
from kedang.foundation.audit.record import record
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor, SystemActor, system_actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

AT_ONCE = 20
"""More things than these pass as a job with progress."""
JOB = "governance.handover_pass"


@transaction.atomic
def part_accept(*, actor: Actor, part: HandoverPart, typed_name: str) -> HandoverPart:
    """Sign for what one takes over; it passes into one's hands at once, many things as a job.

    Raises:
        OutOfScope. Refused: ``part_settled``, ``name_differs``, StepUpNeeded.
    """
    handover, row = _own_part(actor, part)
    refuse_wrong_name(actor, typed_name)
    require_recent(actor)
    row.state, row.signed_at, row.signed_by, row.remark = PartState.ACCEPTED, clock.now(), typed_name.strip()[:80], ""
    row.save(update_fields=["state", "signed_at", "signed_by", "remark"])
    settle(handover, PART, row.successor_id)
    waiting = row.lines.filter(state=LineState.GIVEN).count()
    touch(handover)
    record(
        actor, e.HANDOVER_ACCEPTED, handover,
        meta={"successor": row.successor.name, "lines": row.lines.count(), "signed_by": row.signed_by},
    )  # fmt: skip
    if waiting > AT_ONCE:
        title = _("交接 %(number)s：转交%(name)s %(n)s 项") % {
            "number": handover.number,
            "name": row.successor.name,
            "n": waiting,
        }
        enqueue(actor, JOB, args={"part_id": row.pk}, title=title, key=str(row.pk))
    else:
        for key in list(row.lines.filter(state=LineState.GIVEN).order_by("id").values_list("pk", flat=True)):
            line_pass(handover, row, key)
        part_settle(row.pk)
    row.refresh_from_db()
    return row


@transaction.atomic
def part_decline(*, actor: Actor, part: HandoverPart, reason: str) -> HandoverPart:
    """Say that one does not take it over; it goes back to be given to somebody else.

    Raises:
        OutOfScope. Refused: ``part_settled``, ``reason_missing``.
    """
    handover, row = _own_part(actor, part)
    if len(reason.strip()) < 2:
        raise Refused("reason_missing", _("请写明不接受的理由，例如“不熟悉该地区客户”。"), "reason")
    row.state, row.remark = PartState.DECLINED, " ".join(reason.split())[:200]
    row.save(update_fields=["state", "remark"])
    settle(handover, PART, row.successor_id)
    back = row.lines.filter(state=LineState.GIVEN).update(state=LineState.WAITING)
    touch(handover)
    record(
        actor, e.HANDOVER_DECLINED, handover, reason=row.remark, meta={"successor": row.successor.name, "lines": back}
    )
    return row


def line_pass(handover: Handover, part: HandoverPart, key: int) -> bool:
    """One thing passes into its successor's hands; what cannot pass says why. Its own transaction."""
    with transaction.atomic():
        line = (
            HandoverLine.objects.select_for_update(of=("self",))
            .filter(pk=key, part=part, state=LineState.GIVEN)
            .first()
        )
        kind = kind_of(line.kind) if line is not None else None
        if line is None or kind is None:
            return False
        try:
            with transaction.atomic():
                kind.pass_on(
                    hand_of(handover),
                    handover.person,
                    part.successor,
                    line.subject_id,
                    why_of(handover, part.successor),
                )
        except Refused as refusal:
            line.state, line.problem = LineState.STUCK, refusal.sentence[:300]
        except OutOfScope:
            line.state = LineState.GONE
        else:
            line.state, line.passed_at, line.problem = LineState.PASSED, clock.now(), ""
        line.save(update_fields=["state", "passed_at", "problem"])
        record(
            hand_of(handover),
            e.HANDOVER_PASSED,
            line,
            changes={"state": (LineState.GIVEN, line.state)},
            meta={"to": part.successor.name},
        )
        return bool(line.state == LineState.PASSED)


@transaction.atomic
def part_settle(part_id: int) -> None:
    """A part of which nothing waits any more is done."""
    row = HandoverPart.objects.select_for_update(of=("self",)).select_related("handover").get(pk=part_id)
    if row.state == PartState.ACCEPTED and not row.lines.filter(state=LineState.GIVEN).exists():
        row.state = PartState.DONE
        row.save(update_fields=["state"])
        passed = row.lines.filter(state=LineState.PASSED).count()
        record(
            hand_of(row.handover),
            e.HANDOVER_PASSED,
            row,
            changes={"state": (PartState.ACCEPTED, row.state)},
            meta={"passed": passed},
        )


@transaction.atomic
def handover_sign(*, actor: Actor, handover: Handover, typed_name: str) -> Handover:
    """The person who leaves signs that this is all there was. Where they cannot (gone without a word), the supervisor signs for them.

    Raises:
        OutOfScope, NotAllowed. Refused: ``handover_ended``, ``handover_signed``, ``handover_unfinished``, ``name_differs``, StepUpNeeded.
    """
    row = locked_handover(actor, handover)
    require_hand(actor, row)
    refuse_signed(row)
    refuse_wrong_name(actor, typed_name)
    require_recent(actor)
    refuse_unfinished(row)
    own = actor.id == row.person_id
    row.state, row.signed_at, row.digest = HandoverState.SIGNED, clock.now(), digest_of(row)
    row.signed_by = (typed_name.strip() if own else _("%(who)s代签") % {"who": actor.display_name})[:80]
    touch(row, "state", "signed_at", "signed_by", "digest")
    settle(row, YOURS, row.person_id)
    tell(row, SUPERVISE, row.supervisor)
    record(
        actor,
        e.HANDOVER_SIGNED,
        row,
        changes={"state": (HandoverState.OPEN, row.state)},
        meta={"digest": row.digest, "signed_by": row.signed_by},
    )
    return row


@transaction.atomic
def handover_unsign(*, actor: Actor, handover: Handover, reason: str) -> Handover:
    """Take the leaver's signature back, because something turned up.

    Raises:
        OutOfScope, NotAllowed. Refused: ``handover_ended``, ``reason_missing``.
    """
    row = locked_handover(actor, handover)
    require_hand(actor, row)
    if len(reason.strip()) < 2:
        raise Refused("reason_missing", _("请写明为什么取消签字。"), "reason")
    settle(row, SUPERVISE, row.supervisor_id)
    was, row.state, row.signed_at, row.signed_by, row.digest = row.state, HandoverState.OPEN, None, "", ""
    touch(row, "state", "signed_at", "signed_by", "digest")
    record(actor, e.HANDOVER_SIGNED, row, changes={"state": (was, row.state)}, reason=reason.strip())
    return row


@transaction.atomic
def handover_close(*, actor: Actor, handover: Handover, typed_name: str) -> Handover:
    """The supervisor signs last: rights end, the account of who leaves is switched off, of who moves opened again without old rights.

    Raises:
        OutOfScope, NotAllowed. Refused: ``not_supervisor``, ``handover_not_signed``, ``handover_unfinished``, ``name_differs``,
            ``last_holder``, StepUpNeeded.
    """
    row = locked_handover(actor, handover)
    if actor.id != row.supervisor_id:
        raise Refused("not_supervisor", _("由监交人%(name)s核对后签字办结。") % {"name": row.supervisor.name})
    if row.state != HandoverState.SIGNED:
        raise Refused("handover_not_signed", _("移交人还没有在清册上签字。"))
    refuse_wrong_name(actor, typed_name)
    require_recent(actor)
    refuse_unfinished(row)
    if digest_of(row) != row.digest:
        raise Refused("handover_changed", _("签字以后清册内容有变化，请取消签字、核对后重新签字。"))
    row.supervised_at = row.closed_at = clock.now()
    row.state = HandoverState.CLOSED
    touch(row, "state", "supervised_at", "closed_at")
    settle(row, SUPERVISE, row.supervisor_id)
    _part_with(row)
    counts = {state: row.lines.filter(state=state).count() for state in (LineState.PASSED, LineState.GONE)}
    record(
        actor,
        e.HANDOVER_CLOSED,
        row,
        changes={"state": (HandoverState.SIGNED, row.state)},
        meta={str(k): v for k, v in counts.items()},
    )
    return row


@transaction.atomic
def handover_cancel(*, actor: Actor, handover: Handover, reason: str) -> Handover:
    """They stay after all: they may work again; what passed stays where it is.

    Raises:
        OutOfScope, NotAllowed. Refused: ``own_handover``, ``handover_ended``, ``reason_missing``.
    """
    row = locked_handover(actor, handover)
    require(actor, MANAGE.code, row)
    if len(reason.strip()) < 2:
        raise Refused("reason_missing", _("请写明取消的原因，例如“本人留任”。"), "reason")
    was, row.state = row.state, HandoverState.CANCELLED
    for kind, person in ((YOURS, row.person_id), (SUPERVISE, row.supervisor_id)):
        settle(row, kind, person)
    settle(row, PART, *row.parts.values_list("successor_id", flat=True))
    touch(row, "state")
    _work_again(row.person)
    record(actor, e.HANDOVER_CANCELLED, row, changes={"state": (was, row.state)}, reason=reason.strip())
    return row


def refuse_unfinished(row: Handover) -> None:
    """Everything must have passed, every successor signed, and nothing new be in hand.

    Raises:
        Refused: ``handover_unfinished``.
    """
    open_lines = row.lines.filter(ends=False, state__in=[LineState.WAITING, LineState.GIVEN, LineState.STUCK]).count()
    if open_lines:
        raise Refused(
            "handover_unfinished", _("还有 %(n)s 项没有交接到位，请分配、由接收人签收后再签字。") % {"n": open_lines}
        )
    names = "、".join(
        row.parts.exclude(state__in=[PartState.DONE, PartState.DECLINED]).values_list("successor__name", flat=True)
    )
    if names:
        raise Refused("handover_unfinished", _("接收人%(names)s还没有签收。") % {"names": names})
    settled = {
        (line.kind, line.subject_id)
        for line in row.lines.filter(state__in=[LineState.WAITING, LineState.GIVEN])
        if line.ends
    }
    left = [
        thing.label
        for kind in kinds()
        for thing in kind.rows(row.person)
        if not kind.ends or (kind.code, thing.key) not in settled
    ]  # fmt: skip
    if left:
        told = _("又有 %(n)s 项在其名下（%(what)s 等），请点“重新清点”，分配后再签字。")
        raise Refused("handover_unfinished", told % {"n": len(left), "what": "、".join(left[:3])})


def refuse_wrong_name(actor: Actor, typed: str) -> None:
    """A signature is one's own name."""
    if "".join(typed.split()) != "".join(actor.display_name.split()):
        raise Refused(
            "name_differs", _("请在签名处键入您的姓名“%(name)s”。") % {"name": actor.display_name}, "typed_name"
        )


def digest_of(row: Handover) -> str:
    """Fingerprint of the list that is signed for."""
    lines = (
        row.lines.filter(ends=False)
        .order_by("kind", "subject_id")
        .values_list("kind", "subject_id", "label", "state", "part__successor_id")
    )
    text = orjson.dumps([row.number, row.person_id, [list(line) for line in lines]])
    return hashlib.sha256(text).hexdigest()


def hand_of(handover: Handover) -> SystemActor:
    """Under whose name things pass: that of the folder, which three people sign."""
    return system_actor(f"交接单 {handover.number}")


def why_of(handover: Handover, successor: Person) -> str:
    """Reason as it stands in the history of a thing: from whom to whom."""
    told = _("交接单 %(number)s：%(from)s → %(to)s")
    return told % {"number": handover.number, "from": handover.person.name, "to": successor.name}


def _own_part(actor: Actor, part: HandoverPart) -> tuple[Handover, HandoverPart]:
    known = HandoverPart.objects.filter(pk=part.pk).values_list("handover_id", flat=True).first()
    if known is None:
        raise OutOfScope
    handover = locked_handover(actor, known)
    row: HandoverPart = HandoverPart.objects.select_for_update(of=("self",)).select_related("successor").get(pk=part.pk)
    if row.successor_id != actor.id:
        raise Refused("not_successor", _("由接收人%(name)s本人签收。") % {"name": row.successor.name})
    if row.state != PartState.WAITING:
        raise Refused("part_settled", _("这一部分%(state)s，不能再办理。") % {"state": row.get_state_display()})
    return handover, row


def _part_with(row: Handover) -> None:
    """What ends with the folder: grants, openings, stand-ins; then the account."""
    hand, person = hand_of(row), row.person
    refuse_last(person)
    why = _("交接单 %(number)s：%(kind)s") % {"number": row.number, "kind": row.get_kind_display()}
    for line in row.lines.filter(ends=True, state=LineState.WAITING).order_by("id"):
        kind = kind_of(line.kind)
        if kind is not None:
            kind.pass_on(hand, person, person, line.subject_id, why)
        line.state, line.passed_at = LineState.PASSED, clock.now()
        line.save(update_fields=["state", "passed_at"])
    _work_again(person)
    if row.kind == LeavingKind.LEAVE:
        duty_begin(actor=hand, person=person, left_on=row.last_day)
        person_deactivate(actor=hand, person=person, reason=why)
    elif row.to_department is not None:
        person_change(actor=hand, person=person, reason=why, department=row.to_department)


def _work_again(person: Person) -> None:
    locked = Person.objects.select_for_update().get(pk=person.pk)
    locked.handing_since = None
    locked.save(update_fields=["handing_since"])
