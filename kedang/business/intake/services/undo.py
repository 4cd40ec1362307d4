"""Asking for the undo of a batch, and closing one that is finished with."""

from django.db import transaction

from kedang.business.intake.events import BATCH_CLOSED, BATCH_UNDO_ASKED
from kedang.business.intake.models import BatchState, ImportBatch
from kedang.business.intake.pipeline import originals
from kedang.business.intake.services.lookup import OPEN_STATES, batch_for, refuse_unless
from kedang.foundation.audit.record import record
from kedang.foundation.jobs.models import Job
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

UNDOABLE = (BatchState.DONE, BatchState.CANCELLED, BatchState.FAILED)


@transaction.atomic
def batch_undo(*, actor: Actor, batch_id: int, reason: str = "") -> Job:
    """Hand in the job that takes a batch back → ``undoing``, ``undone``.

    Per row: reversed (created customers withdrawn, changed fields as they were), kept because changed since, or failed with its reason;
    see ``rows_page(outcome="reversed" | "kept" | "failed")`` and ``batch.undo_counts``.

    Raises:
        Refused: nothing was written, or it was undone already.
    """
    batch = batch_for(actor, batch_id, "intake.undo", lock=True)
    if batch.state == BatchState.UNDONE:
        raise Refused("batch_undone", f"批次 {batch.pk} 已经撤销，不能再次撤销。")
    refuse_unless(batch, UNDOABLE, "撤销")
    if not batch.chunks.filter(state="committed").exists():
        raise Refused("batch_without_effect", f"批次 {batch.pk} 没有写入任何内容，不需要撤销。")
    job = enqueue(
        actor,
        "intake.undo",
        args={"batch_id": batch.pk, "reason": reason},
        title=f"撤销导入：{batch.file_name}",
        key=str(batch.pk),
    )
    batch.state, batch.job, batch.error = BatchState.UNDOING, job, ""
    batch.version += 1
    batch.save(update_fields=["state", "job", "error", "version"])
    record(actor, BATCH_UNDO_ASKED, batch, reason=reason)
    return job


@transaction.atomic
def batch_close(*, actor: Actor, batch_id: int) -> ImportBatch:
    """Finish with a batch: its original file is removed; one that was never committed also loses its rows.

    The rows of a committed batch stay, so that it can still be undone.
    """
    batch = batch_for(actor, batch_id, lock=True)
    if batch.is_running:
        raise Refused("batch_running", f"批次 {batch.pk} 正在处理，请先中止或等它完成。")
    if batch.state in OPEN_STATES:
        batch.chunks.all().delete()
        batch.state = BatchState.CLOSED
        batch.save(update_fields=["state"])
    record(actor, BATCH_CLOSED, batch)
    originals.forget(batch_id)
    return batch
