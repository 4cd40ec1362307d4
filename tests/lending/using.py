"""Requests to use the archive, made and decided in a few words."""

from datetime import timedelta
from typing import Any

from kedang.business.lending.models import UseRequest
from kedang.business.lending.services.requesting import use_ask
from kedang.foundation.access.models import Person
from kedang.foundation.approvals.models import Case
from kedang.foundation.approvals.services.deciding import case_approve
from kedang.foundation.kernel import clock
from tests.cast import Cast


def fresh(person: Person) -> Person:
    """The person as another request would load them."""
    found: Person = Person.objects.get(pk=person.pk)
    return found


def ask(
    cast: Cast, *things: Any, sort: str = "read", days: int = 3, by: Person | None = None, **more: Any
) -> UseRequest:
    """周航 asks."""
    given: dict[str, Any] = {
        "reason": "核对付款条件", "wanted_from": clock.today(), "wanted_until": clock.today() + timedelta(days=days), **more,
    }  # fmt: skip
    return use_ask(actor=fresh(by or cast.salesperson), sort=sort, things=things, **given)


def decide(cast: Cast, row: UseRequest, *people: Person, **more: Any) -> Case:
    """Agreed by 何静 and 沈砚, or by whom it is said."""
    for person in people or (cast.head, cast.archivist):
        case_approve(actor=fresh(person), case=row.case_id, **more)
    found: Case = Case.objects.get(pk=row.case_id)
    return found


def granted(cast: Cast, *things: Any, **more: Any) -> UseRequest:
    """Asked and agreed."""
    row = ask(cast, *things, **more)
    decide(cast, row)
    return UseRequest.objects.get(pk=row.pk)
