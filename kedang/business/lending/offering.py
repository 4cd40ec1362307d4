"""先看电子件: whether a thing on paper can be read without taking the paper out."""

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import FileRole
from kedang.business.holdings.models import Item, ItemFile, Volume
from kedang.foundation.access.policies import can
from kedang.foundation.files.models import FileState
from kedang.foundation.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Offer:
    """An electronic copy: what it is, where it is read, and whether this reader may open it at once."""

    words: str
    url: str
    may_read: bool
    is_redacted: bool = False


def electronic(actor: Actor, thing: Volume | Item) -> Offer | None:
    """The copy to offer first, or None. One whose secrets are covered comes before the full scan."""
    if isinstance(thing, Item):
        where = Q(item=thing)
        url, may = reverse("holdings:item-files", args=[thing.pk]), _may_read(actor, thing)
    else:
        where = Q(item__volume=thing)
        url, may = reverse("holdings:volume-items", args=[thing.pk]), _may_read(actor, thing)
    rows = (
        ItemFile.objects.visible_to(actor)
        .filter(where, file__state=FileState.GOOD)
        .values_list("role", "item_id")
        .distinct()
    )
    found = list(rows)
    papers = {item for _role, item in found}
    redacted = {item for role, item in found if role == FileRole.REDACTED}
    if redacted and not may:
        told = (
            _("有遮盖件可看，不必借原件")
            if isinstance(thing, Item)
            else _("卷内 %(n)s 件有遮盖件可看") % {"n": len(redacted)}
        )
        return Offer(told, url, may, is_redacted=True)
    if papers:
        told = (
            _("有电子件可看，不必借原件")
            if isinstance(thing, Item)
            else _("卷内 %(n)s 件有电子件可看") % {"n": len(papers)}
        )
        return Offer(told, url, may)
    if isinstance(thing, Volume) and thing.twin_id is not None:
        return Offer(_("有内容相同的电子案卷"), reverse("holdings:volume-detail", args=[thing.twin_id]), may)
    return None


def _may_read(actor: Actor, thing: Volume | Item) -> bool:
    """Whether the content is open to this reader, at least page by page."""
    return can(actor, "holdings.read", thing) or can(actor, "holdings.leaf", thing)
