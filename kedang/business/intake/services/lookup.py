"""Finding and locking the batch that a service is about, and the company an actor works for."""

from kedang.business.intake.models import BatchState, ChunkState, ImportBatch
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import policy_for, require
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

OPEN_STATES = (BatchState.UPLOADED, BatchState.MAPPED, BatchState.STAGED)
"""States in which nothing was written yet and the way of reading may still be changed."""


def fonds_of(actor: Actor) -> int:
    """Company of the actor; a machine works for the only company there is."""
    if actor.fonds_id is not None:
        return actor.fonds_id
    ids = list(Fonds.objects.order_by("id").values_list("id", flat=True)[:2])
    if len(ids) != 1:
        raise Refused("fonds_unknown", "系统中还没有单位，或有多个单位而未指明。请先完成初始化，或用 --as 指定导入人。")
    return int(ids[0])


def batch_for(actor: Actor, batch_id: int, code: str = "intake.use", *, lock: bool = False) -> ImportBatch:
    """The batch, visible to the actor and open to the action; locked until the transaction ends where asked."""
    rows = ImportBatch.objects.select_for_update() if lock else ImportBatch.objects.all()
    found: ImportBatch | None = rows.filter(policy_for(ImportBatch).scope(actor), pk=batch_id).first()
    if found is None:
        raise OutOfScope
    require(actor, code, found)
    if lock:
        settle_state(found)
    return found


def settle_state(batch: ImportBatch) -> None:
    """A batch whose job has ended without a word (a worker that died too often) is taken out of its running state; the caller saves."""
    if not batch.is_running or (batch.job is not None and batch.job.is_unfinished):
        return
    has_effect = batch.chunks.exclude(state=ChunkState.STAGED).exists()
    if batch.state == BatchState.STAGING:
        batch.state = BatchState.MAPPED
    else:
        batch.state = BatchState.FAILED if has_effect else BatchState.STAGED
    batch.save(update_fields=["state"])


def refuse_unless(batch: ImportBatch, states: tuple[BatchState, ...], verb: str) -> None:
    """Refuse an act that this state of the batch does not allow."""
    if batch.state not in states:
        raise Refused(
            "batch_state",
            f"批次 {batch.pk} 现在是“{batch.get_state_display()}”，不能{verb}。请刷新页面查看最新进展。",
            state=str(batch.state),
        )
