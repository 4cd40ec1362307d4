"""Where an act comes from: request, job, command or import. The trail reads it; services never pass it by hand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any


def _nobody() -> int | None:
    return None


@dataclass(frozen=True, slots=True)
class Context:
    """Origin of the act under way. ``who()`` is the key of the person who asks, None for machines."""

    request_id: str = ""
    address: str = ""
    channel: str = "command"
    job_id: int | None = None
    on_behalf_of: str = ""
    who: Callable[[], int | None] = _nobody


_current: ContextVar[Context] = ContextVar("kedang_context", default=Context())


def current() -> Context:
    """Context of the act under way; a plain command when nobody said otherwise."""
    return _current.get()


@contextmanager
def use(**changes: Any) -> Iterator[Context]:
    """Within the block the named parts of the context are replaced."""
    token = _current.set(replace(_current.get(), **changes))
    try:
        yield _current.get()
    finally:
        _current.reset(token)
