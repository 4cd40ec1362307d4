"""The end of what a request opened, to the second, through every way out: a second before it all is open, a second after it nothing is."""

import argparse
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kedang.business.customers.models import Customer
from kedang.business.holdings.models import Item, ItemFile, Volume
from kedang.foundation.access.models import RecordGrant
from kedang.foundation.approvals.services.flows import ensure_flows
from kedang.foundation.files.models import FilePage
from kedang.foundation.files.reading.indexing import pages_index
from kedang.foundation.kernel import clock
from kedang.project.cli import search
from tests.cast import Cast
from tests.customers.making import make_customer
from tests.files import papers
from tests.holdings.making import lay_defaults
from tests.holdings.volumes import a_volume
from tests.lending.using import ask, decide, fresh

pytestmark = pytest.mark.django_db
NAME, TITLE, WORDS, PHONE = "岚山精密机械有限公司", "岚山采购合同", "冬青树脂", "0755-26712345"
Way = Callable[[Client], bool]


@pytest.fixture
def scene(cast: Cast) -> tuple[Customer, Item, Volume]:
    """A dossier, an item with a file and a volume of 周航's, opened to 林悦 until the end of the day for everything that can be asked for."""
    lay_defaults(cast)
    ensure_flows(cast.fonds)
    dossier = make_customer(cast.archivist, name=NAME, phone=PHONE, responsible=cast.salesperson)
    file = papers.stored(cast.archivist, f"{TITLE}.pdf", papers.pdf_of())
    item = papers.held_by_item(
        file, title=TITLE, responsible=cast.salesperson, department=cast.head_office, state="filed"
    )
    FilePage.objects.filter(file=file).delete()
    pages_index([FilePage.objects.create(file=file, number=1, text=WORDS, source="layer")], cast.fonds.pk)
    volume = a_volume(cast.archivist, cast.fonds, items=1, responsible=cast.salesperson)
    for thing, sort, more in (
        (item, "copy", {"copies": 2}), (item, "export", {}), (volume, "print", {"copies": 2}), (dossier, "print", {}),
        (dossier, "export", {"copies": 2}), (dossier, "unmask", {"field_classes": ["contact"]}),
    ):  # fmt: skip
        decide(cast, ask(cast, thing, reader=cast.colleague, days=0, sort=sort, **more))
    return dossier, item, volume


def answers(name: str, *args: Any, verb: str = "get") -> Way:
    """Whether an address answers."""
    return lambda client: getattr(client, verb)(reverse(name, args=args)).status_code == 200


def tells(name: str, sign: str, *args: Any, **query: Any) -> Way:
    """Whether a page holds a sign."""
    return lambda client: sign in client.get(reverse(name, args=args), query).content.decode()


def ways_of(dossier: Customer, item: Item, volume: Volume) -> dict[str, Way]:
    """Way out → whether it is open to a browser."""
    row = ItemFile.objects.get(item=item)
    export = next(one.pk for one in RecordGrant.objects.order_by("pk") if "customers.export" in one.actions)
    return {
        "page of an item": answers("holdings:item-detail", item.pk), "its files": answers("holdings:item-files", item.pk),
        "leaf by leaf": answers("files:view", row.file_id), "preview": answers("files:picture", row.file_id, 1, "page"),
        "original": answers("holdings:item-file", item.pk, row.pk), "copy": answers("lending:use-copy", row.pk, verb="post"),
        "page of a volume": answers("holdings:volume-detail", volume.pk),
        "printed form of a volume": answers("holdings:volume-form", volume.pk, "contents", "pdf"),
        "page of a dossier": answers("customers:customer-detail", dossier.pk), "card": answers("customers:card", dossier.pk),
        "unmasked": tells("customers:customer-detail", PHONE, dossier.pk),
        "export": answers("lending:use-export", export, verb="post"),
        "list of dossiers": tells("customers:customer-results", NAME), "list of items": tells("holdings:item-results", TITLE),
        "search": tells("web:search", f"/customers/{dossier.pk}/", q=NAME),
    }  # fmt: skip


def further(dossier: Customer, item: Item, volume: Volume) -> dict[str, Way]:
    """Ways that an opening need not give, and that its end must not leave."""
    row = ItemFile.objects.get(item=item)
    return {
        "contacts": answers("customers:customer-contacts", dossier.pk), "history": answers("customers:customer-history", dossier.pk),
        "history of a volume": answers("holdings:volume-history", volume.pk), "asking": answers("customers:customer-ask-use", dossier.pk),
        "list of volumes": tells("holdings:volume-results", f"/archive/volumes/{volume.pk}/"),
        "search by telephone": tells("web:search", f"/customers/{dossier.pk}/", q=PHONE),
        "search in documents": tells("web:search", f"/{row.file_id}/view/", q=WORDS),
        "search of a paper": tells("web:search", f"/archive/items/{item.pk}/", q=TITLE),
        "suggestion": tells("web:suggest", f"/customers/{dossier.pk}/", q=NAME),
    }  # fmt: skip


def found_by_command(cast: Cast) -> bool:
    """Whether ``kedang search --as`` names the dossier."""
    asked = argparse.Namespace(text=NAME, username=cast.colleague.username, limit=20, kind="customer")
    return bool(search.run(asked)["total"])


def test_every_way_out_closes_within_a_second(cast: Cast, scene: tuple[Customer, Item, Volume]) -> None:
    """One browser, signed in before the end: everything is open in the last second and shut in the next, to the command as well."""
    ways, client = ways_of(*scene), Client()
    end = RecordGrant.objects.order_by("valid_until").values_list("valid_until", flat=True).distinct().get()
    for seconds, is_open in ((-1, True), (1, False)):
        with clock.frozen(end + timedelta(seconds=seconds)):
            if is_open:
                client.force_login(fresh(cast.colleague))
            wrong = [name for name, way in ways.items() if way(client) is not is_open]
            assert wrong == [], f"{seconds} s from the end"
            assert found_by_command(cast) is is_open
            more = [name for name, way in further(*scene).items() if way(client)]
            assert len(more) >= 3 if is_open else more == [], more
            assert client.get("/").status_code == 200, "still signed in: it is the opening that ended"
