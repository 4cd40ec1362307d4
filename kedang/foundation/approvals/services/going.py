"""How a case goes from step to step. Called inside the transaction of a verb that holds the case's lock.

The order of locks is: the case, then its tasks. What changes a case is always done under the lock of its row, so that of two people who
decide at the same moment the second sees what the first did.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.models import Person
from kedang.foundation.approvals import events as e
from kedang.foundation.approvals.choices import CaseState, DecisionKind, Mode, RepeatRule, TaskState
from kedang.foundation.approvals.conditions import holds
from kedang.foundation.approvals.models import Case, CaseCopy, Decision, FlowStep, Task
from kedang.foundation.approvals.registry import kind_of
from kedang.foundation.approvals.resolving import approvers_of, heads, holders
from kedang.foundation.approvals.telling import APPROVED, COPIED, REJECTED, part_done, tell, tell_task
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor, system_actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

MACHINE = "审批流程"


def locked_case(case: Case | int) -> Case:
    """The case as it is now, under lock until the transaction ends."""
    key = case if isinstance(case, int) else case.pk
    found = (
        Case.objects.select_for_update(of=("self",))
        .select_related("flow", "step", "requester__department", "department", "fonds")
        .filter(pk=key)
        .first()
    )
    if found is None:
        raise OutOfScope
    row: Case = found
    return row


def refuse_closed(case: Case) -> None:
    """A case that came to its end stays as it is."""
    if not case.is_open:
        told = _("申请 %(number)s %(state)s，不能再办理。请刷新后查看结果。")
        raise Refused("case_closed", told % {"number": case.number, "state": case.get_state_display()})


def note(
    case: Case, kind: DecisionKind, actor: Actor, *, task: Task | None = None, opinion: str = "", to: str = ""
) -> Decision:
    """An entry of the course; with a task of somebody else it was made in their name."""
    behalf = task.person if task is not None and isinstance(actor, Person) and task.person_id != actor.pk else None
    row = Decision(
        case=case, task=task, kind=kind, person=actor if isinstance(actor, Person) else None, by=actor.display_name[:80],
        step_name=step_name(case, task), on_behalf_of=behalf.name if behalf is not None else "",
        opinion=" ".join(opinion.split())[:500], to=to[:80], at=clock.now(),
    )  # fmt: skip
    row.save(force_insert=True)
    return row


def step_name(case: Case, task: Task | None = None) -> str:
    """The step an entry belongs to."""
    if task is not None and task.is_urgent:
        return str(_("紧急批准"))
    step = task.step if task is not None and task.step_id else case.step
    return step.name if step is not None else ""


def begin(actor: Actor, case: Case) -> None:
    """The first approvers are asked: of an urgent case the urgent ones."""
    _copy(case, "open")
    if case.is_urgent and case.effective_at is None:
        role = case.flow.urgent_role
        people = [one for one in holders(case.fonds_id, role.code if role else "") if one.pk != case.requester_id]
        if not people:
            raise Refused("no_approver", _("现在没有可作紧急批准的人，请按正常流程提交，或联系系统管理员。"))
        _ask(case, None, people, is_urgent=True)
        return
    enter(actor, case, 0)


def enter(actor: Actor, case: Case, after: int) -> None:
    """The next step that applies, or the end."""
    steps = list(case.flow.steps.select_related("role", "person").order_by("position", "id"))
    for step in steps:
        if step.position <= after or not holds(step.conditions, case.facts):
            continue
        case.step = step
        found = approvers_of(step, case)
        if not found.people:
            note(case, DecisionKind.SKIPPED, system_actor(MACHINE), opinion=found.told)
            continue
        asked = _still_asked(case, step, found.people)
        if found.told:
            note(case, DecisionKind.REMARK, system_actor(MACHINE), opinion=found.told)
        if asked:
            _ask(case, step, asked)
            _save(case, "step")
            return
    case.step = None
    finish(actor, case, is_granted=True)


def _still_asked(case: Case, step: FlowStep, people: list[Person]) -> list[Person]:
    """Who must still be asked: an earlier agreement in this turn counts, where the step says so."""
    if step.on_repeat != RepeatRule.COUNT:
        return people
    turn = turn_of(case)
    agreed = set(
        Decision.objects.filter(case=case, kind=DecisionKind.APPROVE, task__turn=turn, task__is_urgent=False)
        .values_list("task__person_id", flat=True)
    )  # fmt: skip
    before = [one for one in people if one.pk in agreed]
    for person in before:
        note(
            case,
            DecisionKind.COUNTED,
            system_actor(MACHINE),
            opinion=_("%(name)s在前面的步骤已经同意") % {"name": person.name},
        )
    if before and step.mode == Mode.ANY:
        return []
    return [one for one in people if one.pk not in agreed]


def turn_of(case: Case) -> int:
    """How often the case was handed in, counting from one."""
    return 1 + Decision.objects.filter(case=case, kind=DecisionKind.RESUBMIT).count()


def _ask(case: Case, step: FlowStep | None, people: list[Person], *, is_urgent: bool = False) -> None:
    now, turn = clock.now(), turn_of(case)
    hours = step.hours if step is not None else 2
    due = now + timedelta(hours=hours) if hours else None
    waiting = set(case.tasks.filter(state=TaskState.WAITING).values_list("person_id", flat=True))
    Task.objects.bulk_create(
        Task(case=case, step=step, turn=turn, person=one, is_urgent=is_urgent, made_at=now, due_at=due)
        for one in people
        if one.pk not in waiting
    )
    tell_task(case, [one for one in people if one.pk not in waiting], is_urgent=is_urgent)


def step_done(case: Case, step: FlowStep | None) -> bool:
    """Whether a step has what it needs: one agreement, or everybody's; signers who were added are always needed."""
    tasks = case.tasks.filter(turn=turn_of(case), step=step, is_urgent=step is None)
    waiting = tasks.filter(state=TaskState.WAITING)
    if step is None or step.mode == Mode.ANY:
        return not waiting.filter(is_added=True).exists()
    return not waiting.exists()


