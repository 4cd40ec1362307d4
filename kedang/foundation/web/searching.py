"""Kinds of records on the search page: which pages a hit leads to, and what is said beside its name.

Every kind of the search room whose model has pages is there by itself, with code, tags and key facts of its head beside the
name. A room that wants other notes says so in its ``panels.py``:
``findable.add(Findable("customer", CustomerPages, notes=("number", "party_kind")))``. A room whose finds are no records (the text of
files) brings a :class:`Finder` of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol

from django.utils.safestring import SafeString, mark_safe

from kedang.foundation.access.policies import can
from kedang.foundation.kernel.text import fold
from kedang.foundation.search.services import search_run, suggest
from kedang.foundation.search.sources import kinds, source_of
from kedang.foundation.web.escaping import esc
from kedang.foundation.web.records.base import RecordPages
from kedang.foundation.web.records.cells import Cell, cells_of
from kedang.foundation.web.records.declare import Column


@dataclass(frozen=True, slots=True)
class Findable:
    """One kind: its name in the search room, its pages, and the fields shown beside a hit."""

    kind: str
    pages: type[RecordPages]
    notes: tuple[str, ...] = ()
    order: int = 100
    is_beside = False

    @property
    def title(self) -> Any:
        """Label of the tab and of the group under the search box."""
        return self.pages.plural()

    def is_for(self, actor: Any) -> bool:
        """Whether the actor may look at the kind at all."""
        return can(actor, self.pages.action_of("view"))

    def search(self, actor: Any, text: str, page: int) -> tuple[Any, list["FoundLine"]]:
        """One page of hits, written down, and their lines."""
        result = search_run(actor=actor, kind=self.kind, text=text, page=page, is_read_again=True)
        return result, lines_of(actor, self, result.hits, result.words)

    def suggest(self, actor: Any, text: str, limit: int) -> list["FoundLine"]:
        """The first few lines while somebody types."""
        found = suggest(actor=actor, kind=self.kind, text=text, limit=limit)
        return lines_of(actor, self, found.hits, found.words)


class Finder(Protocol):
    """Something to be found through the one box. ``is_beside``: it is suggested beside the records, however many kinds of them there
    are."""

    @property
    def kind(self) -> str: ...

    @property
    def order(self) -> int: ...

    @property
    def is_beside(self) -> bool: ...

    @property
    def title(self) -> Any: ...

    def is_for(self, actor: Any) -> bool: ...

    def search(self, actor: Any, text: str, page: int) -> tuple[Any, list["FoundLine"]]:
        """A result (``total_text``, ``took_ms``, ``page``, ``page_size``, ``pages``, ``total``, ``is_capped``) and the lines of its
        page."""

    def suggest(self, actor: Any, text: str, limit: int) -> list["FoundLine"]: ...


@dataclass(slots=True)
class FoundLine:
    """One hit ready for the page. ``places`` are the spots inside it: label, address, the words there."""

    name: SafeString
    url: str
    why: str
    notes: list[Cell]
    places: list[tuple[str, str, SafeString]] = field(default_factory=list)


@dataclass(slots=True)
class Findables:
    """Registry of kinds."""

    known: dict[str, Finder] = field(default_factory=dict)

    def add(self, findable: Finder) -> None:
        """Declare a kind."""
        self.known[findable.kind] = findable

    def for_actor(self, actor: Any) -> list[Finder]:
        """Kinds that the actor may look at."""
        every: list[Finder] = [
            found for kind in kinds() if (found := self.known.get(kind) or _by_itself(kind)) is not None
        ]
        return sorted((one for one in every if one.is_for(actor)), key=lambda one: one.order)


def _by_itself(kind: str) -> Findable | None:
    """A kind nobody said more about."""
    pages = RecordPages.of_kind(source_of(kind).model._meta.label_lower)
    if pages is None:
        return None
    notes = [name for name in (pages.head_code, *pages.head_tags, *pages.head_keys) if name]
    return Findable(kind, pages, tuple(notes))


findable = Findables()


def lines_of(actor: Any, kind: Findable, hits: Iterable[Any], words: Iterable[str]) -> list[FoundLine]:
    """Hits with names, notes and reasons, every value through the veil; records gone meanwhile are left out."""
    hits = list(hits)
    pages = kind.pages
    columns = [Column(name, tones=pages.tones.get(name)) for name in kind.notes]
    rows = pages.for_list(pages.visible(actor), columns).in_bulk([hit.id for hit in hits])
    cells, address = cells_of(actor, pages.model, columns), pages.addresses("detail")
    shown = []
    for hit in hits:
        row = rows.get(hit.id)
        if row is not None:
            notes = [cell for cell in cells(row) if cell.text]
            name = marked(pages.name_of(actor, row), words)
            shown.append(FoundLine(name, address(row.pk), "、".join(str(why) for why in hit.why), notes))
    return shown


_folded = lru_cache(maxsize=20_000)(fold)
"""One character folded: names repeat a few thousand of them."""


def marked(text: str, words: Iterable[str]) -> SafeString:
    """The text with the asked words marked, also where they are written in other characters of the same meaning."""
    folded, places = "", []
    for at, char in enumerate(text):
        for one in _folded(char):
            folded += one
            places.append(at)
    is_hit = [False] * len(text)
    for word in words:
        start = folded.find(word) if word else -1
        while start >= 0:
            for at in range(places[start], places[start + len(word) - 1] + 1):
                is_hit[at] = True
            start = folded.find(word, start + 1)
    parts: list[str] = []
    for hit, run in groupby(zip(is_hit, text, strict=True), key=itemgetter(0)):
        words_there = esc("".join(char for _, char in run))
        parts.append(f"<mark>{words_there}</mark>" if hit else words_there)
    return mark_safe("".join(parts))  # noqa: S308  # every run of characters was escaped above
