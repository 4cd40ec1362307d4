"""Handing in and cancelling jobs."""

from typing import Any

from django.db import IntegrityError, transaction

from kedang.foundation.access.models import Person
from kedang.foundation.audit.record import record
from kedang.foundation.jobs.events import JOB_CANCELLED, JOB_QUEUED
from kedang.foundation.jobs.models import UNFINISHED, Job, JobState
from kedang.foundation.jobs.registry import kind_of
from kedang.foundation.kernel import clock, context
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused


@transaction.atomic
def enqueue(actor: Actor, kind: str, *, args: dict[str, Any] | None = None, title: str = "", key: str = "") -> Job:
    """Hand in a job in the transaction under way: it is there if and only if the caller's change is.

    Args:
        actor: on whose behalf it runs.
        kind: a declared kind of work.
        args: JSON values for the handler.
        title: what people read in the list of jobs.
        key: while a job of this kind and key is unfinished, a second one is refused.

    Raises:
        Refused: ``job_running`` when the same work is already under way.
    """
    declared = kind_of(kind)
    row = Job(
        fonds_id=actor.fonds_id, kind=kind, title=(title or str(declared.title))[:200], args=args or {}, key=key,
        actor=actor if isinstance(actor, Person) else None, actor_name=actor.display_name, created_at=clock.now(),
        request_id=context.current().request_id[:40],
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Refused("job_running", f"“{row.title}”正在进行，请等它结束后再提交。") from error
    record(actor, JOB_QUEUED, row)
    return row


@transaction.atomic
def job_cancel(*, actor: Actor, job_id: int) -> Job:
    """Ask a job to stop: a queued one is cancelled at once, a running one at its next step.

    Raises:
        OutOfScope: not the actor's job. Refused: it has already ended.
    """
    from kedang.foundation.access.policies import policy_for

    found = Job.objects.select_for_update().filter(policy_for(Job).scope(actor), pk=job_id).first()
    if found is None:
        raise OutOfScope
    if found.state not in UNFINISHED:
        raise Refused("job_ended", f"任务“{found}”已经{found.get_state_display()}，不能再取消。")
    found.is_cancel_asked = True
    if found.state == JobState.QUEUED:
        found.state = JobState.CANCELLED
        found.finished_at = clock.now()
    found.save(update_fields=["is_cancel_asked", "state", "finished_at"])
    record(actor, JOB_CANCELLED, found)
    return found
