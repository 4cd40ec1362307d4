"""Items of everything that their addresses can name, of 周航's group and brought by 沈砚."""

from typing import Any

from kedang.business.customers.models import Customer
from kedang.business.holdings.models import ItemFile
from kedang.business.holdings.services import items as s
from kedang.business.holdings.setup import ensure_defaults
from tests.cast import Cast
from tests.files import papers
from tests.holdings.filing import item_at


def arguments_of_items(cast: Cast, customer: Customer) -> dict[str, dict[str, Any]]:
    """An item that waits to be identified, with a file; one that belongs to it; and one that is catalogued."""
    ensure_defaults(cast.fonds)
    item = item_at(cast, customer=customer, carrier="hybrid")
    file = papers.stored(cast.archivist, "合同.jpg", papers.photo())
    s.item_file_add(actor=cast.archivist, item=item, stored_file=file)
    annex = item_at(cast, customer=customer, title="合同附件")
    s.item_bind(actor=cast.archivist, item=annex, belongs_to=item, relation="attachment")
    pk = {"pk": item.pk}
    return {
        "item": pk, "item-file": {**pk, "file_pk": ItemFile.objects.get(item=item).pk}, "item-file-add": pk, "item-files": pk,
        "item-unbind": {"pk": annex.pk}, "picker": {"kind": "item"},
    }  # fmt: skip
