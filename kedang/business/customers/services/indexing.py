"""Keeping the search index in step with the dossiers, in the same transaction."""

from collections.abc import Iterable

from kedang.business.customers.searching import KIND
from kedang.foundation.search import index
from kedang.foundation.search.sources import source_of


def reindex(customer_ids: Iterable[int]) -> None:
    """Put these customers into the index as they are now; withdrawn ones leave it."""
    wanted = list(customer_ids)
    documents = list(source_of(KIND).documents(wanted))
    index.put(KIND, documents)
    kept = {key for key, _document in documents}
    gone = [key for key in wanted if key not in kept]
    if gone:
        index.remove(KIND, gone)
