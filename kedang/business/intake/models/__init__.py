"""Tables of the import bench, one file per noun."""

from kedang.business.intake.models.batch import OUTCOMES, BatchState, ImportBatch, OnDuplicate
from kedang.business.intake.models.chunk import ChunkState, ImportChunk
from kedang.business.intake.models.template import ImportTemplate

__all__ = ["OUTCOMES", "BatchState", "ChunkState", "ImportBatch", "ImportChunk", "ImportTemplate", "OnDuplicate"]
