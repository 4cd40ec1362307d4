"""What may be asked for: dossiers, volumes and items; how they are called, how secret they are, what lies in them."""

import re
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext as _

from kedang.business.customers.models import Customer
from kedang.business.holdings.choices import ItemState
from kedang.business.holdings.models import Item, Volume
from kedang.foundation.access.veil import reveal
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

Thing = Customer | Volume | Item
KINDS: dict[str, Any] = {"customers.customer": Customer, "holdings.volume": Volume, "holdings.item": Item}
"""Kinds of record that may be asked for."""
GONE = (ItemState.REMOVED, ItemState.DESTROYED)
_RANGE = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")


def words_of(kind: str) -> Any:
    """客户档案, 案卷 or 件."""
    return apps.get_model(kind)._meta.verbose_name


def label_of(actor: Actor, thing: models.Model) -> str:
    """Number and name of a thing as this person may see it."""
    if isinstance(thing, Customer):
        parts = (thing.number, reveal(actor, thing, "name").text)
    elif isinstance(thing, Item):
        parts = (thing.reference_code, reveal(actor, thing, "shown_title").text)
    else:
        parts = (getattr(thing, "reference_code", ""), reveal(actor, thing, "title").text)
    return " ".join(part for part in parts if part)[:200]


def things_of(pairs: Iterable[tuple[str, int]], actor: Actor | None = None) -> dict[tuple[str, int], Thing]:
    """The things behind (kind, key), as far as an actor sees them where one is given; a query for each kind."""
    wanted: dict[str, list[int]] = {}
    for kind, key in pairs:
        if kind in KINDS:
            wanted.setdefault(kind, []).append(key)
    found: dict[tuple[str, int], Thing] = {}
    for kind, keys in wanted.items():
        rows = KINDS[kind].objects.visible_to(actor) if actor is not None else KINDS[kind].objects.all()
        found |= {(kind, row.pk): row for row in rows.filter(pk__in=keys)}
    return found


def inside(volume: Volume) -> list[Item]:
    """Items that lie in a volume now."""
    return list(Item.objects.filter(volume=volume).exclude(state__in=GONE).order_by("position", "pk"))


def level_of(thing: Thing) -> int:
    """Its secrecy level; of a volume the highest of what lies in it."""
    own = int(thing.secrecy_level)
    if isinstance(thing, Volume):
        within = Item.objects.filter(volume=thing).exclude(state__in=GONE)
        return max(own, within.aggregate(most=models.Max("secrecy_level"))["most"] or 0)
    return own


def page_pairs(text: str) -> list[tuple[int, int]]:
    """``1-3，5`` as pairs of first and last page; empty for all.

    Raises:
        Refused: ``pages_odd``.
    """
    pairs: list[tuple[int, int]] = []
    for part in re.split(r"[,，、;；\s]+", text.replace("－", "-").replace("—", "-").replace("~", "-").strip()):
        if not part:
            continue
        found = _RANGE.fullmatch(part)
        first = int(found[1]) if found else 0
        last = int(found[2] or found[1]) if found else 0
        if first < 1 or last < first:
            raise Refused("pages_odd", _("页码“%(part)s”写法不对。请写成“1-3，5”这样。") % {"part": part[:20]}, "pages")
        pairs.append((first, last))
    return sorted(pairs)
