"""Lists whose box asks the index, and the one entry that every look with conditions leaves behind."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.disclosed import as_ranges
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.audit.vocabulary import EventType
from kedang.foundation.search.results import Result
from kedang.foundation.web.records.declare import Column
from kedang.foundation.web.records.export import RecordExport
from kedang.foundation.web.records.list import RecordList
from kedang.foundation.web.records.paging import SIZES, PageOfRows


def why_found(row: Any, actor: Any) -> str:
    """Why a keyword found it; only lists that come from the index know."""
    return str(getattr(row, "hit_why", ""))


@dataclass(frozen=True, slots=True)
class Searched:
    """How a kind of record is asked for by keyword.

    Args:
        find: ``(actor, text, within, *, page, page_size)`` → the hits within further conditions, the actor's scope in the query.
        listed: kind of the entry that a look with conditions is written down as.
        lead: name of the field beside which the column 命中 stands; it is masked when that field is.
    """

    find: Callable[..., Result]
    listed: EventType
    lead: str

    @property
    def why(self) -> Column:
        """The column 命中."""
        return Column("hit_why", _("命中"), text=why_found, needs=(self.lead,))


class SearchedList(RecordList):
    """A list that turns to the index for a keyword without an order of its own."""

    searched: ClassVar[Searched]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The page, once what was asked is written down."""
        response = super().get(request, **kwargs)
        if self.query.conditions or self.view_key:
            self.note_listing()
        return response

    def asks_index(self) -> bool:
        """Whether this look is answered by the index."""
        return bool(self.query.value("q")) and not self.sort[0]

    @cached_property
    def columns(self) -> list[Column]:
        """Columns that the actor likes; while a keyword is asked for also why it found each."""
        liked = super().columns
        if not self.query.value("q") or self.sort[0]:
            return liked
        at = next((number for number, column in enumerate(liked) if column.lead), 0) + 1
        return [*liked[:at], self.searched.why, *liked[at:]]

    def page_of_rows(self) -> PageOfRows:
        """A page of the index where a keyword was asked and no other order, else a page of the table."""
        if not self.asks_index():
            return super().page_of_rows()
        number, size = self.asked_page()
        found = self.searched.find(
            self.actor, self.query.value("q"), self._beside_keyword(), page=number, page_size=size
        )
        reasons = {hit.id: hit.why_text for hit in found.hits}
        rows = self.pages.for_list(self.pages.model._default_manager.all(), self.columns).filter(pk__in=found.ids)
        by_key = {row.pk: row for row in rows}
        for key, row in by_key.items():
            row.hit_why = reasons[key]
        in_order = [by_key[key] for key in found.ids if key in by_key]
        has_next = number * size < found.total or (found.is_capped and len(in_order) == size)
        return PageOfRows(in_order, number, size, found.total, not found.is_capped, has_next)

    def _beside_keyword(self) -> Q:
        asked = [one for one in self.query.conditions if one.bound.name != "q" or not one.is_basic]
        return self.narrowed() & replace(self.query, conditions=asked, problems=self.query.problems).q()

    def asked_page(self) -> tuple[int, int]:
        """Number and size of the page asked for."""
        number, size = self.params.get("page", ""), self.params.get("size", "")
        known = int(size) if size.isdecimal() and int(size) in SIZES else self.settings.page_size
        return (max(1, int(number[:6])) if number.isdecimal() else 1), known

    def context(self) -> dict[str, Any]:
        made = super().context()
        self.shown_ids = [row.obj.pk for row in made["rows"]]
        self.found_total = made["page"].total
        return made

    def note_listing(self) -> None:
        """One entry: the conditions in words, how many were found, and what stood on the page."""
        words = [condition.words for condition in self.query.conditions]
        meta = {"view": self.view_key, "conditions": words, "found": self.found_total, "ids": as_ranges(self.shown_ids)}
        label = self.pages.model._meta.label_lower
        subject = SubjectRef(label, None, "；".join(words)[:200], fonds_id=self.actor.fonds_id)
        with transaction.atomic():
            record(self.actor, self.searched.listed, subject, meta=meta)


class NamedExport(RecordExport):
    """Export of a list; the entry also says which records left the house."""

    def event_meta(self) -> dict[str, Any]:
        """Keys of the records that are in the file."""
        return {"ids": as_ranges(self.rows_asked().order_by("pk").values_list("pk", flat=True))}
