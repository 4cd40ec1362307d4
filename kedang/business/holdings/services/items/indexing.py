"""Keeping the search index in step with the items, in the same transaction."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from kedang.foundation.search import index
from kedang.foundation.search.sources import source_of

KIND = "item"
_waiting: ContextVar[set[int] | None] = ContextVar("items_waiting_for_index", default=None)


@contextmanager
def indexed_once() -> Iterator[None]:
    """Within the block, which lies in one transaction, items are noted and then indexed once, at its end."""
    if _waiting.get() is not None:
        yield
        return
    token = _waiting.set(set())
    try:
        yield
        wanted = _waiting.get() or set()
    finally:
        _waiting.reset(token)
    reindex(sorted(wanted))


def reindex(ids: Iterable[int]) -> None:
    """Put these items into the index as they are now; those that are gone leave it."""
    waiting = _waiting.get()
    if waiting is not None:
        waiting.update(ids)
        return
    wanted = list(ids)
    if not wanted:
        return
    documents = list(source_of(KIND).documents(wanted))
    index.put(KIND, documents)
    kept = {key for key, _document in documents}
    gone = [key for key in wanted if key not in kept]
    if gone:
        index.remove(KIND, gone)
