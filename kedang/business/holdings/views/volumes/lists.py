"""List of volumes and its export."""

from kedang.business.holdings.events.volumes import VOLUMES_LISTED
from kedang.business.holdings.views.volumes.columns import find_volumes
from kedang.foundation.web.records.searched import NamedExport, Searched, SearchedList


class VolumeList(SearchedList):
    """案卷清单."""

    searched = Searched(find_volumes, VOLUMES_LISTED, "title")


class VolumeExport(NamedExport):
    """Export of the list."""
