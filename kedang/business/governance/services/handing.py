"""交接 begins: a folder is opened, filled with all that its person has in hand, and split to successors (UP-04)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from kedang.business.governance import events as e
from kedang.business.governance.choices import OPEN_STATES, HandoverState, LeavingKind, LineState, PartState
from kedang.business.governance.models import Handover, HandoverLine, HandoverPart
from kedang.business.governance.numbers import handover_number
from kedang.business.governance.policies import MANAGE
from kedang.business.governance.telling import PART, YOURS, tell
from kedang.foundation.access.grants import clearance_of, has_action
from kedang.foundation.access.handover import kind_of, kinds
from kedang.foundation.access.models import Department, Person
from kedang.foundation.access.policies import can, require
from kedang.foundation.access.succession import refuse_last
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused

FREE = (LineState.WAITING, LineState.GIVEN, LineState.STUCK)
"""States of lines that may still be given to somebody (else)."""
BATCH = 500


@transaction.atomic
def handover_open(
    *,
    actor: Actor,
    person: Person,
    last_day: date,
    supervisor: Person,
    kind: str = LeavingKind.LEAVE,
    to_department: Department | None = None,
    reason: str = "",
) -> Handover:
    """Open the folder of somebody who leaves or moves. From now on they only read, and sort what they hand over.

    Raises:
        NotAllowed, OutOfScope. Refused: ``own_handover``, ``person_inactive``, ``supervisor_unfit``, ``department_missing``,
            ``last_holder``, ``handover_open_already``.
    """
    require(actor, MANAGE.code)
    leaver = _locked_person(actor, person)
    made = Handover(
        fonds_id=leaver.fonds_id,
        person=leaver,
        kind=kind,
        last_day=last_day,
        department=leaver.department,
        supervisor=supervisor,
        to_department=to_department,
        reason=" ".join(reason.split())[:300],
        opened_by=actor.display_name[:80],
        opened_at=clock.now(),
    )
    _refuse_unfit(made)
    require(actor, MANAGE.code, made)
    refuse_last(leaver)
    open_already = Refused(
        "handover_open_already", _("%(name)s已有一份交接单正在办理。") % {"name": leaver.name}, "person"
    )
    if Handover.objects.filter(person=leaver, state__in=OPEN_STATES).exists():
        raise open_already
    made.number = handover_number(actor)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise open_already from error
    leaver.handing_since = made.opened_at
    leaver.save(update_fields=["handing_since"])
    changes = {
        "person": (None, leaver.name),
        "kind": (None, made.kind),
        "last_day": (None, last_day),
        "supervisor": (None, supervisor.name),
    }
    record(actor, e.HANDOVER_OPENED, made, changes=changes, reason=made.reason)
    _gather(actor, made)
    tell(made, YOURS, leaver)
    return made


@transaction.atomic
def handover_gather(*, actor: Actor, handover: Handover) -> Handover:
    """Look again what the person has in hand: new things are added, those that others took meanwhile are marked.

    Raises:
        OutOfScope, NotAllowed. Refused: ``handover_ended``, ``handover_signed``.
    """
    row = locked_handover(actor, handover)
    require_hand(actor, row)
    refuse_signed(row)
    _gather(actor, row)
    return row


@transaction.atomic
def handover_split(
    *,
    actor: Actor,
    handover: Handover,
    successor: Person | None,
    lines: Iterable[int] | None = None,
    kind: str = "",
    group: str = "",
    text: str = "",
) -> int:
    """Give lines to a successor: picked ones, or all that fit a kind, a group (region …) and a fragment; None takes them back.

    Returns:
        How many were given. Lines that the successor may not hold (clearance, role) stay where they are and say why.

    Raises:
        OutOfScope, NotAllowed. Refused: ``handover_ended``, ``handover_signed``, ``successor_unfit``, ``nothing_picked``.
    """
    row = locked_handover(actor, handover)
    require_hand(actor, row)
    refuse_signed(row)
    if successor is not None:
        _refuse_successor(row, successor)
    wanted = picked_lines(row, lines=lines, kind=kind, group=group, text=text)
    if text:  # how many fit a fragment must not tell names that the actor does not read
        wanted = wanted.filter(level__lte=clearance_of(actor))
    chosen = list(wanted.filter(state__in=FREE, ends=False).select_for_update(of=("self",)).order_by("id"))
    if not chosen:
        raise Refused("nothing_picked", _("没有可以分配的内容：请勾选，或放宽条件；已交接的不再改动。"))
    part = _part_for(row, successor) if successor is not None else None
    given = _give(chosen, part, successor)
    _drop_empty_parts(row)
    touch(row)
    told = {"lines": given, "kind": kind, "group": group, "text": text, "to": successor.name if successor else ""}
    record(actor, e.HANDOVER_SPLIT, row, meta=told)
    if given == 0:
        raise Refused("successor_unfit", chosen[0].problem or str(_("接收人不能接收所选内容。")), "successor")
    if successor is not None:
        tell(row, PART, successor)
    return given


def picked_lines(
    handover: Handover, *, lines: Iterable[int] | None = None, kind: str = "", group: str = "", text: str = ""
) -> Any:
    """Lines of a folder by key, or by kind, group and fragment."""
    rows = HandoverLine.objects.filter(handover=handover)
    if lines is not None:
        return rows.filter(pk__in=list(lines))
    if kind:
        rows = rows.filter(kind=kind)
    if group:
        rows = rows.filter(group=group)
    return rows.filter(Q(label__icontains=text) | Q(code__icontains=text)) if text else rows


def require_hand(actor: Actor, row: Handover) -> None:
    """Who may work at a folder: its person, its supervisor, and who oversees hand-overs.

    Raises:
        OutOfScope, NotAllowed.
    """
    if actor.is_system or actor.id in (row.person_id, row.supervisor_id) or can(actor, MANAGE.code, row):
        return
    raise NotAllowed(str(_("交接单由移交人本人、监交人和部门负责人办理。")), action=MANAGE.code)


def locked_handover(actor: Actor, handover: Handover | int) -> Handover:
    """The folder as it is now, under lock, once it exists for the actor and is still open.

    Raises:
        OutOfScope. Refused: ``handover_ended``.
    """
    key = handover if isinstance(handover, int) else handover.pk
    rows = Handover.objects.select_for_update(of=("self",)).select_related(
        "person__fonds", "supervisor", "to_department"
    )
    found: Handover | None = rows.filter(pk=key).first()
    if found is None or not Handover.objects.visible_to(actor).filter(pk=key).exists():
        raise OutOfScope
    if not found.is_open:
        raise Refused(
            "handover_ended",
            _("交接单 %(number)s %(state)s，不能再办理。")
            % {"number": found.number, "state": found.get_state_display()},
        )
    return found


def refuse_signed(row: Handover) -> None:
    """What was signed for stays as it is."""
    if row.state == HandoverState.SIGNED:
        raise Refused("handover_signed", _("移交人已在清册上签字，内容不能再改。确需改动，请先取消签字。"))


def touch(row: Handover, *names: str) -> None:
    """Save with a new version."""
    row.version += 1
    row.save(update_fields=[*names, "version"])


def _locked_person(actor: Actor, person: Person) -> Person:
    found: Person | None = (
        Person.objects.select_for_update(of=("self",))
        .select_related("department")
        .filter(pk=person.pk, fonds_id=actor.fonds_id or person.fonds_id)
    ).first()
    if found is None:
        raise OutOfScope
    if not found.is_active:
        raise Refused("person_inactive", _("%(name)s的账号已停用，无须再交接。") % {"name": found.name}, "person")
    return found


def _refuse_unfit(row: Handover) -> None:
    supervisor = row.supervisor
    if row.kind not in LeavingKind.values:
        raise Refused("invalid", _("请选择离职或调岗。"), "kind")
    if (
        supervisor.pk == row.person_id
        or supervisor.fonds_id != row.fonds_id
        or not supervisor.is_active
        or supervisor.handing_since
    ):
        raise Refused("supervisor_unfit", _("监交人须是本单位另一位在岗人员。"), "supervisor")
    if row.kind == LeavingKind.MOVE and (row.to_department is None or row.to_department.fonds_id != row.fonds_id):
        raise Refused("department_missing", _("调岗须选择调入部门。"), "to_department")


def _gather(actor: Actor, row: Handover) -> None:
    """Write down what is in hand; nothing is counted twice."""
    known = {(line.kind, line.subject_id): line for line in row.lines.all()}
    seen: set[tuple[str, int]] = set()
    fresh: list[HandoverLine] = []
    for kind in kinds():
        for thing in kind.rows(row.person):
            place = (kind.code, thing.key)
            seen.add(place)
            if place not in known:
                fresh.append(
                    HandoverLine(
                        handover=row,
                        kind=kind.code,
                        subject_id=thing.key,
                        label=thing.label[:240],
                        code=thing.code[:80],
                        group=thing.group[:80],
                        level=thing.level,
                        told=thing.told[:200],
                        ends=kind.ends,
                    )
                )
    HandoverLine.objects.bulk_create(fresh, batch_size=BATCH)
    gone = [line.pk for place, line in known.items() if place not in seen and line.state in FREE]
    for at in range(0, len(gone), BATCH):
        HandoverLine.objects.filter(pk__in=gone[at : at + BATCH]).update(state=LineState.GONE, part=None)
    back = [line.pk for place, line in known.items() if place in seen and line.state == LineState.GONE]
    HandoverLine.objects.filter(pk__in=back).update(state=LineState.WAITING)
    _drop_empty_parts(row)
    touch(row)
    record(actor, e.HANDOVER_GATHERED, row, meta={"new": len(fresh), "gone": len(gone), "in_hand": len(seen)})


def _refuse_successor(row: Handover, successor: Person) -> None:
    unfit = successor.fonds_id != row.fonds_id or not successor.is_active or successor.handing_since is not None
    if unfit or successor.pk == row.person_id:
        raise Refused("successor_unfit", _("请选择本单位另一位在岗、不在交接中的人员接收。"), "successor")


def _part_for(row: Handover, successor: Person) -> HandoverPart:
    part, made = HandoverPart.objects.select_for_update().get_or_create(handover=row, successor=successor)
    if not made and part.state != PartState.WAITING:
        part.state, part.signed_at, part.signed_by, part.remark = PartState.WAITING, None, "", ""
        part.save(update_fields=["state", "signed_at", "signed_by", "remark"])
    found: HandoverPart = part
    return found


def _give(chosen: Sequence[HandoverLine], part: HandoverPart | None, successor: Person | None) -> int:
    """Set the successor of each line, or why not."""
    needs: dict[str, bool] = {}
    given = 0
    for line in chosen:
        kind = kind_of(line.kind)
        if successor is not None and kind is not None and kind.needs and line.kind not in needs:
            needs[line.kind] = has_action(successor, kind.needs)
        line.problem = _why_not(line, successor, needs.get(line.kind, True)) if successor is not None else ""
        if line.problem:
            continue
        line.part, line.state = part, LineState.GIVEN if part is not None else LineState.WAITING
        given += 1
    HandoverLine.objects.bulk_update(chosen, ["part", "state", "problem"], batch_size=BATCH)
    return given


def _why_not(line: HandoverLine, successor: Person, may_hold: bool) -> str:
    if line.level > successor.clearance:
        return _("“%(label)s”的密级高于%(name)s的知悉等级，请另选接收人。") % {
            "label": line.label,
            "name": successor.name,
        }
    if not may_hold:
        return _("%(name)s没有接收“%(label)s”所需的权限，请先申请权限或另选接收人。") % {
            "label": line.label,
            "name": successor.name,
        }
    return ""


def _drop_empty_parts(row: Handover) -> None:
    """Successors to whom nothing is left have no part."""
    row.parts.filter(lines__isnull=True).delete()
