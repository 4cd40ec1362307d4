"""A page costs a fixed number of SQL statements, however many rows there are."""

from collections.abc import Callable

import pytest
from django.test import Client

from kedang.business.customers import services
from kedang.business.customers.models import Customer
from kedang.foundation.search import find
from tests.cast import Cast
from tests.counting import compare_all
from tests.customers.making import make_customer

PAGES = {
    "customers/list": "/customers/",
    "customers/list-keyword": "/customers/?q=有限公司",
    "customers/list-conditions": "/customers/?stage=present&region_code=深圳",
    "customers/results": "/customers/results/?view=incomplete",
    "customers/detail": "/customers/{pk}/",
    "customers/contacts": "/customers/{pk}/contacts/",
    "customers/key-persons": "/customers/{pk}/key-persons/",
    "customers/profile": "/customers/{pk}/profile/",
    "customers/classes": "/customers/{pk}/classes/",
    "customers/history": "/customers/{pk}/history/",
    "customers/seen": "/customers/{pk}/seen/",
    "customers/edit": "/customers/{pk}/edit/",
    "customers/new": "/customers/new/?kind=enterprise",
    "customers/register": "/customers/register/",
    "customers/home": "/",
}


STEADY = {"customers/list", "customers/detail", "customers/contacts", "customers/key-persons", "customers/seen"}
"""Pages that are counted with little and with much on them."""


def crowd(cast: Cast, dossier: Customer) -> None:
    """Enough customers and people around the dossier that one statement per row would show."""
    for number in range(6):
        make_customer(
            cast.archivist, name=f"第{number}机械有限公司", responsible=cast.salesperson, department=cast.sales_one
        )
        services.contact_add(
            actor=cast.archivist, customer=dossier, values={"name": f"联系人{number}", "mobile": f"1370013700{number}"}
        )
        services.key_person_add(actor=cast.archivist, customer=dossier, values={"name": f"人物{number}"})
        services.customer_change(actor=cast.archivist, customer=dossier, values={"employees": number + 1}, version=None)


def test_a_fixed_number_of_statements(
    as_: Callable[[str], Client], cast: Cast, dossier: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Ids that earlier tests have drawn would make the index look large, and a large one is asked in another way.
    monkeypatch.setattr(find, "SMALL", 1_000_000)
    client, addresses = as_("archivist"), {name: path.replace("{pk}", str(dossier.pk)) for name, path in PAGES.items()}
    compare_all(client, {name: addresses[name] for name in STEADY})
    crowd(cast, dossier)
    compare_all(client, addresses)
