"""Faults that the harness must notice: each takes away one protection of the product, in this process only.

Nothing of the product is imported before a fault is planted.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch


@dataclass(frozen=True)
class Fault:
    """What is replaced, the group and the acts in which it shows, and a part of the sentence that must be found."""

    place: str
    instead: Callable[..., Any]
    group: str
    acts: tuple[str, ...]
    finding: str
    engines: tuple[str, ...] = ("sqlite", "postgresql")

    @contextmanager
    def planted(self) -> Iterator[None]:
        """The fault is there as long as the block lasts."""
        with patch(self.place, self.instead):
            yield


def nothing(*given: Any, **named: Any) -> None:
    """No check."""


def forgetful(obj: Any, values: Any) -> dict[str, tuple[Any, Any]]:
    """Takes over, but does not note what was there before."""
    from kedang.business.customers.services.writing import take_over

    return {name: (None, new) for name, (_old, new) in take_over(obj, values).items()}


def unlocked(rows: Any, *given: Any, **named: Any) -> Any:
    """Reads without lock."""
    return rows.all()


SERVICES = "kedang.business.customers.services"
APPROVALS, HOLDINGS = "kedang.foundation.approvals.services", "kedang.business.holdings.services"
ISSUE, WITHDRAW, RETURN = "loan_issue", "thing_withdraw", "loan_return"
CHANGE, CONTACT, GRADE = "customer_change", "contact_change", "customer_grade"
FAULTS = {
    "version": Fault(f"{SERVICES}.customers.refuse_conflict", nothing, "dossier", (CHANGE, GRADE), f"{CHANGE} succeeded"),
    "contact-version": Fault(f"{SERVICES}.contacts.refuse_stale", nothing, "dossier", (CONTACT, GRADE), f"{CONTACT} succeeded"),
    "trail": Fault(f"{SERVICES}.customers.take_over", forgetful, "dossier", (CHANGE, GRADE), "had been left"),
    "lock": Fault(
        "django.db.models.QuerySet.select_for_update", unlocked, "dossier", (CONTACT, GRADE), "in the trail", ("postgresql",)
    ),
    "held": Fault(f"{HOLDINGS}.whereabouts.held", nothing, "one thing", (ISSUE, WITHDRAW), "while it was held"),
    "ended": Fault(
        f"{APPROVALS}.owning.refuse_closed", nothing, "one thing", ("case_withdraw the loan", "case_reject the loan"),
        "after the request was",
    ),
    "thing-lock": Fault(
        "django.db.models.QuerySet.select_for_update", unlocked, "one thing", (ISSUE, WITHDRAW, RETURN), "one thing", ("postgresql",)
    ),
}  # fmt: skip
