"""The verbs of volumes (AR-04, AR-06, AR-07, AR-10, AR-11). Every entrance (page, API, import, demo, shell) calls these."""

from kedang.business.holdings.services.volumes.arranging import volume_reorder
from kedang.business.holdings.services.volumes.closing import shortcomings, volume_close
from kedang.business.holdings.services.volumes.making import volume_change, volume_create
from kedang.business.holdings.services.volumes.notes import note_add, note_write, notes_sign
from kedang.business.holdings.services.volumes.ordering import items_in_order, natural_order
from kedang.business.holdings.services.volumes.proposing import volumes_arranged, volumes_proposed
from kedang.business.holdings.services.volumes.reopening import volume_reopen_ask, volume_reopen_decide
from kedang.business.holdings.services.volumes.taking import volume_release, volume_take
from kedang.business.holdings.services.volumes.twins import differences, volume_twin_set
from kedang.business.holdings.services.volumes.writing import volume_recounted

__all__ = [
    "differences",
    "items_in_order",
    "natural_order",
    "note_add",
    "note_write",
    "notes_sign",
    "shortcomings",
    "volume_change",
    "volume_close",
    "volume_create",
    "volume_recounted",
    "volume_release",
    "volume_reopen_ask",
    "volume_reopen_decide",
    "volume_reorder",
    "volume_take",
    "volume_twin_set",
    "volumes_arranged",
    "volumes_proposed",
]
