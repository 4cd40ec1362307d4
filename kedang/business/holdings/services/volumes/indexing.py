"""Keeping the search index in step with the volumes, in the same transaction."""

from collections.abc import Iterable

from kedang.foundation.search import index
from kedang.foundation.search.sources import source_of

KIND = "volume"


def volumes_indexed(volume_ids: Iterable[int]) -> None:
    """Put these volumes into the index as they are now."""
    wanted = list(volume_ids)
    if wanted:
        index.put(KIND, source_of(KIND).documents(wanted))
