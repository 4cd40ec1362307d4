"""Files of items: read by who may read the item's content, named as the reader may see the item, shown on its page."""

from django.urls import reverse

from kedang.business.holdings.models import ItemFile
from kedang.foundation.access.policies import scope_q
from kedang.foundation.access.veil import reveal
from kedang.foundation.files.owners import register_owner


def declare() -> None:
    """Say so to the room of files."""
    register_owner(
        ItemFile,
        "file",
        lambda actor: scope_q(actor, "holdings.read", ItemFile),
        title=lambda actor, row: reveal(actor, row.item, "title").text,
        url=lambda row: reverse("holdings:item-files", args=[row.item_id]),
        record_of=lambda row: row.item,
        action="holdings.read",
        joined=("item",),
    )
