"""Keeping the search index in step with the volumes, in the same transaction."""

from kedang.foundation.search.keeping import Keeper

KIND = "volume"
volumes_indexed = Keeper(KIND).reindex
