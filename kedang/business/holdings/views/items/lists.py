"""List of items and its export; every look with conditions is written down."""

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property

from kedang.business.customers.disclosed import as_ranges
from kedang.business.holdings.events.items import ITEMS_LISTED
from kedang.business.holdings.models import Item
from kedang.business.holdings.views.items.declared import WHY
from kedang.business.holdings.views.items.finding import find_items
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.web.records import Column, RecordExport, RecordList
from kedang.foundation.web.records.paging import SIZES, PageOfRows


class ItemList(RecordList):
    """件."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The page, once what was asked is written down."""
        response = super().get(request, **kwargs)
        if self.query.conditions or self.view_key:
            self._note()
        return response

    @cached_property
    def columns(self) -> list[Column]:
        """Columns that the actor likes; while a keyword is asked for also why it found each."""
        liked = super().columns
        if not self.query.value("q") or self.sort[0]:
            return liked
        at = next((number for number, column in enumerate(liked) if column.lead), 0) + 1
        return [*liked[:at], WHY, *liked[at:]]

    def page_of_rows(self) -> PageOfRows:
        """A page of the index where a keyword was asked and no other order, else a page of the table."""
        keyword = self.query.value("q")
        if not keyword or self.sort[0]:
            return super().page_of_rows()
        asked = [one for one in self.query.conditions if one.bound.name != "q" or not one.is_basic]
        within = self.narrowed() & replace(self.query, conditions=asked, problems=self.query.problems).q()
        text, size = self.params.get("page", ""), self.params.get("size", "")
        number = max(1, int(text[:6])) if text.isdecimal() else 1
        rows_a_page = int(size) if size.isdecimal() and int(size) in SIZES else self.settings.page_size
        found = find_items(self.actor, keyword, within, page=number, page_size=rows_a_page)
        reasons = {hit.id: hit.why_text for hit in found.hits}
        rows = self.pages.for_list(Item.objects.all(), self.columns).filter(pk__in=found.ids)
        by_key = {row.pk: row for row in rows}
        for key, row in by_key.items():
            row.hit_why = reasons[key]
        in_order = [by_key[key] for key in found.ids if key in by_key]
        has_next = number * rows_a_page < found.total or (found.is_capped and len(in_order) == rows_a_page)
        return PageOfRows(in_order, number, rows_a_page, found.total, not found.is_capped, has_next)

    def context(self) -> dict[str, Any]:
        made = super().context()
        self.shown_ids = [row.obj.pk for row in made["rows"]]
        self.found_total = made["page"].total
        return made

    def _note(self) -> None:
        words = [condition.words for condition in self.query.conditions]
        meta = {
            "view": self.view_key, "conditions": words, "found": self.found_total, "ids": as_ranges(self.shown_ids),
        }  # fmt: skip
        subject = SubjectRef(Item._meta.label_lower, None, "；".join(words)[:200], fonds_id=self.actor.fonds_id)
        with transaction.atomic():
            record(self.actor, ITEMS_LISTED, subject, meta=meta)


class ItemExport(RecordExport):
    """Export of the list; the entry also says which items left the house."""

    def event_meta(self) -> dict[str, Any]:
        """Keys of the items that are in the file."""
        return {"ids": as_ranges(self.rows_asked().order_by("pk").values_list("pk", flat=True))}
