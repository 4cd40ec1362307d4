"""Vocabulary of acts that can be granted. A word that is not declared can neither be granted nor required."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

_actions: dict[str, "Action"] = {}


@dataclass(frozen=True, slots=True)
class Action:
    """One act: code ``room.verb``, Chinese title, group under which the roles page lists it. Registers itself.

    ``is_taking``: something leaves by it (paper, file, content). What an approved request opened is taken record by record and counted;
    it never answers the question whether somebody may take whole lists. ``includes``: acts that come with it in every role, so that an act
    split off from a larger one is not missing in the roles that companies made before.
    """

    code: str
    title: str | Promise
    group: str | Promise
    is_reading: bool = False
    is_taking: bool = False
    includes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _actions[self.code] = self


def action(code: str) -> Action:
    """The declared action; an unknown code raises."""
    try:
        return _actions[code]
    except KeyError as error:
        raise LookupError(f"action {code!r} is not declared") from error


def actions() -> list[Action]:
    """All declared actions in order of declaration."""
    return list(_actions.values())


def is_reading(code: str) -> bool:
    """Whether an action is known and changes nothing; words of rooms that are no longer there are no reading."""
    found = _actions.get(code)
    return found is not None and found.is_reading


def is_taking(code: str) -> bool:
    """Whether an action takes something out of the house."""
    found = _actions.get(code)
    return found is not None and found.is_taking


def with_included(codes: Iterable[str]) -> frozenset[str]:
    """Codes of a role together with what they include."""
    held = frozenset(codes)
    return held.union(*(_actions[code].includes for code in held if code in _actions and _actions[code].includes))
