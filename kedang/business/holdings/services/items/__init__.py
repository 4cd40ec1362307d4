"""The verbs of 件: receive, identify, place, catalogue, put away, correct, bind, remove. Every entrance calls these."""

from kedang.business.holdings.filing.proposal import propose_placement
from kedang.business.holdings.services.items.binding import item_bind, item_unbind
from kedang.business.holdings.services.items.cataloguing import item_catalogue
from kedang.business.holdings.services.items.changing import item_change
from kedang.business.holdings.services.items.files import item_file_add
from kedang.business.holdings.services.items.going_on import item_advance, item_gather
from kedang.business.holdings.services.items.identifying import item_identify
from kedang.business.holdings.services.items.placing import item_place
from kedang.business.holdings.services.items.putting_away import item_put_away
from kedang.business.holdings.services.items.receiving import item_receive
from kedang.business.holdings.services.items.removing import item_remove, item_step_back

__all__ = [
    "item_advance",
    "item_bind",
    "item_catalogue",
    "item_change",
    "item_file_add",
    "item_gather",
    "item_identify",
    "item_place",
    "item_put_away",
    "item_receive",
    "item_remove",
    "item_step_back",
    "item_unbind",
    "propose_placement",
]
