"""Asking for the writing pass, and stopping it."""

from django.db import transaction

from kedang.business.intake.events import BATCH_CANCELLED, BATCH_COMMIT_ASKED
from kedang.business.intake.models import BatchState, ChunkState, ImportBatch
from kedang.business.intake.services.lookup import batch_for, refuse_unless
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.jobs.models import Job
from kedang.foundation.jobs.services import enqueue, job_cancel
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

COMMITTABLE = (BatchState.STAGED, BatchState.CANCELLED, BatchState.FAILED)


@transaction.atomic
def batch_commit(*, actor: Actor, batch_id: int) -> Job:
    """Hand in the job that writes the checked rows, or goes on with a stopped batch → ``committing``, ``done``.

    Raises:
        Refused: not checked yet; or the same file is being imported at this moment (``job_running``).
        NotAllowed: the actor may not create customers.
    """
    batch = batch_for(actor, batch_id, lock=True)
    require(actor, "customers.create")
    if batch.on_duplicate in ("fill", "update"):
        require(actor, "customers.change")
    refuse_unless(batch, COMMITTABLE, "提交导入")
    if batch.chunks.filter(state=ChunkState.UNDONE).exists():
        raise Refused(
            "batch_partly_undone", f"批次 {batch.pk} 已撤销了一部分，不能再导入；请先撤销完，再重新上传文件。"
        )
    if not batch.chunks.exists():
        raise Refused("batch_not_staged", "此批次还没有核对，请先核对再提交。")
    try:
        job = enqueue(
            actor, "intake.commit", args={"batch_id": batch.pk}, title=f"导入：{batch.file_name}",
            key=f"{batch.fonds_id}:{batch.sha256}",
        )  # fmt: skip
    except Refused as refusal:
        if refusal.code != "job_running":
            raise
        raise Refused(
            "job_running",
            f"同一个文件“{batch.file_name}”正在导入，请等它完成。完成后再提交，已有的客户会作为重复处理。",
        ) from refusal
    batch.state, batch.job, batch.error = BatchState.COMMITTING, job, ""
    batch.version += 1
    batch.save(update_fields=["state", "job", "error", "version"])
    record(actor, BATCH_COMMIT_ASKED, batch, meta={"rows": batch.row_count, "on_duplicate": batch.on_duplicate})
    return job


@transaction.atomic
def batch_cancel(*, actor: Actor, batch_id: int) -> ImportBatch:
    """Ask the job at work on the batch to stop at its next step. What was written stays, and may be gone on with or undone.

    Raises:
        Refused: nothing is running.
    """
    batch = batch_for(actor, batch_id, lock=True)
    if not batch.is_running or batch.job_id is None:
        raise Refused("batch_idle", f"批次 {batch.pk} 没有正在进行的任务，不需要中止。")
    was_queued = batch.job is not None and batch.job.state == "queued"
    job_cancel(actor=actor, job_id=batch.job_id)
    if was_queued:
        batch.state = {BatchState.STAGING: BatchState.MAPPED, BatchState.COMMITTING: BatchState.STAGED}.get(
            BatchState(batch.state), BatchState.CANCELLED
        )
        if batch.chunks.exclude(state="staged").exists():
            batch.state = BatchState.CANCELLED
        batch.save(update_fields=["state"])
    record(actor, BATCH_CANCELLED, batch)
    return batch
