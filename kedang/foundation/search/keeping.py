"""Keeping the index in step with the records of a kind, in the transaction that changes them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from kedang.foundation.search import index
from kedang.foundation.search.sources import source_of


class Keeper:
    """``Keeper("item")``, one for each kind and made as a module is loaded.

    Services that write records call :meth:`reindex`; who calls many of them wraps the calls in :meth:`once`.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._waiting: ContextVar[set[int] | None] = ContextVar(f"{kind}_waiting_for_index", default=None)

    @contextmanager
    def once(self) -> Iterator[None]:
        """Within the block, which lies in one transaction, records are noted, and indexed at its end, each once.

        A block within a block leaves its records to the outer one; after an error nothing is indexed.
        """
        wanted: set[int] = set()
        token = self._waiting.set(wanted)
        try:
            yield
        finally:
            self._waiting.reset(token)
        self.reindex(sorted(wanted))

    def reindex(self, ids: Iterable[int]) -> None:
        """Put these records into the index as they are now; what the source of the kind no longer tells of leaves it."""
        waiting, wanted = self._waiting.get(), list(ids)
        if waiting is not None:
            waiting.update(wanted)
            return
        if not wanted:
            return
        documents = list(source_of(self.kind).documents(wanted))
        index.put(self.kind, documents)
        kept = {key for key, _document in documents}
        gone = [key for key in wanted if key not in kept]
        if gone:
            index.remove(self.kind, gone)
