"""Which kinds of notice exist. Rooms declare theirs in ``AppConfig.ready()``; a notice says no more than its kind's title and a number."""

from dataclasses import dataclass

from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One kind: its title is all the words that a notice ever carries. Urgent ones pass quiet hours and are never collected."""

    code: str
    title: Words
    icon: str = "bell"
    is_urgent: bool = False
    order: int = 100


_kinds: dict[str, NoticeKind] = {}


def declare(*kinds: NoticeKind) -> None:
    """Make kinds known; the same code again replaces it."""
    _kinds.update({kind.code: kind for kind in kinds})


def kind_of(code: str) -> NoticeKind:
    """The declared kind; one of a room that is no longer installed is shown by its code."""
    return _kinds.get(code) or NoticeKind(code, code)


def is_known(code: str) -> bool:
    """Whether a kind is declared."""
    return code in _kinds


def kinds() -> list[NoticeKind]:
    """All kinds in the order in which people meet them."""
    return sorted(_kinds.values(), key=lambda kind: (kind.order, kind.code))
