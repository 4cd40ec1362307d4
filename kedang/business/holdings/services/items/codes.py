"""档号 of an item at its entry: by itself it gets one at once; in a volume it gets one when the order of the volume is settled."""

from typing import Any

from kedang.business.holdings.models import Item
from kedang.business.holdings.services.codes import code_issue_item, code_register
from kedang.foundation.kernel.actors import Actor


def give_code(actor: Actor, item: Item) -> dict[str, Any]:
    """Values of the item that hold its new code; empty where the volume numbers it when it is closed."""
    if item.volume_id is not None:
        return {}
    code, number = code_issue_item(actor=actor, item=item)
    code_register(actor=actor, code=code, item=item)
    return {"reference_code": code, "number": number}
