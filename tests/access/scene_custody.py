"""One of everything in the store-room that an address can name, all of it in 青禾."""

from typing import Any

from kedang.business.holdings.services.equipment import equipment_add
from kedang.business.holdings.services.findings import finding_note
from kedang.business.holdings.services.inspections import inspection_plan
from kedang.business.holdings.services.stocktaking import stock_take_begin
from kedang.business.holdings.services.visits import room_enter
from tests.cast import Cast
from tests.holdings.standing import a_box, a_cabinet, a_room, shelves_of


def arguments_of_custody(cast: Cast) -> dict[str, dict[str, Any]]:
    """A room, a cabinet with a box that is being counted, and what the care of the room leaves behind."""
    room, actor = a_room(cast), cast.archivist
    cabinet = a_cabinet(cast)
    a_box(cast, shelves_of(cabinet)[0])
    take = stock_take_begin(actor=actor, location=cabinet)
    inspection = inspection_plan(actor=actor, values={"location": room})
    finding = finding_note(actor=actor, values={"location": room, "text": "窗扇关不严"})
    equipment = equipment_add(actor=actor, values={"location": room, "kind": "fire", "name": "灭火器"})
    visit = room_enter(actor=actor, values={"location": room, "visitor": "王师傅", "purpose": "更换灭火器"})
    return {
        "location": {"pk": room.pk}, "climate-room": {"pk": room.pk}, "climate-readings": {"pk": room.pk}, "climate-print": {"pk": room.pk},
        "stock-take": {"pk": take.pk}, "inspection": {"pk": inspection.pk},
        "finding": {"pk": finding.pk}, "equipment": {"pk": equipment.pk}, "visit": {"pk": visit.pk},
    }  # fmt: skip
