"""Keeping the search index in step with the dossiers, in the same transaction; withdrawn ones leave it."""

from kedang.business.customers.searching import KIND
from kedang.foundation.search.keeping import Keeper

_keeper = Keeper(KIND)
indexed_once, reindex = _keeper.once, _keeper.reindex
