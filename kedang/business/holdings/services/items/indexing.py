"""Keeping the search index in step with the items, in the same transaction."""

from kedang.foundation.search.keeping import Keeper

KIND = "item"
_keeper = Keeper(KIND)
indexed_once, reindex = _keeper.once, _keeper.reindex
