"""Keyword → customers through the index, inside the reader's scope; private numbers only where the reader sees them in clear."""

from typing import Any

from django.db.models import Q

from kedang.business.customers.models import Customer
from kedang.foundation.access.policies import scope_q
from kedang.foundation.access.veil import shown_scope
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.search.find import CAP, find, find_ids
from kedang.foundation.search.results import Result

KIND = "customer"
PRIVATE = ("contact", "identity", "account")


def find_customers(
    actor: Actor, text: str, within: Q | None = None, *, page: int = 1, page_size: int = 50, cap: int = CAP
) -> Result:
    """Visible customers that hold a text, within further conditions: whole numbers and names first, then the newest."""
    scope = scope_q(actor, "customers.view", Customer)
    if within is not None and within:
        scope &= within
    private = {name: shown_scope(actor, Customer, name) for name in PRIVATE}
    return find(KIND, text, scope, private, page=page, page_size=page_size, cap=cap)


def keyword_q(actor: Any, operator: str, values: list[Any]) -> Q:
    """The customers that a text finds, as a condition beside others (at most so many as lists count to)."""
    private = {name: shown_scope(actor, Customer, name) for name in PRIVATE}
    return Q(pk__in=find_ids(KIND, str(values[0] or ""), scope_q(actor, "customers.view", Customer), private))
