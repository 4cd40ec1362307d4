"""Keyword → items through the index, inside the reader's scope."""

from typing import Any

from django.db.models import Q

from kedang.business.customers.models import Customer
from kedang.business.holdings.models import Item
from kedang.business.holdings.services.items.indexing import KIND
from kedang.foundation.access.policies import scope_q
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.search.find import CAP, find, find_ids
from kedang.foundation.search.results import Result


def find_items(
    actor: Actor, text: str, within: Q | None = None, *, page: int = 1, page_size: int = 50, cap: int = CAP
) -> Result:
    """Visible items that hold a text, within further conditions."""
    scope = scope_q(actor, "holdings.view", Item)
    if within is not None and within:
        scope &= within
    return find(KIND, text, scope, {}, page=page, page_size=page_size, cap=cap)


def keyword_q(actor: Any, operator: str, values: list[Any]) -> Q:
    """The items that a text finds, as a condition beside others."""
    return Q(pk__in=find_ids(KIND, str(values[0] or ""), scope_q(actor, "holdings.view", Item), {}))


def customer_q(actor: Any, operator: str, values: list[Any]) -> Q:
    """Items of the customers that a text finds, as far as the actor sees them."""
    if operator in {"empty", "filled"}:
        return Q(customer__isnull=operator == "empty")
    found = find_ids("customer", str(values[0] or ""), scope_q(actor, "customers.view", Customer), {})
    return Q(customer_id__in=found)
