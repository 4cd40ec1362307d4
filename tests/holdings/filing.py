"""Items that wait at a step, made by the services themselves."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

from kedang.business.customers.models import Customer
from kedang.business.holdings.models import Item
from kedang.business.holdings.services import items as s
from kedang.foundation.files.models import FileState, StoredFile
from kedang.foundation.files.services import file_store
from tests.cast import Cast
from tests.customers.making import make_customer

STEPS: tuple[Callable[..., Item], ...] = (s.item_identify, s.item_place, s.item_catalogue, s.item_put_away)
STATES = ("received", "identified", "placed", "catalogued", "filed")
PAPER = {"author": "青山精密机械有限公司", "dated_on": date(2026, 3, 1), "pages": 4}


class Upload:
    """A file that comes in by hand."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name, self.file = name, io.BytesIO(content)


def stored(
    cast: Cast, name: str = "设备采购合同.txt", content: bytes = b"content", state: str = FileState.GOOD
) -> StoredFile:
    """A stored file, scanned."""
    made = file_store(actor=cast.archivist, name=name, chunks=[content], fonds=cast.fonds)
    StoredFile.objects.filter(pk=made.pk).update(state=state)
    made.refresh_from_db()
    return made


def item_at(cast: Cast, state: str = "received", *, customer: Customer | None = None, **values: Any) -> Item:
    """A contract of a customer, brought to a state by the steps as proposed; on paper unless told otherwise."""
    given = {"title": "设备采购合同", **PAPER, "customer": customer or some_customer(cast), **values}
    item = s.item_receive(actor=cast.archivist, values=given)
    for step in STEPS[: STATES.index(state)]:
        item = step(actor=cast.archivist, item=item)
    return item


def some_customer(cast: Cast) -> Customer:
    """One customer, made once."""
    found = Customer.objects.filter(fonds=cast.fonds).order_by("id").first()
    return found or make_customer(cast.archivist, responsible=cast.salesperson, department=cast.sales_one)
