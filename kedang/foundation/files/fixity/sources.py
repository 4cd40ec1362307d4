"""Where an intact copy of a file may come from. Rooms above register theirs: the backup does."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kedang.foundation.kernel.refused import Refused


@dataclass(frozen=True, slots=True)
class Copy:
    """Sealed bytes of one place as they lay there once, to be taken before the next copy, and where they come from."""

    place: str
    origin: str
    content: Iterator[bytes]


Source = Callable[[set[str], Callable[[int], None]], Iterator[Copy]]
"""Called with the places wanted and a step of bytes; the newest copies first. Places found intact go out of the set meanwhile."""

_sources: list[Source] = []


def register(source: Source) -> None:
    """Declare a source."""
    if source not in _sources:
        _sources.append(source)


def copies(wanted: set[str], step: Callable[[int], None]) -> Iterator[Copy]:
    """Copies of wanted places from all sources.

    Raises:
        Refused: of the first source that could not be used at all, when no other had everything.
    """
    trouble: Refused | None = None
    for source in _sources:
        if not wanted:
            return
        try:
            yield from source(wanted, step)
        except Refused as refusal:
            trouble = trouble or refusal
    if wanted and trouble is not None:
        raise trouble
