"""Files of items: read by who may read the item's content, named as the reader may see the item, shown on its page."""

from django.urls import reverse

from kedang.business.holdings.models import ItemFile
from kedang.foundation.access.grants import active_grants
from kedang.foundation.access.opened.services import pages_open
from kedang.foundation.access.policies import can, scope_q
from kedang.foundation.access.veil import reveal
from kedang.foundation.files.owners import register_owner

LEAF = "holdings.leaf"


def declare() -> None:
    """Say so to the room of files."""
    register_owner(
        ItemFile,
        "file",
        lambda actor: scope_q(actor, LEAF, ItemFile),
        title=lambda actor, row: reveal(actor, row.item, "title").text,
        url=lambda row: reverse("holdings:item-files", args=[row.item_id]),
        record_of=lambda row: row.item,
        action=LEAF,
        joined=("item",),
        pages=lambda actor, row: pages_open(actor, LEAF, row.item),
        limits=lambda actor: any(grant.is_opened and LEAF in grant.actions for grant in active_grants(actor)),
        may_take=lambda actor, row: can(actor, "holdings.read", row.item),
    )
