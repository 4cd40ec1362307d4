"""A part is taken over by somebody whose right it is to decide such cases, though the flow did not ask them."""

from kedang.foundation.access.models import Person
from kedang.foundation.approvals import events as e
from kedang.foundation.approvals.choices import DecisionKind, TaskState
from kedang.foundation.approvals.models import Case, Task
from kedang.foundation.approvals.services.going import locked_case, note, refuse_closed, turn_of
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock


def task_claim(*, actor: Person, case: Case | int, why: str) -> Case:
    """Give the actor a part in the step under way. The caller has asked for the right; inside the caller's transaction.

    Raises:
        Refused: ``case_closed``.
    """
    row = locked_case(case)
    refuse_closed(row)
    if row.step is None or row.requester_id == actor.pk:
        return row  # returned to who asked, or one's own: the decision itself says why not
    waiting = row.tasks.filter(state=TaskState.WAITING)
    if waiting.filter(person=actor).exists():
        return row
    Task(case=row, step=row.step, turn=turn_of(row), person=actor, made_at=clock.now()).save(force_insert=True)
    note(row, DecisionKind.REMARK, actor, opinion=why)
    Case.objects.filter(pk=row.pk).update(version=row.version + 1)
    record(actor, e.SIGNER_ADDED, row, reason=why, meta={"by": actor.name, "signer": actor.name, "step": row.step.name})
    return row
