"""Models of stored files, one file per noun."""

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
    "FilePage",
    "FileReading",
    "FileState",
    "PageSource",
    "ReadingState",
    "Rendition",
    "RenditionKind",
    "StoredFile",
]
