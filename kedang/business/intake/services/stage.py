"""Asking for the checking pass."""

from django.db import transaction

from kedang.business.intake.models import BatchState
from kedang.business.intake.services.lookup import batch_for, refuse_unless
from kedang.foundation.jobs.models import Job
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.kernel.actors import Actor


@transaction.atomic
def batch_stage(*, actor: Actor, batch_id: int) -> Job:
    """Hand in the job that reads, cleans, checks and compares every row; nothing is written to customers → ``staging``, ``staged``.

    Raises:
        Refused: not mapped yet, or a job is at work on the batch.
    """
    batch = batch_for(actor, batch_id, lock=True)
    refuse_unless(batch, (BatchState.MAPPED, BatchState.STAGED, BatchState.UPLOADED), "开始核对")
    job = enqueue(
        actor, "intake.stage", args={"batch_id": batch.pk}, title=f"核对导入文件：{batch.file_name}", key=str(batch.pk)
    )
    batch.state, batch.job, batch.error = BatchState.STAGING, job, ""
    batch.save(update_fields=["state", "job", "error"])
    return job
