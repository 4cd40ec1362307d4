"""Search in documents: any fragment from two characters on, inside what the reader may read, compared with the opened text.

The index names pages by keyed tokens, the condition of the reader's right stands in the same statement, and each named page is opened and
looked at before it counts. A word must stand whole on one page.
"""

import time
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Q

from kedang.foundation.access.models import Fonds
from kedang.foundation.audit.record import record
from kedang.foundation.files.models import FilePage, FileState, StoredFile
from kedang.foundation.files.owners import Held, are_limited, holders, readable
from kedang.foundation.files.reading.indexing import CODE, KIND
from kedang.foundation.files.reading.tokens import SHORTEST, asked_pieces, token
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.text import fold
from kedang.foundation.search.dialect import dialect
from kedang.foundation.search.events import SEARCH_DONE
from kedang.foundation.search.models import ID_MASK, key_range
from kedang.foundation.search.query import LONGEST_QUERY, Query, Term, Way, parse
from kedang.foundation.search.scope import where_of
from kedang.foundation.search.sources import source_of

CAP = 200
"""Pages that are opened for one page of finds, newest first; more of them are opened as somebody turns on."""
FARTHEST = 20
"""Pages of finds that can be turned to."""
AROUND = 42
SNIPPETS = 5
"""Pages of a file whose words are told; of the others the number."""
PAGE_SIZE = 20


class Opened(NamedTuple):
    """A page that was opened and holds the words."""

    pk: int
    number: int
    text: str
    title: str


@dataclass(frozen=True, slots=True)
class PageHit:
    """One page that holds what was asked for, and the words around the first place."""

    number: int
    snippet: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class FileHit:
    """One file with the pages of its hits, in order."""

    held: Held
    pages: tuple[PageHit, ...]


