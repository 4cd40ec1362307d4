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
    split off from a larger one is not missing in the roles that companies made before. ``is_part``: a part of what another act shows; every
    role has it with that act, no form offers it, and only a sharing leaves it out.
    """

    code: str
    title: str | Promise
    group: str | Promise
    is_reading: bool = False
    is_taking: bool = False
    includes: tuple[str, ...] = ()
    is_part: bool = False

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


def offered_actions() -> list[Action]:
    """Those that are given one by one."""
    return [action for action in _actions.values() if not action.is_part]


def is_reading(code: str) -> bool:
    """Whether an action is known and changes nothing; words of rooms that are no longer there are no reading."""
    found = _actions.get(code)
    return found is not None and found.is_reading


def is_taking(code: str) -> bool:
    """Whether an action takes something out of the house."""
    found = _actions.get(code)
    return found is not None and found.is_taking


def with_parts(codes: Iterable[str]) -> frozenset[str]:
    """Codes together with the parts of what they show."""
    held = frozenset(codes)
    more = {part for code in held if code in _actions for part in _actions[code].includes if _actions[part].is_part}
    return held | more


def with_included(codes: Iterable[str]) -> frozenset[str]:
    """Codes of a role together with what they include."""
    held = frozenset(codes)
    return held.union(*(_actions[code].includes for code in held if code in _actions and _actions[code].includes))
