"""Which entries are about a record. The one place that knows how the indexes of the trail want to be asked."""

from collections.abc import Iterable

from django.db.models import Q

_HAS_PARENT = ~Q(parent_type="")
"""The index of parents is a partial one, used only where its own condition is repeated."""


def about(subject_type: str, subject_id: int | None) -> Q:
    """Entries of a record and of what belongs to it."""
    mine = Q(subject_type=subject_type, subject_id=subject_id)
    return mine | (Q(parent_type=subject_type, parent_id=subject_id) & _HAS_PARENT)


def about_any(subject_type: str, subject_ids: Iterable[int]) -> Q:
    """Entries of several records and of what belongs to them."""
    keys = list(subject_ids)
    mine = Q(subject_type=subject_type, subject_id__in=keys)
    return mine | (Q(parent_type=subject_type, parent_id__in=keys) & _HAS_PARENT)


def below(parent_type: str, parent_id: int) -> Q:
    """Entries of what belongs to a record, without its own."""
    return Q(parent_type=parent_type, parent_id=parent_id) & _HAS_PARENT
