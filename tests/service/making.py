"""A customer of 周航's, and reports of contacts with it."""

from typing import Any

from kedang.business.customers.models import Customer
from kedang.business.service.models import ContactReport
from kedang.business.service.services.reporting import report_make
from kedang.foundation.access.models import Person
from kedang.foundation.kernel import clock
from tests.cast import Cast
from tests.customers.making import make_customer


def customer_of(cast: Cast, **values: Any) -> Customer:
    """青山精密, which 周航 looks after."""
    return make_customer(cast.archivist, **{"responsible": cast.salesperson, "department": cast.sales_one, **values})


def said(**values: Any) -> dict[str, Any]:
    """What a report says."""
    return {
        "happened_on": clock.today(), "way": "visit", "kind": "complaint", "subject": "投诉机床主轴异响",
        "told": "王总要求一周内派人检修，否则停付尾款。", "our_people": "周航", "their_people": "王总、李工", **values,
    }  # fmt: skip


def report_of(cast: Cast, customer: Customer | None = None, **values: Any) -> ContactReport:
    """One by 周航."""
    return report_make(actor=cast.salesperson, customer=customer or customer_of(cast), values=said(**values))


def fresh(person: Person) -> Person:
    """The person as the next request loads them."""
    found: Person = Person.objects.get(pk=person.pk)
    return found
