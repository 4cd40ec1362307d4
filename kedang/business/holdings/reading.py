"""Files of items: read by who may read the item's content, named as the reader may see the item, shown on its page."""

from typing import Any

from django.urls import NoReverseMatch, reverse

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
        url=_page,
        action="holdings.read",
        joined=("item",),
    )


def _page(row: Any) -> str:
    try:
        return reverse("holdings:item-detail", args=[row.item_id])
    except NoReverseMatch:
        return ""
