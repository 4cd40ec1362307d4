"""责任者: who made a document is mostly the company, the customer, or both; so these are offered."""

from typing import Any

from django import forms

from kedang.business.holdings.models import Item
from kedang.business.holdings.services.items import item_change
from kedang.foundation.access.models import Fonds


class SuggestedInput(forms.TextInput):
    """A text input with a few suggestions."""

    template_name = "holdings/suggested.html"

    def __init__(self, options: list[str]) -> None:
        super().__init__({"autocomplete": "off"})
        self.options = options

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """With the suggestions."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["options"] = self.options
        return context


def author_options(item: Item) -> list[str]:
    """The company and the customer (as of a contract), each of them, and the department."""
    company = Fonds.objects.filter(pk=item.fonds_id).values_list("name", flat=True).first() or ""
    customer = item.customer.name if item.customer is not None else ""
    department = item.department.name if item.department is not None else ""
    both = f"{company}、{customer}" if company and customer else ""
    return [name for name in (both, customer, company, department) if name]


def author_fill(*, actor: Any, item: Item, author: str) -> Item:
    """:func:`item_change` of the author, for many rows at once."""
    return item_change(actor=actor, item=item, values={"author": author})
