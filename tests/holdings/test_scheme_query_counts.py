"""Pages of scheme, codes and projects cost a fixed number of SQL statements, however much is filed."""

from collections.abc import Callable

from django.test import Client

from kedang.business.customers.models import Customer
from kedang.business.holdings.models import CodeTemplate, Scheme
from tests.cast import Cast
from tests.counting import compare_all
from tests.customers.making import make_customer
from tests.holdings.making import make_item, make_project, make_volume

PAGES = {
    "scheme/tree": "/archive/schemes/{scheme}/",
    "scheme/scope": "/archive/scope/",
    "scheme/template": "/archive/code-templates/{template}/",
    "scheme/register": "/archive/code-register/",
    "scheme/ledger": "/archive/ledger/",
    "scheme/find": "/archive/codes/?code={code}&stay=1",
    "projects/list": "/archive/projects/",
    "projects/papers": "/archive/projects/{project}/papers/",
    "customers/projects": "/customers/{customer}/projects/",
    "customers/archive": "/customers/{customer}/archive/",
}


def some(archive: Cast, customer: Customer, numbers: range) -> None:
    """Volumes with items in series of their own, loose items and projects."""
    for n in numbers:
        project = make_project(archive, customer, number=f"XM{n}", name=f"项目{n}")
        volume = make_volume(archive, customer=customer, project=project, year=2000 + n)
        make_item(archive, volume, customer=customer, project=project)
        make_item(archive, customer=customer, project=project)


def test_a_fixed_number_of_statements(as_: Callable[[str], Client], archive: Cast) -> None:
    customer = make_customer(archive.archivist)
    some(archive, customer, range(1, 3))
    first = customer.projects.earliest("id")
    filled = {
        "scheme": Scheme.objects.get(fonds=archive.fonds).pk, "customer": customer.pk, "project": first.pk,
        "template": CodeTemplate.objects.filter(fonds=archive.fonds).earliest("id").pk, "code": first.volumes.get().reference_code,
    }  # fmt: skip
    client, addresses = as_("archivist"), {name: path.format(**filled) for name, path in PAGES.items()}
    compare_all(client, addresses)
    some(archive, customer, range(3, 7))
    compare_all(client, addresses)
