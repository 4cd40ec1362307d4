"""Eight clients at once: numbers unique and without gaps, one winner per credit code, no lost change (CU-10)."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from kedang.business.customers import services
from kedang.business.customers.models import Customer
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.numbering.models import NumberEntry, NumberSeries
from tests.cast import Cast, make_cast
from tests.customers.making import USCC_A, enterprise, make_customer

pytestmark = pytest.mark.django_db(transaction=True)
CLIENTS = 8


@pytest.fixture
def people() -> Cast:
    """The cast, really committed."""
    return make_cast()


def at_once(act: Callable[[int], Any]) -> list[Any]:
    """Run ``act`` in eight threads that start together; results and refusals in order."""
    gate, found = threading.Barrier(CLIENTS), [None] * CLIENTS

    def client(number: int) -> None:
        try:
            gate.wait()
            found[number] = act(number)
        except Exception as error:
            found[number] = error  # type: ignore[call-overload]  # results of any kind
        finally:
            connections.close_all()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_numbers_are_unique_and_gap_free(people: Cast) -> None:
    def act(number: int) -> list[str]:
        return [
            services.customer_create(
                actor=people.archivist, values=enterprise(name=f"客户{number}-{n}", phone="")
            ).number
            for n in range(3)
        ]

    numbers = sorted(text for texts in at_once(act) for text in texts)
    assert [int(text[6:]) for text in numbers] == list(range(1, CLIENTS * 3 + 1))
    assert NumberSeries.objects.get().last == CLIENTS * 3
    assert sum(entry.last - entry.first + 1 for entry in NumberEntry.objects.all()) == CLIENTS * 3
    assert Event.objects.filter(code="customers.created").count() == Customer.objects.count() == CLIENTS * 3


def test_one_credit_code_has_one_winner_and_refusals_give_their_numbers_back(people: Cast) -> None:
    found = at_once(
        lambda n: services.customer_create(actor=people.archivist, values=enterprise(name=f"户{n}", uscc=USCC_A))
    )
    won = [one for one in found if isinstance(one, Customer)]
    lost = [one for one in found if isinstance(one, Refused)]
    assert len(won) == 1 and len(lost) == CLIENTS - 1
    assert {error.code for error in lost} == {"uscc_taken"}
    assert NumberSeries.objects.get().last == 1


def test_no_change_is_lost_silently(people: Cast) -> None:
    customer = make_customer(people.archivist)
    found = at_once(
        lambda n: services.customer_change(
            actor=people.archivist, customer=customer, values={"employees": n + 1}, version=1
        )
    )
    assert sum(isinstance(one, Customer) for one in found) == 1
    assert {one.code for one in found if not isinstance(one, Customer)} == {"stale_version"}
    assert Customer.objects.get().version == 2


def test_one_main_contact_stays(people: Cast) -> None:
    customer = make_customer(people.archivist)
    at_once(
        lambda n: services.contact_add(
            actor=people.archivist, customer=customer, values={"name": f"联系人{n}", "is_primary": True}
        )
    )
    assert customer.contacts.count() == CLIENTS
    assert customer.contacts.filter(is_primary=True).count() == 1
