"""What addresses of notices, of changes under approval and of holds name."""

from datetime import timedelta
from typing import Any

from kedang.business.customers.models import Customer
from kedang.business.customers.services import customer_change
from kedang.foundation.kernel import clock
from tests.cast import Cast


def arguments_of_changes(cast: Cast, customer: Customer) -> dict[str, dict[str, Any]]:
    """Name of an address, or the noun it begins with → its arguments."""
    later = clock.today() + timedelta(days=30)
    waiting = customer_change(
        actor=cast.archivist, customer=customer, values={"bank_name": "建设银行深圳分行"}, version=None, reason="客户来函", effective_on=later
    ).waiting_change
    return {"notices:open": {"pk": 0}, "change-call-off": {"pk": waiting.pk}}
