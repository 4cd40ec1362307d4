"""What an opened table looks like, whatever it was before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import NamedTuple

Row = tuple[int, Sequence[str]]
"""Line number as the user sees it, and the cells."""


class SheetInfo(NamedTuple):
    """One sheet of a workbook."""

    name: str
    is_visible: bool = True


class Merge(NamedTuple):
    """A merged area, zero-based and inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class Table:
    """A table ready to be read. Made by ``open_table``; use it as a context manager."""

    kind: str
    headings: tuple[str, ...]
    heading_line: int
    source: Callable[[], Iterator[Row]]
    sample: list[Row]
    sheet: str = ""
    sheets: tuple[SheetInfo, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    epoch_1904: bool = False
    formulas: dict[int, dict[int, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    foretold: Callable[[int], int] | None = None
    closer: Callable[[], None] | None = None

    def rows(self) -> Iterator[Row]:
        """All rows below the heading, streaming; may be called again."""
        return self.source()

    def expected(self, read: int) -> int:
        """How many rows there will probably be, to three digits; 0 where nobody can say.

        Args:
            read: rows that :meth:`rows` has given so far.
        """
        told = self.foretold(read) if self.foretold is not None and read else 0
        coarse = 10 ** max(0, len(str(told)) - 3)
        return max(read, -(-told // coarse) * coarse) if told else 0

    def close(self) -> None:
        """End what was started for reading."""
        if self.closer is not None:
            self.closer()

    def __enter__(self) -> Table:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
