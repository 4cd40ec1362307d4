"""What is put right when a pass over a batch is given up because its workers died again and again, or a file was left without a batch."""

from pathlib import Path
from typing import Any

from kedang.business.intake.events import BATCH_CLOSED, BATCH_FAILED
from kedang.business.intake.models import BatchState, ImportBatch
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.record import record

_AGAIN = "处理时多次中断，已停下；已写入的部分保持完整。"


def stage(actor: Any, *, batch_id: int) -> None:
    """The batch may be checked again; rows of the broken pass go."""
    batch = _stop(actor, batch_id, BatchState.MAPPED, "核对时多次中断，已停下，请重新核对。", "stage")
    batch.chunks.all().delete()


def commit(actor: Any, *, batch_id: int) -> None:
    """The batch may be gone on with or taken back."""
    _stop(actor, batch_id, BatchState.FAILED, _AGAIN + "可以继续导入或撤销。", "commit")


def undo(actor: Any, *, batch_id: int, reason: str = "") -> None:
    """The undo may be asked for again."""
    _stop(actor, batch_id, BatchState.FAILED, _AGAIN + "可以再次撤销。", "undo")


def is_original(path: Path) -> bool:
    """Whether a batch that is not closed needs the file."""
    number = path.name.partition(".")[0]
    if not number.isdecimal() or not ImportBatch.objects.filter(pk=int(number)).exists():
        return False
    kind = ImportBatch._meta.label_lower
    return not Event.objects.filter(subject_type=kind, subject_id=int(number), code=BATCH_CLOSED.code).exists()


def _stop(actor: Any, batch_id: int, state: BatchState, sentence: str, which: str) -> ImportBatch:
    batch: ImportBatch = ImportBatch.objects.select_for_update().get(pk=batch_id)
    if batch.is_running:
        batch.state, batch.error = state, sentence
        batch.save(update_fields=["state", "error"])
        record(actor, BATCH_FAILED, batch, meta={"pass": which, "error": sentence})
    return batch
