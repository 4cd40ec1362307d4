"""The hook for watermarks: who lends or shows content may lay the reader's name over it. Nothing is laid over until a room says so."""

from collections.abc import Callable
from typing import Any

from kedang.foundation.files.owners import Held
from kedang.foundation.files.previewing.drawing import Picture

Mark = Callable[[Any, Held, Picture], Picture]
Words = Callable[[Any, Held], str]

_marks: list[Mark] = []
_words: list[Words] = []


def words_with(words: Words) -> None:
    """Register ``words(actor, held) -> text``: what stands across a page that has words and no picture."""
    if words not in _words:
        _words.append(words)


def words_for(actor: Any, held: Held) -> str:
    """The mark of this reader in words, empty where no room has one."""
    return " · ".join(told for words in _words if (told := words(actor, held)))


def mark_with(mark: Mark) -> None:
    """Register ``mark(actor, held, picture) -> picture``; it is called for every picture that goes out, never for what is kept."""
    if mark not in _marks:
        _marks.append(mark)


def marked_for(actor: Any, held: Held, picture: Picture) -> Picture:
    """The picture as this reader gets it."""
    for mark in _marks:
        picture = mark(actor, held, picture)
    return picture
