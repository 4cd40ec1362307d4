"""List of customers and its export."""

from django.db.models import Q

from kedang.business.customers.events import CUSTOMERS_LISTED
from kedang.business.customers.searching import find_customers
from kedang.foundation.web.records.searched import NamedExport, Searched, SearchedList

CURRENT = Q(withdrawn_at__isnull=True)
COUNTED = CURRENT & Q(review_state__isnull=True)
"""What leaves in a file or on paper: dossiers that 建档审核 has passed, or that needed none."""


class CustomerList(SearchedList):
    """客户清单."""

    template_name = "customers/list.html"
    searched = Searched(find_customers, CUSTOMERS_LISTED, "name")

    def narrowed(self) -> Q:
        """Withdrawn dossiers only in their own view."""
        return super().narrowed() if self.view_key == "withdrawn" else super().narrowed() & CURRENT

    def asks_index(self) -> bool:
        """The index holds current dossiers only."""
        return super().asks_index() and self.view_key != "withdrawn"


class CustomerExport(NamedExport):
    """Export of the list, withdrawn dossiers and those under review only in their own views."""

    def narrowed(self) -> Q:
        """See :class:`CustomerList`."""
        if self.view_key in ("withdrawn", "to-review"):
            return super().narrowed()
        return super().narrowed() & COUNTED
