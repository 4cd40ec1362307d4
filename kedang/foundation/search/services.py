"""Searching as an act: what the actor may see, and the trail of what was asked."""

from django.db import transaction
from django.db.models import Q

from kedang.foundation.access.policies import policy_for
from kedang.foundation.access.veil import shown_scope
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.search.events import SEARCH_DONE
from kedang.foundation.search.find import find
from kedang.foundation.search.query import LONGEST_QUERY
from kedang.foundation.search.results import PAGE_SIZE, Result
from kedang.foundation.search.sources import source_of


def scopes_of(actor: Actor, kind: str) -> tuple[Q, dict[str, Q]]:
    """(what the actor may see of a kind, where he sees fields of a private class in clear)."""
    source = source_of(kind)
    private = {name: shown_scope(actor, source.model, name) for name in source.private}
    return policy_for(source.model).scope(actor), private


def search_run(
    *, actor: Actor, kind: str, text: str, page: int = 1, page_size: int = PAGE_SIZE, is_read_again: bool = False
) -> Result:
    """Find what the actor may see and write the search down: its text, the number of hits, the page.

    The looking itself holds no lock; nothing is given back before the entry is written.

    Args:
        is_read_again: the caller reads the records of the hits within the actor's scope before it shows anything of them.
    """
    scope, private = scopes_of(actor, kind)
    result = find(kind, text, scope, private, page=page, page_size=page_size, is_read_again=is_read_again)
    meta = {
        "kind": kind,
        "text": text[:LONGEST_QUERY].replace("\x00", "").encode(errors="replace").decode(),
        "total": result.total,
        "is_capped": result.is_capped,
        "page": page,
        "shown": len(result.hits),
    }
    with transaction.atomic():
        record(actor, SEARCH_DONE, meta=meta)
    return result


def suggest(*, actor: Actor, kind: str, text: str, limit: int = 8) -> Result:
    """The first few hits while somebody types; nobody's search yet, so it leaves no trail and counts no further."""
    scope, private = scopes_of(actor, kind)
    return find(kind, text, scope, private, page_size=limit, cap=limit)
