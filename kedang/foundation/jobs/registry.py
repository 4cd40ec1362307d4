"""Which kinds of work exist. Rooms declare theirs in ``jobs.py`` with :func:`job`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

Handler = Callable[..., "dict[str, Any] | None"]


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of work: code, Chinese title, handler ``(ctx, **args) -> result dict``."""

    code: str
    title: str | Promise
    handler: Handler


_kinds: dict[str, JobKind] = {}


def job(code: str, *, title: str | Promise) -> Callable[[Handler], Handler]:
    """Declare a handler. It may be run again after a crash and must then go on where it stopped, with the same effect."""

    def declare(handler: Handler) -> Handler:
        _kinds[code] = JobKind(code, title, handler)
        return handler

    return declare


def kind_of(code: str) -> JobKind:
    """The declared kind; unknown codes raise."""
    try:
        return _kinds[code]
    except KeyError as error:
        raise LookupError(f"job kind {code!r} is not declared") from error