@dataclass(frozen=True, slots=True)
class FilesFound:
    """One page of files. ``total`` counts files; ``is_capped``: there are more. ``is_too_short``: no word has two characters."""

    total: int = 0
    is_capped: bool = False
    hits: tuple[FileHit, ...] = ()
    page: int = 1
    page_size: int = PAGE_SIZE
    took_ms: float = 0.0
    words: tuple[str, ...] = ()
    is_too_short: bool = False

    @property
    def pages(self) -> int:
        """Number of pages that can be opened; one more where more was found than was opened."""
        known = -(-self.total // self.page_size)
        return max(known, min(self.page + 1, FARTHEST)) if self.is_capped else known

    @property
    def total_text(self) -> str:
        """``12``, ``200+``."""
        return f"{self.total:,}+" if self.is_capped else f"{self.total:,}"


def search_in_files(*, actor: Actor, text: str, page: int = 1, page_size: int = PAGE_SIZE) -> FilesFound:
    """Find in documents and write the search down, as every search is."""
    found = find_in_files(actor, text, page=page, page_size=page_size)
    meta = {
        "kind": KIND,
        "text": text[:LONGEST_QUERY].replace("\x00", "").encode(errors="replace").decode(),
        "total": found.total,
        "is_capped": found.is_capped,
        "page": page,
        "shown": len(found.hits),
    }
    with transaction.atomic():
        record(actor, SEARCH_DONE, meta=meta)
    return found


def find_in_files(actor: Actor, text: str, *, page: int = 1, page_size: int = PAGE_SIZE, cap: int = CAP) -> FilesFound:
    """Files whose pages hold the words of ``text`` (all of them, or of one of the groups that ``|`` separates), newest first."""
    began = time.perf_counter()
    groups = [tuple(term.word for term in group) for group in parse(text).groups]
    askable = [group for group in groups if any(len(word) >= SHORTEST for word in group)]
    words = tuple(dict.fromkeys(chain.from_iterable(askable)))
    if not askable:
        return FilesFound(is_too_short=bool(groups), words=words)
    page = min(max(page, 1), FARTHEST)
    named, is_capped = _named(actor, askable, cap * page)
    matching = _shown(actor, _matching(named, askable))
    files = sorted(matching, key=lambda one: max(page.pk for page in matching[one]), reverse=True)
    at = (page - 1) * page_size
    here = files[at : at + page_size]
    owned = holders(actor, here)
    hits = tuple(FileHit(owned[one], _hits(matching[one], words)) for one in here if one in owned)
    took = (time.perf_counter() - began) * 1000
    return FilesFound(len(files), is_capped, hits, page, page_size, took, words)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a question, folded, to be marked where they stand."""
    return tuple(dict.fromkeys(term.word for group in parse(text).groups for term in group))


def pages_with(file: StoredFile, words: tuple[str, ...]) -> list[FilePage]:
    """Pages of one file that hold any of the words, in order. The caller has asked for the right."""
    pages = FilePage.objects.filter(file=file).order_by("number").only("number", "text")
    return [page for page in pages if any(word in fold(page.text) for word in words)]


def pages_scope(actor: Actor) -> Q:
    """Pages whose content the actor may read now."""
    scope = readable(actor, "file_id") & Q(file__state=FileState.GOOD)
    return scope if actor.is_system else Q(file__fonds_id=actor.fonds_id) & scope


def _named(actor: Actor, groups: list[tuple[str, ...]], cap: int) -> tuple[list[int], bool]:
    """Pages that the index names, newest first, and whether it names more than will be opened."""
    where = where_of(source_of(KIND), pages_scope(actor))
    if where.is_nothing:
        return [], False
    companies = [actor.fonds_id] if actor.fonds_id is not None else list(Fonds.objects.values_list("pk", flat=True))
    query = Query(
        tuple(
            tuple(_term(word, one) for word in group if len(word) >= SHORTEST) for one in companies for group in groups
        )
    )
    low, high = key_range(CODE)
    tongue = dialect()
    with tongue.planned(), connection.cursor() as cursor:
        asked = tongue.asked(query, {})
        cursor.execute(*tongue.candidates(asked, low, high, (where.sql, list(where.params)), cap + 1))
        found = sorted((row[0] & ID_MASK for row in cursor.fetchall()), reverse=True)
    return found[:cap], len(found) > cap


def _term(word: str, fonds_id: int) -> Term:
    return Term(word, (Way(tuple(token(fonds_id, piece) for piece in asked_pieces(word)), (), ()),))


def _matching(named: list[int], groups: list[tuple[str, ...]]) -> dict[int, list[Opened]]:
    """File → the pages that really hold all words of a group."""
    found: defaultdict[int, list[Opened]] = defaultdict(list)
    rows = FilePage.objects.filter(pk__in=named).values_list("pk", "file_id", "number", "text", "title")
    for pk, file_id, number, text, title in rows:
        folded = fold(text)
        if any(all(word in folded for word in group) for group in groups):
            found[file_id].append(Opened(pk, number, text, title))
    return found


def _shown(actor: Actor, matching: dict[int, list[Opened]]) -> dict[int, list[Opened]]:
    """Only pages that the actor may see: of the others neither the words nor the number are told."""
    if not matching or not are_limited(actor):
        return matching
    owned = holders(actor, list(matching))
    found = {
        one: [page for page in pages if owned[one].shows(actor, page.number)]
        for one, pages in matching.items()
        if one in owned
    }
    return {one: pages for one, pages in found.items() if pages}


def _hits(pages: list[Opened], words: tuple[str, ...]) -> tuple[PageHit, ...]:
    in_order = sorted(pages, key=lambda one: one.number)
    return tuple(
        PageHit(one.number, snippet(one.text, words) if at < SNIPPETS else "", one.title)
        for at, one in enumerate(in_order)
    )


_folded = lru_cache(maxsize=20_000)(fold)
"""One character folded: documents repeat a few thousand of them."""


def snippet(text: str, words: tuple[str, ...], around: int = AROUND) -> str:
    """The line of words around the first place where one of them stands, in the characters of the document."""
    plain = " ".join(text.replace("\x02", " ").split())
    folded, places = [], []
    for at, char in enumerate(plain):
        for one in _folded(char):
            folded.append(one)
            places.append(at)
    whole = "".join(folded)
    starts = [(at, word) for word in words if (at := whole.find(word)) >= 0]
    if not starts:
        return plain[: 2 * around]
    at, word = min(starts)
    begin, end = places[at], places[at + len(word) - 1] + 1
    left, right = max(begin - around // 2, 0), min(end + around, len(plain))
    return f"{'…' if left else ''}{plain[left:right]}{'…' if right < len(plain) else ''}"
