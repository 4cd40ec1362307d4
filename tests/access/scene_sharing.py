"""What addresses of sharings can name: one of 沈砚's, with 周航."""

from datetime import timedelta
from typing import Any

from kedang.business.lending.services.sharing import Recipients, Wanted, share_start
from kedang.foundation.kernel import clock
from tests.cast import Cast


def arguments_of_sharing(cast: Cast, customer: Any) -> dict[str, dict[str, Any]]:
    """Name of an address, or the noun it begins with → its arguments."""
    share = share_start(
        actor=cast.archivist, title="联合催收", purpose="销售协助财务催收货款", wanted=Wanted(reach="opened", customers=[customer]),
        recipients=Recipients(people=[cast.salesperson]), until=clock.now() + timedelta(days=30),
    )  # fmt: skip
    return {"share": {"pk": share.pk}, "lending:share-new": {}}
