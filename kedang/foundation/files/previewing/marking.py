"""The hook for watermarks: who lends or shows content may lay the reader's name over it. Nothing is laid over until a room says so."""

from collections.abc import Callable
from typing import Any

from kedang.foundation.files.owners import Held
from kedang.foundation.files.previewing.drawing import Picture

Mark = Callable[[Any, Held, Picture], Picture]

_marks: list[Mark] = []


def mark_with(mark: Mark) -> None:
    """Register ``mark(actor, held, picture) -> picture``; it is called for every picture that goes out, never for what is kept."""
    if mark not in _marks:
        _marks.append(mark)


def marked_for(actor: Any, held: Held, picture: Picture) -> Picture:
    """The picture as this reader gets it."""
    for mark in _marks:
        picture = mark(actor, held, picture)
    return picture
