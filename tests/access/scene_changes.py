"""What addresses of notices, of changes under approval and of holds name."""

from datetime import timedelta
from typing import Any

from kedang.business.customers.models import Customer
from kedang.business.customers.services import customer_change
from kedang.business.retention.services.holding import hold_ask
from kedang.foundation.approvals.services.flows import ensure_flows
from kedang.foundation.kernel import clock
from tests.cast import Cast


def arguments_of_changes(cast: Cast, customer: Customer) -> dict[str, dict[str, Any]]:
    """Name of an address, or the noun it begins with → its arguments."""
    later = clock.today() + timedelta(days=30)
    waiting = customer_change(
        actor=cast.archivist,
        customer=customer,
        values={"bank_name": "建设银行深圳分行"},
        version=None,
        reason="客户来函",
        effective_on=later,
    ).waiting_change
    ensure_flows(cast.fonds)
    hold = hold_ask(
        actor=cast.archivist,
        title="货款纠纷一案",
        legal_basis="(2026)粤0305民初1234号",
        reason="法院保全",
        things=[customer],
        is_no_loan=False,
    )
    return {
        "notices:open": {"pk": 0},
        "change-call-off": {"pk": waiting.pk},
        "change-unmask": {"pk": waiting.pk, "field": "bank_name"},
        "hold": {"pk": hold.pk},
    }
