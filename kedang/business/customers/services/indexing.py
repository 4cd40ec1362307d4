"""Keeping the search index in step with the dossiers, in the same transaction."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from kedang.business.customers.searching import KIND
from kedang.foundation.search import index
from kedang.foundation.search.sources import source_of

_waiting: ContextVar[set[int] | None] = ContextVar("customers_waiting_for_index", default=None)


@contextmanager
def indexed_once() -> Iterator[None]:
    """Within the block, which lies in one transaction, customers are noted and then indexed once, at its end."""
    token = _waiting.set(set())
    try:
        yield
        wanted = _waiting.get() or set()
    finally:
        _waiting.reset(token)
    reindex(sorted(wanted))


def reindex(customer_ids: Iterable[int]) -> None:
    """Put these customers into the index as they are now; withdrawn ones leave it."""
    waiting = _waiting.get()
    if waiting is not None:
        waiting.update(customer_ids)
        return
    wanted = list(customer_ids)
    documents = list(source_of(KIND).documents(wanted))
    index.put(KIND, documents)
    kept = {key for key, _document in documents}
    gone = [key for key in wanted if key not in kept]
    if gone:
        index.remove(KIND, gone)
