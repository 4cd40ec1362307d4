"""逾期: reminded at the due time, passed up the hierarchy a day later."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.foundation.approvals import events as e
from kedang.foundation.approvals.choices import DecisionKind, TaskState
from kedang.foundation.approvals.models import Case, Task
from kedang.foundation.approvals.resolving import superior
from kedang.foundation.approvals.services.going import MACHINE, locked_case, note, turn_of
from kedang.foundation.approvals.telling import ESCALATED, REMINDED, part_done, tell
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import system_actor

ESCALATE_AFTER = timedelta(hours=24)
AT_ONCE = 200


def overdue_run() -> int:
    """Quiet run of the worker: what is due now; how many tasks were reminded or escalated."""
    now = clock.now()
    late = Task.objects.filter(state=TaskState.WAITING, due_at__lte=now)
    wanted = list(late.filter(reminded_at__isnull=True).order_by("due_at", "id").values_list("pk", "case_id")[:AT_ONCE])
    wanted += list(
        late.filter(due_at__lte=now - ESCALATE_AFTER, escalated_at__isnull=True)
        .order_by("due_at", "id")
        .values_list("pk", "case_id")[:AT_ONCE]
    )
    done = 0
    for key, case_id in dict.fromkeys(wanted):
        done += task_escalate(case_id, key)
    return done


@transaction.atomic
def task_escalate(case_id: int, task_id: int) -> bool:
    """Remind once at the due time; a day later the superior of who is late takes the part over."""
    actor, now = system_actor(MACHINE), clock.now()
    case = locked_case(case_id)
    task = (
        Task.objects.select_related("person__department", "step")
        .filter(pk=task_id, case=case, state=TaskState.WAITING)
        .first()
    )
    if task is None or task.due_at is None or task.due_at > now:
        return False
    if task.reminded_at is None:
        task.reminded_at = now
        task.save(update_fields=["reminded_at"])
        record(actor, e.TASK_REMINDED, case, meta={"people": [task.person.name], "due": task.due_at.isoformat()})
        tell(case, REMINDED, [task.person])
    if task.escalated_at is not None or task.due_at > now - ESCALATE_AFTER:
        return True
    task.escalated_at = now
    task.save(update_fields=["escalated_at"])
    above = [one for one in superior(task.person, 1, case.fonds_id) if one.pk != case.requester_id]
    waiting = set(case.tasks.filter(state=TaskState.WAITING).values_list("person_id", flat=True))
    fresh = [one for one in above if one.pk not in waiting]
    for one in fresh:
        Task(
            case=case, step=task.step, turn=turn_of(case), person=one, passed_from=task, is_added=task.is_added,
            is_urgent=task.is_urgent, made_at=now, due_at=now + ESCALATE_AFTER,
        ).save(force_insert=True)  # fmt: skip
    if fresh:
        task.state, task.done_at = TaskState.PASSED_ON, now
        task.save(update_fields=["state", "done_at"])
        part_done(case, [task.person_id])
        tell(case, ESCALATED, fresh)
    names = "、".join(one.name for one in fresh)
    told = _("%(late)s逾期未办，转请上级%(names)s审批") if fresh else _("%(late)s逾期未办，没有可转请的上级")
    note(
        case,
        DecisionKind.ESCALATED,
        actor,
        task=task,
        opinion=told % {"late": task.person.name, "names": names},
        to=names,
    )
    Case.objects.filter(pk=case.pk).update(version=case.version + 1)
    record(actor, e.TASK_ESCALATED, case, meta={"late": task.person.name, "to": [one.name for one in fresh]})
    return True
