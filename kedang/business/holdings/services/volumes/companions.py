"""What belongs together stays together (A-I9): an item, what it belongs to, what belongs to it, and so on."""

from collections.abc import Iterable

from kedang.business.holdings.choices import ItemState
from kedang.business.holdings.models import Item

ASIDE = frozenset({ItemState.OUT_OF_SCOPE, ItemState.REMOVED, ItemState.DESTROYED})
"""Not kept, or kept no more: nobody waits for them."""


def family_ids(ids: Iterable[int]) -> set[int]:
    """Keys of these items and of everything that belongs together with them, however far; without what is set aside."""
    known = set(ids)
    edge = set(known)
    while edge:
        kept = Item.objects.exclude(state__in=ASIDE)
        above = Item.objects.filter(pk__in=edge, belongs_to__isnull=False).values("belongs_to_id")
        near = set(kept.filter(pk__in=above).values_list("pk", flat=True))
        near |= set(kept.filter(belongs_to_id__in=edge).values_list("pk", flat=True))
        edge = near - known
        known |= edge
    return known


def families(items: Iterable[Item]) -> dict[int, int]:
    """Key of each item → key of the head of its family among these items."""
    above = {item.pk: item.belongs_to_id for item in items}
    heads = {}
    for key in above:
        seen, now = {key}, key
        while (upper := above[now]) in above and upper not in seen:
            seen.add(upper)
            now = upper
        heads[key] = now
    return heads
