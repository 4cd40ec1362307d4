"""Models of stored files, one file per noun."""

from kedang.foundation.files.models.fixity import FaultKind, FixityFault, FixityRun, RunState
from kedang.foundation.files.models.stored_file import FileState, StoredFile
from kedang.foundation.files.models.text import (
    FilePage,
    FileReading,
    PageSource,
    ReadingState,
    Rendition,
    RenditionKind,
)

__all__ = [
    "FaultKind",
    "FilePage",
    "FileReading",
    "FileState",
    "FixityFault",
    "FixityRun",
    "PageSource",
    "ReadingState",
    "Rendition",
    "RenditionKind",
    "RunState",
    "StoredFile",
]
