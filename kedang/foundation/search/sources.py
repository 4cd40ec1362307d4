"""Registry of what can be searched; rooms fill it from their ``search.py`` at start-up."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.policies import policy_for
from kedang.foundation.search.documents import INITIALS, SYLLABLES, Document, Field

_NO_PRIVATE: Mapping[str, Any] = {}


@dataclass(frozen=True)
class SearchSource:
    """One kind of record that can be found.

    ``documents(ids)`` yields (object id, document) of the records with these ids that belong into the index; ``all_ids()``
    the ids of every record, for rebuilding. ``private`` names the secrecy classes with private tokens and the reason
    shown for such a hit (“电话尾号”). ``implied`` are conditions that every record in the index fulfils, as (lookup, value):
    they need not be asked again. ``code`` is the kind in stored keys: small, unique, never changed.
    """

    kind: str
    code: int
    model: type[models.Model]
    fields: tuple[Field, ...]
    documents: Callable[[Iterable[int]], Iterable[tuple[int, Document]]]
    all_ids: Callable[[], Iterable[int]]
    private: Mapping[str, Any] = field(default_factory=lambda: _NO_PRIVATE)
    implied: tuple[tuple[str, Any], ...] = ()

    @cached_property
    def titles(self) -> dict[str, Any]:
        """Letter of a field → reason shown for a hit in it."""
        return {one.letter: one.title for one in self.fields} | {INITIALS: _("拼音首字母"), SYLLABLES: _("拼音")}

    @cached_property
    def exact_letters(self) -> tuple[str, ...]:
        """Letters of the fields whose whole text as a query brings the record to the top."""
        return tuple(one.letter for one in self.fields if one.is_exact)

    @cached_property
    def mirrored(self) -> dict[str, str]:
        """Paths of the model's policy → columns of the document that hold the same values."""
        paths = policy_for(self.model).paths
        pairs = {
            paths.fonds: "fonds_id",
            paths.owner: "owner_id",
            paths.department: "department_id",
            paths.region: "region_code",
            paths.secrecy: "secrecy_level",
        }
        return {path: column for path, column in pairs.items() if path}


_sources: dict[str, SearchSource] = {}


def register(source: SearchSource) -> SearchSource:
    """Make a kind searchable. A second kind with the same code or letters twice is a mistake of the programmer."""
    letters = [one.letter for one in source.fields]
    if len(set(letters)) < len(letters) or not all(len(one) == 1 and "A" <= one <= "Z" for one in letters):
        raise ValueError(f"letters of {source.kind} must be single, upper case and unique")
    for other in _sources.values():
        if other.code == source.code and other.kind != source.kind:
            raise ValueError(f"{source.kind} and {other.kind} have the same code {source.code}")
    _sources[source.kind] = source
    return source


def source_of(kind: str) -> SearchSource:
    """The source of a kind."""
    return _sources[kind]


def kinds() -> list[str]:
    """Every searchable kind."""
    return sorted(_sources)
