"""Counts of a batch from its chunks, which are the truth."""

from typing import Any

from kedang.business.intake.models import ChunkState, ImportBatch


def settle_counts(batch: ImportBatch, name: str, seconds: float) -> dict[str, Any]:
    """Add up the chunks into ``batch.counts`` and note the time of a pass; the caller saves. ``written`` are rows of written chunks."""
    totals: dict[str, int] = {"rows": 0, "written": 0}
    for state, rows, counts in batch.chunks.values_list("state", "row_count", "counts"):
        totals["rows"] += rows
        totals["written"] += rows if state != ChunkState.STAGED else 0
        for key, number in counts.items():
            totals[key] = totals.get(key, 0) + number
    batch.counts = totals
    batch.timings = {**batch.timings, name: round(batch.timings.get(name, 0) + seconds, 3)}
    return dict(totals)
