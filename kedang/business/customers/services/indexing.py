"""Keeping the search index in step with the dossiers, in the same transaction."""

from collections.abc import Iterable


def reindex(customer_ids: Iterable[int]) -> None:
    """Put these customers into the index as they are now; withdrawn ones leave it."""
