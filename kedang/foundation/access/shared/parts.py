"""Parts of a dossier that may be shared: rooms declare theirs, a sharing names some of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

_parts: dict[str, "SharedPart"] = {}


@dataclass(frozen=True, slots=True)
class SharedPart:
    """One part: code, title, a line of help, and what it comes to: acts of reading on rows of a model (label). Registers itself.

    ``is_always``: belongs to every sharing. ``after``: makes sense only together with another part. ``has_kinds``: may be narrowed to
    kinds of records. Parts may only carry acts that read and take nothing out: for paper and copies people go on asking.
    """

    code: str
    title: str | Promise
    note: str | Promise
    label: str
    actions: tuple[str, ...]
    is_always: bool = False
    after: str = ""
    has_kinds: bool = False
    shows: tuple[tuple[str, str], ...] = ()
    """Further acts that come with it, each on rows of a model (label): that of the tab of the dossier on which the part is read."""

    def __post_init__(self) -> None:
        _parts[self.code] = self


def shared_parts() -> list[SharedPart]:
    """All declared parts, in order of declaration."""
    return list(_parts.values())


def part(code: str) -> SharedPart | None:
    """The declared part, or None."""
    return _parts.get(code)


def acts_by_model(codes: Iterable[str]) -> dict[str, tuple[frozenset[str], bool]]:
    """Label of a model → acts on it that these parts come to, and whether kinds narrow them. Parts of rooms no longer there are nothing."""
    found: dict[str, tuple[frozenset[str], bool]] = {}
    wanted = set(codes)
    for one in _parts.values():
        if one.is_always or one.code in wanted:
            acts, narrowed = found.get(one.label, (frozenset[str](), False))
            found[one.label] = (acts | set(one.actions), narrowed or one.has_kinds)
            for label, act in one.shows:
                acts, narrowed = found.get(label, (frozenset[str](), False))
                found[label] = (acts | {act}, narrowed)
    return found
