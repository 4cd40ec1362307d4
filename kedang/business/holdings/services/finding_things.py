"""What a scanned text means: a place, a box, a volume or an item, also by a number it had before."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from kedang.business.holdings.choices import LocationKind
from kedang.business.holdings.models import Item, Location, ReferenceCode, Volume
from kedang.foundation.access.policies import policy_for
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

LONGEST = 300
PLACE, BOX, VOLUME, ITEM = "place", "box", "volume", "item"


@dataclass(frozen=True, slots=True)
class Found:
    """One scanned thing."""

    kind: str
    obj: Any
    code: str


def code_in(text: str) -> str:
    """The code itself: scanners add blanks and line ends, printed codes may be an address whose ``code`` parameter it is."""
    from urllib.parse import parse_qs, unquote, urlsplit

    told = " ".join(text.split())[:LONGEST]
    if not told.lower().startswith(("http://", "https://")):
        return told
    parts = urlsplit(told)
    named = parse_qs(parts.query).get("code")
    return named[0] if named else unquote(parts.path.rstrip("/").rpartition("/")[2])


def thing_of(actor: Actor, text: str) -> Found:
    """What a text means to this actor.

    Raises:
        Refused: ``code_empty``, ``code_unknown``.
    """
    code = code_in(text)
    if not code:
        raise Refused("code_empty", _("没有扫到内容，请再扫一次。"), "code")
    place = _first(actor, Location, label=code)
    if place is not None:
        return Found(BOX if place.kind == LocationKind.BOX else PLACE, place, code)
    volume = _first(actor, Volume, reference_code=code)
    if volume is not None:
        return Found(VOLUME, volume, code)
    item = _first(actor, Item, reference_code=code)
    if item is not None:
        return Found(ITEM, item, code)
    known = ReferenceCode.objects.filter(fonds_id=actor.fonds_id, code=code).first() if actor.fonds_id else None
    if known is not None and (known.volume_id or known.item_id):
        model, key = (Volume, known.volume_id) if known.volume_id else (Item, known.item_id)
        found = _first(actor, model, pk=key)
        if found is not None:
            return Found(VOLUME if model is Volume else ITEM, found, found.reference_code)
    told = _("不认识“%(code)s”：不是位置号，也不是档号。没有改动任何位置，请核对后再扫。") % {"code": code}
    raise Refused("code_unknown", told, "code")


def _first(actor: Actor, model: Any, **given: Any) -> Any:
    return model.objects.filter(policy_for(model).scope(actor)).filter(**given).first()
