"""审批: agree, refuse, return, pass on, ask one more; what the requester does meanwhile."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import require
from kedang.foundation.approvals import events as e
from kedang.foundation.approvals.choices import CaseState, DecisionKind, TaskState
from kedang.foundation.approvals.models import Case, Task
from kedang.foundation.approvals.policies import stood_in_for
from kedang.foundation.approvals.registry import is_known, kind_of
from kedang.foundation.approvals.services.forsaken import refuse_forsaken
from kedang.foundation.approvals.services.going import (
    close_tasks,
    enter,
    finish,
    locked_case,
    note,
    refuse_closed,
    step_done,
    step_name,
    take_effect,
    turn_of,
)
from kedang.foundation.approvals.telling import RETURNED, part_done, tell, tell_task
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

USE = "approvals.use"


def task_of(actor: Actor, case: Case) -> Task:
    """The actor's waiting task of a case under lock: their own, else that of somebody they stand in for.

    Raises:
        Refused: ``not_your_turn``, ``own_request``.
    """
    if not isinstance(actor, Person):
        raise Refused("not_your_turn", _("审批须由本人办理，程序不能代为审批。"))
    if actor.pk == case.requester_id:
        raise Refused("own_request", _("不能审批自己的申请。"))
    people = [actor.pk, *stood_in_for(actor)]
    rows = list(
        case.tasks.select_related("step", "person").filter(state=TaskState.WAITING, person_id__in=people).order_by("id")
    )
    if not rows:
        if case.tasks.filter(person_id__in=people).exists():
            told = _("申请 %(number)s 的这一步刚由他人办理，或已不需要您审批。请刷新后查看。")
            raise Refused("not_your_turn", told % {"number": case.number})
        if not Case.objects.visible_to(actor).filter(pk=case.pk).exists():
            raise OutOfScope
        raise Refused("not_your_turn", _("申请 %(number)s 现在不由您审批。") % {"number": case.number})
    own = [one for one in rows if one.person_id == actor.pk]
    return (own or rows)[0]


@transaction.atomic
def case_approve(
    *,
    actor: Actor,
    case: Case | int,
    opinion: str = "",
    lines: Mapping[int, bool] | None = None,
    version: int | None = None,
) -> Case:
    """Agree. The last agreement that a flow asks for has its effect in this transaction.

    Args:
        lines: key of a line → granted or not, where the request has several and its kind is decided line by line. A line once refused
            stays refused; who refuses all of them refuses the request.
        version: the case's version that the approver saw.

    Raises:
        Refused: ``not_your_turn``, ``own_request``, ``case_closed``, ``case_returned``, ``stale_version``, ``opinion_missing`` (some lines
            refused without a word), ``subject_changed``, and whatever the effect refuses.
    """
    require(actor, USE)
    row, task = _ready(actor, case, version)
    if lines:
        _decide_lines(row, lines, opinion)
    close(task)
    note(row, DecisionKind.APPROVE, actor, task=task, opinion=opinion)
    _tell(actor, row, task, "approve", opinion)
    if row.lines.exists() and not row.lines.exclude(is_granted=False).exists():
        finish(actor, row, is_granted=False)
        return row
    if not step_done(row, task.step):
        save(row)
        return row
    close_tasks(row, step=task.step)
    if task.is_urgent:
        take_effect(actor, row)
    else:
        enter(actor, row, task.step.position if task.step is not None else 0)
    return row


@transaction.atomic
def case_reject(*, actor: Actor, case: Case | int, opinion: str, version: int | None = None) -> Case:
    """Refuse, with a reason. One refusal ends the request.

    Raises:
        Refused: ``opinion_missing``, and as :func:`case_approve`.
    """
    require(actor, USE)
    row, task = _ready(actor, case, version)
    require_opinion(opinion, _("不同意的，请写明理由，申请人据此知道怎么办。"))
    close(task)
    note(row, DecisionKind.REJECT, actor, task=task, opinion=opinion)
    _tell(actor, row, task, "reject", opinion)
    finish(actor, row, is_granted=False)
    return row


@transaction.atomic
def case_return(*, actor: Actor, case: Case | int, opinion: str, version: int | None = None) -> Case:
    """Send back to who asked, to be completed (退回补充).

    Raises:
        Refused: ``opinion_missing``, ``already_effective`` (an urgent approval is confirmed or refused, not sent back), ``asker_gone``, and
            as above.
    """
    require(actor, USE)
    row, task = _ready(actor, case, version)
    require_opinion(opinion, _("请写明需要补充什么，例如“请附客户书面同意”。"))
    if row.effective_at is not None:
        raise Refused("already_effective", _("此申请已紧急批准生效，只能补批同意或不同意，不能退回。"))
    refuse_forsaken(row)
    close(task)
    note(row, DecisionKind.RETURN, actor, task=task, opinion=opinion)
    row.returned_from = task.step.position if task.step is not None else None
    close_tasks(row)
    was, row.state, row.step = row.state, CaseState.RETURNED, None
    save(row, "state", "step", "returned_from")
    record(actor, e.CASE_RETURNED, row, changes={"state": (was, row.state)}, reason=opinion)
    tell(row, RETURNED, [row.requester])
    return row


@transaction.atomic
def task_delegate(*, actor: Actor, case: Case | int, to: Person, opinion: str, version: int | None = None) -> Case:
    """Pass one's part on to somebody else (转交).

    Raises:
        Refused: ``may_not_delegate``, ``signer_unfit``, ``opinion_missing``, and as :func:`case_approve`.
    """
    require(actor, USE)
    row, task = _ready(actor, case, version)
    if task.step is not None and not task.step.may_delegate:
        raise Refused("may_not_delegate", _("流程规定“%(step)s”须由本人审批，不能转交。") % {"step": task.step.name})
    require_opinion(opinion, _("请写明转交的原因，例如“出差期间由其代办”。"))
    refuse_unfit(row, to)
    task.state, task.done_at = TaskState.PASSED_ON, clock.now()
    task.save(update_fields=["state", "done_at"])
    part_done(row, [task.person_id])
    _another(row, task, to, passed_from=task, is_added=task.is_added)
    note(row, DecisionKind.DELEGATE, actor, task=task, opinion=opinion, to=to.name)
    save(row)
    record(
        actor,
        e.TASK_DELEGATED,
        row,
        reason=opinion,
        meta={"from": task.person.name, "to": to.name, "step": step_name(row, task)},
    )
    return row


@transaction.atomic
def signer_add(*, actor: Actor, case: Case | int, person: Person, opinion: str, version: int | None = None) -> Case:
    """Ask one more person in the same step; without their agreement it does not end (加签).

    Raises:
        Refused: ``may_not_add``, ``signer_unfit``, ``opinion_missing``, and as :func:`case_approve`.
    """
    require(actor, USE)
    row, task = _ready(actor, case, version)
    if task.step is None or not task.step.may_add:
        raise Refused("may_not_add", _("流程规定这一步不能加签。"))
    require_opinion(opinion, _("请写明为什么请其会签。"))
    refuse_unfit(row, person)
    _another(row, task, person, is_added=True)
    note(row, DecisionKind.ADD_SIGNER, actor, task=task, opinion=opinion, to=person.name)
    save(row)
    record(
        actor,
        e.SIGNER_ADDED,
        row,
        reason=opinion,
        meta={"by": task.person.name, "signer": person.name, "step": step_name(row, task)},
    )
    return row


def case_agree(*, actor: Actor, case: Case, reason: str = "") -> Case:
    """Agree to one of several picked requests.

    Raises:
        Refused: ``not_in_batch``, and as :func:`case_approve`.
    """
    _refuse_alone(case)
    return case_approve(actor=actor, case=case, opinion=reason)


def case_refuse(*, actor: Actor, case: Case, reason: str) -> Case:
    """Refuse one of several picked requests.

    Raises:
        Refused: ``not_in_batch``, and as :func:`case_reject`.
    """
    _refuse_alone(case)
    return case_reject(actor=actor, case=case, opinion=reason)


def _refuse_alone(case: Case) -> None:
    if is_known(case.kind) and not kind_of(case.kind).may_batch:
        raise Refused("not_in_batch", _("“%(kind)s”须打开申请逐份审批。") % {"kind": kind_of(case.kind).title})


def refuse_unfit(case: Case, person: Person) -> None:
    """Who may be given a part: somebody of the company who is there, did not ask, and has no part yet.

    Raises:
        Refused: ``signer_unfit``.
    """
    from kedang.foundation.access.grants import has_action

    words = {"name": person.name}
    if person.fonds_id != case.fonds_id or not person.is_active or not has_action(person, USE):
        raise Refused("signer_unfit", _("%(name)s已停用或没有审批的权限，请另选一位。") % words, "person")
    if person.pk == case.requester_id:
        raise Refused("signer_unfit", _("%(name)s是申请人，不能审批自己的申请。") % words, "person")
    if case.tasks.filter(person=person, state=TaskState.WAITING).exists():
        raise Refused("signer_unfit", _("%(name)s已在这一步的审批人中。") % words, "person")


def close(task: Task) -> None:
    """A part that was done."""
    task.state, task.done_at = TaskState.DONE, clock.now()
    task.save(update_fields=["state", "done_at"])
    part_done(task.case, [task.person_id])


def _ready(actor: Actor, case: Case | int, version: int | None) -> tuple[Case, Task]:
    row = locked_case(case)
    if row.fonds_id != actor.fonds_id:
        raise OutOfScope
    if not row.is_open and not Case.objects.visible_to(actor).filter(pk=row.pk).exists():
        raise OutOfScope
    refuse_closed(row)
    task = task_of(actor, row)
    if version is not None and version != row.version:
        raise Refused("stale_version", _("申请 %(number)s 刚有新的进展，请刷新后再办理。") % {"number": row.number})
    return row, task


def _decide_lines(case: Case, lines: Mapping[int, bool], opinion: str) -> None:
    if not kind_of(case.kind).is_line_by_line:
        raise Refused("not_line_by_line", _("此类申请只能整体审批。"))
    rows = {row.pk: row for row in case.lines.all()}
    if unknown := set(lines) - set(rows):
        raise Refused("line_unknown", _("申请中没有第 %(key)s 项，请刷新。") % {"key": min(unknown)})
    refused = [rows[key] for key, granted in lines.items() if not granted and rows[key].is_granted is not False]
    if refused:
        require_opinion(opinion, _("部分项目不同意的，请写明理由。"))
    for row in refused:
        row.is_granted, row.remark = False, " ".join(opinion.split())[:200]
        row.save(update_fields=["is_granted", "remark"])


def _another(case: Case, task: Task, person: Person, **more: Any) -> Task:
    made = Task(
        case=case, step=task.step, turn=turn_of(case), person=person, is_urgent=task.is_urgent, made_at=clock.now(),
        due_at=task.due_at, **more,
    )  # fmt: skip
    made.save(force_insert=True)
    tell_task(case, [person], is_urgent=task.is_urgent)
    return made


def _tell(actor: Actor, case: Case, task: Task, verb: str, opinion: str) -> None:
    behalf = task.person.name if isinstance(actor, Person) and task.person_id != actor.pk else ""
    meta = {"decision": verb, "step": step_name(case, task)} | ({"for": behalf} if behalf else {})
    record(actor, e.CASE_DECIDED, case, reason=opinion.strip(), meta=meta)


def require_opinion(text: str, told: str) -> None:
    if len(text.strip()) < 2:
        raise Refused("opinion_missing", told, "opinion")


def save(case: Case, *names: str) -> None:
    case.version += 1
    case.save(update_fields=[*names, "version"])
