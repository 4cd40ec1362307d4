"""What writing an entry costs beside the single-row write it goes with.

``update``: ``BEGIN; UPDATE`` of one customer row by its key ``; COMMIT``, durable as installations are. ``update_and_entry``: the same with
``record()`` in the transaction. Both alternate; medians of the wall clock and of the processor.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

ROUNDS = 400


def measure() -> dict[str, Any]:
    """Milliseconds and the share."""
    from django.db import transaction

    from kedang.business.customers.events import CUSTOMER_CHANGED
    from kedang.business.customers.models import Customer
    from kedang.foundation.access.models import Fonds
    from kedang.foundation.audit.record import SubjectRef, record
    from kedang.foundation.kernel import clock
    from kedang.foundation.kernel.actors import SYSTEM

    moment = clock.now()
    fonds, _made = Fonds.objects.get_or_create(code="H001", defaults={"name": "量测公司", "created_at": moment})
    customer = Customer.objects.create(
        fonds=fonds, number="H1", name="量测客户有限公司", created_at=moment, updated_at=moment
    )
    ref = SubjectRef("customers.customer", customer.pk, customer.name, fonds_id=fonds.pk)

    def update(number: int) -> None:
        with transaction.atomic():
            Customer.objects.filter(pk=customer.pk).update(website=f"{number}.example")

    def update_and_entry(number: int) -> None:
        with transaction.atomic():
            Customer.objects.filter(pk=customer.pk).update(website=f"{number}.example")
            record(
                SYSTEM,
                CUSTOMER_CHANGED,
                ref,
                changes={"website": (f"{number - 1}.example", f"{number}.example")},
                reason="来函",
            )

    times: dict[str, list[float]] = {"update": [], "update_and_entry": []}
    acts: dict[str, Callable[[int], None]] = {"update": update, "update_and_entry": update_and_entry}
    for number in range(ROUNDS):
        for name, act in acts.items():
            began = time.perf_counter()
            act(number)
            times[name].append(time.perf_counter() - began)
    alone, both = (statistics.median(times[name]) * 1000 for name in acts)
    return {
        "update_ms": round(alone, 3),
        "update_and_entry_ms": round(both, 3),
        "entry_percent": round((both / alone - 1) * 100, 1),
    }
