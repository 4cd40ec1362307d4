"""List of items and its export."""

from kedang.business.holdings.events.items import ITEMS_LISTED
from kedang.business.holdings.views.items.finding import find_items
from kedang.foundation.web.records.searched import NamedExport, Searched, SearchedList


class ItemList(SearchedList):
    """件."""

    searched = Searched(find_items, ITEMS_LISTED, "title")


class ItemExport(NamedExport):
    """Export of the list."""
