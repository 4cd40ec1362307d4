"""Which kinds of work exist. Rooms declare theirs in ``jobs.py`` with :func:`job`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

Handler = Callable[..., "dict[str, Any] | None"]


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of work: code, Chinese title, handler ``(ctx, **args) -> result dict``, what to put right when it is given up, and what
    its page tells of an ended job.
    """

    code: str
    title: str | Promise
    handler: Handler
    given_up: Callable[..., None] | None = None
    shown: Callable[..., dict[str, Any]] | None = None


_kinds: dict[str, JobKind] = {}


def job(
    code: str,
    *,
    title: str | Promise,
    given_up: Callable[..., None] | None = None,
    shown: Callable[..., dict[str, Any]] | None = None,
) -> Callable[[Handler], Handler]:
    """Declare a handler. It may be run again after a crash and must then go on where it stopped, with the same effect.

    Args:
        given_up: called as ``(actor, **args)`` in the transaction that marks the job as failed because its workers died again and
            again, so that what waits for the job does not wait for ever.
        shown: called as ``(actor, job)`` for the page of a job that has ended; gives ``shown_template`` and what that draws, or nothing
            for who may not know.
    """

    def declare(handler: Handler) -> Handler:
        _kinds[code] = JobKind(code, title, handler, given_up, shown)
        return handler

    return declare


def kind_of(code: str) -> JobKind:
    """The declared kind; unknown codes raise."""
    try:
        return _kinds[code]
    except KeyError as error:
        raise LookupError(f"job kind {code!r} is not declared") from error


def is_known(code: str) -> bool:
    """Whether a kind is declared: jobs of a room that is no longer installed stay in the list."""
    return code in _kinds
