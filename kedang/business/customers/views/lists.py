"""List of customers and its export: every look with conditions is written down in one insert."""

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property

from kedang.business.customers.disclosed import as_ranges
from kedang.business.customers.events import CUSTOMERS_LISTED
from kedang.business.customers.models import Customer
from kedang.business.customers.searching import find_customers
from kedang.business.customers.tables import WHY
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.web.records import Column, RecordExport, RecordList
from kedang.foundation.web.records.paging import SIZES, PageOfRows

CURRENT = Q(withdrawn_at__isnull=True)
COUNTED = CURRENT & Q(review_state__isnull=True)
"""What leaves in a file or on paper: dossiers that 建档审核 has passed, or that needed none."""


class CustomerList(RecordList):
    """客户清单."""

    template_name = "customers/list.html"

    def narrowed(self) -> Q:
        """Withdrawn dossiers only in their own view."""
        return super().narrowed() if self.view_key == "withdrawn" else super().narrowed() & CURRENT

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The page, once what was asked is written down."""
        response = super().get(request, **kwargs)
        if self.query.conditions or self.view_key:
            note_listing(self)
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
        if not keyword or self.sort[0] or self.view_key == "withdrawn":
            return super().page_of_rows()
        within = self.narrowed()
        asked = [
            condition for condition in self.query.conditions if condition.bound.name != "q" or not condition.is_basic
        ]
        within &= replace(self.query, conditions=asked, problems=self.query.problems).q()
        number, size = self.asked_page()
        found = find_customers(self.actor, keyword, within, page=number, page_size=size)
        reasons = {hit.id: hit.why_text for hit in found.hits}
        rows = self.pages.for_list(Customer.objects.all(), self.columns).filter(pk__in=found.ids)
        by_key = {row.pk: row for row in rows}
        for key, row in by_key.items():
            row.hit_why = reasons[key]
        in_order = [by_key[key] for key in found.ids if key in by_key]
        has_next = number * size < found.total or (found.is_capped and len(in_order) == size)
        return PageOfRows(in_order, number, size, found.total, not found.is_capped, has_next)

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


def note_listing(page: Any) -> None:
    """One entry: the conditions in words, how many were found, and who stood on the page."""
    words = [condition.words for condition in page.query.conditions]
    meta = {"view": page.view_key, "conditions": words, "found": page.found_total, "ids": as_ranges(page.shown_ids)}
    subject = SubjectRef(Customer._meta.label_lower, None, "；".join(words)[:200], fonds_id=page.actor.fonds_id)
    with transaction.atomic():
        record(page.actor, CUSTOMERS_LISTED, subject, meta=meta)


class CustomerExport(RecordExport):
    """Export of the list; the entry also says which customers left the house."""

    def narrowed(self) -> Q:
        """See :class:`CustomerList`."""
        if self.view_key in ("withdrawn", "to-review"):
            return super().narrowed()
        return super().narrowed() & COUNTED

    def event_meta(self) -> dict[str, Any]:
        """Keys of the customers that are in the file."""
        return {"ids": as_ranges(self.rows_asked().order_by("pk").values_list("pk", flat=True))}
