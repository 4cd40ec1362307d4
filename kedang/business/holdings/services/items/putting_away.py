"""入库: the document is in its place, and filed. Fourth step of filing (A-I4, AR-11)."""

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import Arrangement, Carrier, FilingStep, ItemState
from kedang.business.holdings.events.items import ITEM_FILED
from kedang.business.holdings.models import Item, Location
from kedang.business.holdings.services.items.files import require_sound
from kedang.business.holdings.services.items.writing import locked_item, require_state, save_change, trace
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

PHYSICAL = (Carrier.PAPER, Carrier.HYBRID, Carrier.OBJECT)


@transaction.atomic
def item_put_away(*, actor: Actor, item: Item, location: Location | None = None, reason: str = "") -> Item:
    """File a document: electronic at once, paper in its volume or, filed by itself, in the place given.

    Args:
        location: shelf or box, for paper that lies in no volume.
        reason: a word about it.

    Raises:
        Refused: ``item_state``, ``volume_missing``, ``location_missing``, ``location_needless``, ``no_content``, ``file_waiting``,
            ``file_unsound``, and those of ``put_away``.
    """
    found = locked_item(actor, item)
    require_state(found, ItemState.CATALOGUED)
    _require_content(found)
    stands = found.volume is not None or found.carrier not in PHYSICAL
    if location is not None and stands:
        told = _("此件%(why)s，不单独上架，请不要选择存放位置。")
        why = _("随案卷存放") if found.volume is not None else _("只有电子文件")
        raise Refused("location_needless", told % {"why": why}, "location")
    if not stands and location is None and found.location_id is None:
        raise Refused("location_missing", _("纸质件按件整理，请选择存放的档案盒或架位。"), "location")
    where = _where(found, location)
    if location is not None:
        from kedang.business.holdings.services.placing import put_away

        put_away(actor=actor, location=location, items=[found], reason=reason)
        found = locked_item(actor, found)
    trace(
        actor, found, FilingStep.PUT_AWAY, proposed={"where": where}, decided={"where": where},
        because=_because(found), reason=reason.strip(),
    )  # fmt: skip
    values = {"state": ItemState.FILED.value, "filed_at": clock.now()}
    save_change(actor, found, ITEM_FILED, values, reason=reason.strip() or where, where=where)
    return found


def _require_content(item: Item) -> None:
    """An electronic document is its files; one arranged by volume lies in one."""
    has_files = item.files.exists()
    if item.carrier == Carrier.ELECTRONIC and not has_files:
        raise Refused("no_content", _("此件是电子文件，但没有任何文件。请先加入文件，或把载体改为纸质。"))
    if has_files:
        require_sound(item)
    by_volume = item.series is not None and item.series.arrangement == Arrangement.VOLUME
    if by_volume and item.volume_id is None and not item.reference_code:
        raise Refused("volume_missing", _("此件按卷整理，还没有编入案卷。请先在“自动组卷”中编入案卷，再入库。"))


def _where(item: Item, location: Location | None) -> str:
    if item.volume is not None:
        return _("案卷 %(code)s") % {"code": item.volume.reference_code}
    if location is not None:
        return location.label
    return item.location.label if item.location is not None else _("电子档案库")


def _because(item: Item) -> str:
    if item.volume is not None:
        return _("在案卷内，随案卷存放。")
    return _("纸质件单独上架。") if item.carrier in PHYSICAL else _("电子文件已加密存入电子档案库。")
