"""Items that stand catalogued and volumes made by the services, for tests of arranging."""

from datetime import date
from typing import Any

from kedang.business.customers import services as customer_services
from kedang.business.customers.models import Customer
from kedang.business.holdings.choices import ItemState
from kedang.business.holdings.models import DocumentType, Item, Volume
from kedang.business.holdings.services.volumes import volume_create, volume_take
from kedang.foundation.access.models import Fonds
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from tests.customers.making import enterprise
from tests.holdings.making import period, series

CONTRACTS = "ZY·KH·HT"
SERVICE = "ZY·KH·FW"


def a_customer(actor: Actor, name: str = "青山精密机械有限公司") -> Customer:
    """A dossier to file for."""
    return customer_services.customer_create(actor=actor, values=enterprise(name=name), confirmed_duplicates=True)


def an_item(fonds: Fonds, title: str = "销售合同", **values: Any) -> Item:
    """An item that stands catalogued in a class, written straight into the database."""
    given: dict[str, Any] = {
        "author": fonds.name, "dated_on": date(2026, 3, 5), "pages": 4, "carrier": "paper", "series": series(fonds=fonds), "year": 2026,
        "retention": period(fonds=fonds), "state": ItemState.CATALOGUED, "created_at": clock.now(), **values,
    }  # fmt: skip
    kind = DocumentType.objects.filter(fonds=fonds, series_code=given["series"].code).order_by("position").first()
    made: Item = Item.objects.create(fonds=fonds, title=title, **{"document_type": kind, **given})
    return made


def volume_values(fonds: Fonds, **values: Any) -> dict[str, Any]:
    """Values of an ordinary volume of contracts."""
    return {
        "title": "2026年合同", "series": series(fonds=fonds), "year": 2026, "retention": period(fonds=fonds), "carrier": "paper", **values,
    }  # fmt: skip


def a_volume(actor: Actor, fonds: Fonds, items: int = 0, **values: Any) -> Volume:
    """An open volume with some items in it."""
    volume = volume_create(actor=actor, values=volume_values(fonds, **values), fonds=fonds)
    if items:
        about = {name: getattr(volume, name) for name in ("series", "year", "retention", "customer", "project")}
        rows = [
            an_item(fonds, f"第{n}号合同", dated_on=date(2026, 1, 1 + n % 28), **about) for n in range(1, items + 1)
        ]
        volume_take(actor=actor, volume=volume, items=rows)
        volume.refresh_from_db()
    return volume
