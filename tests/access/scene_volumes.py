"""One volume of everything that its addresses can name, of 周航's group and made by 沈砚."""

from typing import Any

from kedang.business.holdings.services import volumes as v
from kedang.business.holdings.setup import ensure_defaults
from tests.cast import Cast
from tests.holdings.volumes import a_volume


def arguments_of_volumes(cast: Cast) -> dict[str, dict[str, Any]]:
    """An open volume with an item, and a closed one with a request for reopening."""
    ensure_defaults(cast.fonds)
    mine = {"responsible": cast.salesperson, "department": cast.sales_one}
    volume = a_volume(cast.archivist, cast.fonds, items=1, **mine)
    shut = a_volume(cast.archivist, cast.fonds, items=1, title="已结案卷", **mine)
    v.volume_close(actor=cast.archivist, volume=shut, inspector=cast.head)
    asked = v.volume_reopen_ask(actor=cast.archivist, volume=shut, reason="补入协议")
    item = v.items_in_order(volume)[0]
    pk = {"pk": volume.pk}
    return {
        "holdings:volume": pk, "volume": pk, "volume-reopen": {"pk": shut.pk}, "volume-release": {**pk, "item_pk": item.pk},
        "reopening": {"pk": asked.pk}, "volume-form": {**pk, "form": "cover", "ext": "pdf"},
    }  # fmt: skip
