"""What addresses of notices, of changes under approval and of holds name."""

from typing import Any

from kedang.business.customers.models import Customer
from tests.cast import Cast


def arguments_of_changes(cast: Cast, customer: Customer) -> dict[str, dict[str, Any]]:
    """Name of an address, or the noun it begins with → its arguments."""
    return {"notices:open": {"pk": 0}}
