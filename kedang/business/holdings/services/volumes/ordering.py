"""Order in the volume (A-I13): 批复 before 请示, 正件 before 附件, 印件 before 定稿; else by kind of document, then by date."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from kedang.business.holdings.choices import Relation
from kedang.business.holdings.models import Item, Volume

RANK = {Relation.ATTACHMENT: 1, Relation.DRAFT: 2, Relation.FORWARDED: 3, Relation.LANGUAGE: 4, Relation.REQUEST: 5}
"""Companions behind the item they belong to; a 请示, with what belongs to it, comes behind all of its 批复."""
USUAL_WEIGHT = 50


def items_in_order(volume: Volume | int) -> list[Item]:
    """Items of a volume as they lie in it."""
    key = volume if isinstance(volume, int) else volume.pk
    rows = Item.objects.filter(volume_id=key).select_related("document_type", "retention", "customer", "belongs_to")
    return list(rows.order_by("position", "pk"))


def natural_order(items: Iterable[Item]) -> list[Item]:
    """The order that the rules ask for: every item directly before those that belong to it."""
    rows = list(items)
    keys = {item.pk for item in rows}
    children: defaultdict[int, list[Item]] = defaultdict(list)
    for item in rows:
        if item.belongs_to_id in keys:
            children[item.belongs_to_id].append(item)
    ordered: dict[int, Item] = {}

    def put(item: Item) -> None:
        if item.pk in ordered:
            return
        ordered[item.pk] = item
        for child in sorted(
            children[item.pk], key=lambda one: (RANK.get(Relation(one.relation), 9), *natural_key(one))
        ):
            put(child)

    for item in sorted((one for one in rows if one.belongs_to_id not in keys), key=natural_key):
        put(item)
    for item in rows:  # a circle of belonging, should there ever be one, loses nobody
        put(item)
    return list(ordered.values())


def natural_key(item: Item) -> tuple[Any, ...]:
    """Weight of its kind, date, number of the document, key."""
    weight = item.document_type.order_weight if item.document_type is not None else USUAL_WEIGHT
    return (weight, item.dated_on or date.max, item.document_number, item.pk)


def with_newcomers(present: Sequence[Item], newcomers: Sequence[Item]) -> list[Item]:
    """New items at their natural places; where somebody has laid an order of their own, behind it, each group in its own order."""
    if [item.pk for item in natural_order(present)] == [item.pk for item in present]:
        return natural_order([*present, *newcomers])
    ordered = list(present)
    for item in natural_order(newcomers):
        at = max((n for n, other in enumerate(ordered) if _of_one_family(other, item)), default=len(ordered) - 1)
        ordered.insert(at + 1, item)
    return in_step(ordered)


def _of_one_family(one: Item, other: Item) -> bool:
    return other.belongs_to_id is not None and other.belongs_to_id in {one.pk, one.belongs_to_id}


def in_step(items: Sequence[Item]) -> list[Item]:
    """The same order, but with companions moved behind what they belong to."""
    ordered, places = list(items), {item.pk for item in items}
    for item in list(ordered):
        if item.belongs_to_id in places:
            above = next(n for n, other in enumerate(ordered) if other.pk == item.belongs_to_id)
            here = ordered.index(item)
            if here < above:
                ordered.insert(above, ordered.pop(here))
    return ordered


def out_of_step(items: Sequence[Item]) -> tuple[Item, Item] | None:
    """The first companion that lies before what it belongs to, with that item; None where all is well."""
    seen: set[int] = set()
    by_key = {item.pk: item for item in items}
    for item in items:
        if item.belongs_to_id in by_key and item.belongs_to_id not in seen:
            return item, by_key[item.belongs_to_id]
        seen.add(item.pk)
    return None
