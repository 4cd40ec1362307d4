"""Taking a file in: sealed away, looked at, its columns suggested."""

from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction

from kedang.business.intake.events import BATCH_MAPPED, BATCH_UPLOADED
from kedang.business.intake.mapping import suggest
from kedang.business.intake.models import BatchState, ImportBatch
from kedang.business.intake.pipeline import originals
from kedang.business.intake.pipeline.targets import target_of
from kedang.business.intake.reading import open_table
from kedang.business.intake.services.lookup import OPEN_STATES, batch_for, fonds_of, refuse_unless
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor


def batch_upload(
    *,
    actor: Actor,
    file_name: str,
    source: BinaryIO | Path,
    sheet: str = "",
    heading_row: int | None = None,
    encoding: str = "",
    target: str = "customers",
) -> ImportBatch:
    """Take a file in: seal it away, find its headings, suggest which column feeds which field.

    Args:
        actor: who imports.
        file_name: name as the user knows it; the kind of file is told from its content.
        source: open binary stream, or a path.
        sheet, heading_row, encoding: what the user chose; empty means found by looking.
        target: what is imported.

    Returns:
        The batch in state ``uploaded``, with ``headings``, ``notes``, ``sheets``, ``suggestions`` and a first ``mapping``.

    Raises:
        Refused: the file cannot be read as a table; the sentence says why. Nothing is kept of it.
        NotAllowed: the actor may not import.
    """
    require(actor, "intake.use")
    stored = originals.take_in(source)
    try:
        look = _look(stored.plain, target, sheet, heading_row, encoding)
        with transaction.atomic():
            batch = ImportBatch(
                fonds_id=fonds_of(actor), actor=actor if isinstance(actor, Person) else None, actor_name=actor.display_name,
                department_id=getattr(actor, "department_id", None), target=target,
                file_name=Path(file_name).name[:200] or "未命名", file_size=stored.size, sha256=stored.sha256,
                created_at=clock.now(), **look,
            )  # fmt: skip
            batch.save(force_insert=True)
            originals.keep(stored, batch.pk)
            record(actor, BATCH_UPLOADED, batch, meta={"size": stored.size, "sha256": stored.sha256})
    finally:
        stored.forget()
    return batch


def batch_reread(
    *, actor: Actor, batch_id: int, sheet: str = "", heading_row: int | None = None, encoding: str = ""
) -> ImportBatch:
    """Look at the same file again with another sheet, heading row or encoding; the mapping is suggested anew → ``uploaded``."""
    batch = batch_for(actor, batch_id)
    refuse_unless(batch, OPEN_STATES, "重新选择工作表或标题行")
    with originals.opened(batch) as path:
        look = _look(path, batch.target, sheet, heading_row, encoding)
    with transaction.atomic():
        batch = batch_for(actor, batch_id, lock=True)
        refuse_unless(batch, OPEN_STATES, "重新选择工作表或标题行")
        batch.chunks.all().delete()
        for name, value in {**look, "state": BatchState.UPLOADED, "counts": {}, "row_count": 0}.items():
            setattr(batch, name, value)
        batch.version += 1
        batch.save()
        record(actor, BATCH_MAPPED, batch, meta={"sheet": batch.sheet, "heading_row": batch.heading_row})
    return batch


def _look(path: Path, target: str, sheet: str, heading_row: int | None, encoding: str) -> dict[str, Any]:
    """What the head of the file tells."""
    with open_table(path, sheet=sheet, heading_row=heading_row, encoding=encoding or None) as table:
        suggestions = suggest(target_of(target), table.headings, [cells for _, cells in table.sample])
        return {
            "kind": table.kind,
            "sheet": table.sheet,
            "sheets": [{"name": info.name, "is_visible": info.is_visible} for info in table.sheets],
            "encoding": table.encoding,
            "heading_row": table.heading_line,
            "headings": list(table.headings),
            "notes": list(table.notes),
            "options": {"epoch_1904": table.epoch_1904, "sample": [list(cells) for _, cells in table.sample[:5]]},
            "suggestions": [
                {"index": s.index, "field": s.field, "confidence": s.confidence, "reason": s.reason}
                for s in suggestions
            ],
            "mapping": {str(s.index): s.field for s in suggestions if s.field},
        }
