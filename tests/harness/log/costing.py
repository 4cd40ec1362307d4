"""What writing an entry costs beside the single-row write it goes with.

``update``: ``BEGIN; UPDATE`` of one customer row by its key ``; COMMIT``, durable as installations are. ``update_and_entry``: the same with
``record()`` in the transaction. ``edit_without_entry`` and ``edit``: the service ``customer_change`` with its entry left out and as it is.
Each pair alternates; medians of the wall clock.
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

    alone, both = _alternate(update, update_and_entry, ROUNDS)
    raw = {"update_ms": round(alone, 3), "update_and_entry_ms": round(both, 3)}
    return raw | {"entry_percent": round((both / alone - 1) * 100, 1)} | _service(customer)


def _service(customer: Any) -> dict[str, Any]:
    """The same for the service that people's edits go through: checks, duplicates, completeness, search index and all."""
    from kedang.business.customers.services import customers as services
    from kedang.foundation.kernel.actors import SYSTEM

    real = services.record

    def change(number: int) -> None:
        values = {"website": f"s{number}.example"}
        services.customer_change(actor=SYSTEM, customer=customer, values=values, version=None, reason="来函")

    def change_without_entry(number: int) -> None:
        services.record = lambda *args, **more: None  # type: ignore[assignment,return-value]
        try:
            change(-number - 1)
        finally:
            services.record = real

    without, whole = _alternate(change_without_entry, change, ROUNDS // 2)
    edits = {"edit_without_entry_ms": round(without, 3), "edit_ms": round(whole, 3)}
    return edits | {"entry_percent_of_edit": round((whole / without - 1) * 100, 1)}


def _alternate(one: Callable[[int], None], two: Callable[[int], None], rounds: int) -> tuple[float, float]:
    """Medians in milliseconds of two acts done in turn."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        for kept, act in zip(times, (one, two), strict=True):
            began = time.perf_counter()
            act(number)
            kept.append(time.perf_counter() - began)
    return statistics.median(times[0]) * 1000, statistics.median(times[1]) * 1000