def close_tasks(case: Case, **of: Any) -> None:
    """Tasks that wait in vain."""
    rows = case.tasks.filter(state=TaskState.WAITING, **of)
    people = list(rows.values_list("person_id", flat=True))
    if people:
        rows.update(state=TaskState.NOT_NEEDED, done_at=clock.now())
        part_done(case, people)


def finish(actor: Actor, case: Case, *, is_granted: bool) -> None:
    """The end: the effect happens in the same transaction, or nothing happens at all.

    Raises:
        Refused: ``subject_changed``, and whatever the effect refuses.
    """
    kind, was = kind_of(case.kind), case.state
    close_tasks(case)
    case.state = CaseState.APPROVED if is_granted else CaseState.REJECTED
    case.closed_at, case.step = clock.now(), None
    took_effect = case.effective_at is not None
    if is_granted and not took_effect:
        _settle_lines(case)
        if case.lines.exists() and not case.lines.filter(is_granted=True).exists():
            case.state, is_granted = CaseState.REJECTED, False
        else:
            case.effective_at = case.closed_at
    _save(case, "state", "closed_at", "step", "effective_at")
    event = e.CASE_APPROVED if is_granted else e.CASE_REJECTED
    record(actor, event, case, changes={"state": (was, case.state)}, meta={"kind": case.kind})
    if is_granted and not took_effect:
        require_unchanged(case)
        kind.on_approved(actor, case)
    elif not is_granted:
        (kind.on_unconfirmed if took_effect else kind.on_rejected)(actor, case)
    if not (took_effect and is_granted):
        tell(case, APPROVED if is_granted else REJECTED, [case.requester])
    _copy(case, "end")


def take_effect(actor: Actor, case: Case) -> None:
    """An urgent approval: the effect happens now, the flow follows as confirmation (越级、事后补批)."""
    was, case.state, case.effective_at = case.state, CaseState.CONFIRMING, clock.now()
    _settle_lines(case)
    require_unchanged(case)
    _save(case, "state", "effective_at")
    record(
        actor,
        e.CASE_EFFECTIVE,
        case,
        changes={"state": (was, case.state)},
        reason=case.urgent_reason,
        meta={"kind": case.kind},
    )
    kind_of(case.kind).on_approved(actor, case)
    tell(case, APPROVED, [case.requester])
    enter(actor, case, 0)


def _settle_lines(case: Case) -> None:
    """Lines that nobody refused are granted."""
    case.lines.filter(is_granted__isnull=True).update(is_granted=True)


def require_unchanged(case: Case) -> None:
    """What is approved is what was judged.

    Raises:
        Refused: ``subject_changed``.
    """
    kind = kind_of(case.kind)
    if kind.version_of is None or case.subject_id is None or case.subject_version is None:
        return
    from django.apps import apps

    subject = apps.get_model(case.subject_type)._default_manager.filter(pk=case.subject_id).first()
    if subject is None or kind.version_of(subject) != case.subject_version:
        told = _("申请 %(number)s 的对象在提交以后已被修改，不能按原内容批准。请退回申请人核对后再提交。")
        raise Refused("subject_changed", told % {"number": case.number})


def _copy(case: Case, when: str) -> None:
    """Tell those whom the flow names: ``[when, kind, value]`` with kind ``role``, ``person`` or ``head``."""
    people: dict[int, Person] = {}
    for at, kind, value in case.flow.copies:
        if at != when:
            continue
        found = (
            heads(case.department, case.fonds_id) if kind == "head"
            else holders(case.fonds_id, str(value)) if kind == "role"
            else list(Person.objects.filter(pk=value, fonds_id=case.fonds_id, is_active=True))
        )  # fmt: skip
        people |= {one.pk: one for one in found}
    known = set(case.copies.values_list("person_id", flat=True))
    fresh = [one for key, one in people.items() if key not in known and key != case.requester_id]
    CaseCopy.objects.bulk_create(CaseCopy(case=case, person=one, sent_at=clock.now()) for one in fresh)
    tell(case, COPIED, fresh)


def _save(case: Case, *names: str) -> None:
    case.version += 1
    case.save(update_fields=[*names, "version"])


def in_transaction() -> None:
    """A verb must have begun one: the lock of the case lasts as long as it."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a case goes on inside the transaction of a verb")
