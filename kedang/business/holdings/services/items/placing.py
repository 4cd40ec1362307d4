"""定位: class, year, retention, arrangement and volume. Second step of filing (A-I4, A-I5, A-I12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import Problems
from kedang.business.holdings.choices import Arrangement, FilingStep, ItemState, SchemeState
from kedang.business.holdings.events.items import ITEM_IDENTIFIED, ITEM_PLACED
from kedang.business.holdings.filing.group import Together, together_of
from kedang.business.holdings.filing.proposal import (
    LATER_VOLUME,
    NEW_VOLUME,
    Placement,
    noted_place,
    open_volumes,
    propose_placement,
)
from kedang.business.holdings.filing.rules import Rules
from kedang.business.holdings.models import Item, RetentionPeriod, Series, Volume
from kedang.business.holdings.services.items.indexing import reindex
from kedang.business.holdings.services.items.writing import (
    FILE,
    full,
    locked_item,
    require_reason,
    require_state,
    save_change,
    trace,
)
from kedang.foundation.access.policies import require
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

NOT_YET = (ItemState.RECEIVED, ItemState.IDENTIFIED)


@dataclass(slots=True)
class Decided:
    """What the archivist decided, the proposal where nothing was said."""

    series: Series | None
    year: int | None
    retention: RetentionPeriod | None
    arrangement: str
    volume: Any
    volume_title: str
    waits: bool = False

    def noted(self) -> dict[str, Any]:
        """As the trace keeps it."""
        return noted_place(self.series, self.year, self.retention, self.arrangement, self.volume, self.volume_title)


@transaction.atomic
def item_place(
    *, actor: Actor, item: Item, values: Mapping[str, Any] | None = None, reason: str = "", rules: Rules | None = None
) -> Item:
    """Decide where a document belongs; its companions go along, into the same volume.

    Args:
        values: ``series``, ``year``, ``retention``, ``arrangement``, ``volume`` (a volume, its key, ``new``, ``later`` for one that is yet
        to be
            arranged, or None for none), ``volume_title``; what is not said follows the proposal.
        reason: why otherwise than proposed.

    Raises:
        Refused: ``item_state``, ``values_invalid``, ``reason_missing``, ``companion_first``, ``companions_apart``, ``top_secret_apart``,
            and those of ``volume_take`` and ``volume_create``.
    """
    asked = dict(values or {})
    found = locked_item(actor, item, volumes=_volumes_meant(item, asked))
    require_state(found, ItemState.IDENTIFIED)
    proposed = propose_placement(found, rules)
    group = together_of(found)
    decided = _decided(actor, found, proposed, asked)
    _keep_with_main(found, group, decided)
    differs = _differs(proposed, decided)
    if differs:
        reason = require_reason(reason, _("与系统建议不同，请写明理由，例如“按客户要求与上年合同同卷”。"))
    if decided.volume == NEW_VOLUME:
        decided.volume = _new_volume(actor, found, group, decided)
    _apart(group, decided.volume)
    told = reason or proposed.because
    along = _along(actor, found, group)
    for one in along:
        _place_one(actor, one, proposed, decided, differs and one is found, told if one is found else "", found)
    if decided.volume is not None:
        _into_volume(actor, decided.volume, along, told)
    after: Item = full(Item.objects.filter(pk=found.pk)).get()
    return after


def _volumes_meant(item: Item, asked: Mapping[str, Any]) -> list[int | None]:
    """Volumes to be locked before the item: the one asked for, else the one that is likely to be proposed."""
    if "volume" in asked:
        volume = asked["volume"]
        return [volume.pk if isinstance(volume, Volume) else int(volume) if str(volume or "").isdecimal() else None]
    known = full(Item.objects.filter(pk=item.pk)).first()
    if known is None:
        return []
    likely = propose_placement(known).volume.value
    return [likely.pk if isinstance(likely, Volume) else None]


def _decided(actor: Actor, item: Item, proposed: Placement, asked: Mapping[str, Any]) -> Decided:
    problems = Problems()
    series = _series(item, asked["series"], problems) if "series" in asked else proposed.series.value
    year = _year(asked["year"], problems) if "year" in asked else proposed.year.value
    retention = _retention(item, asked["retention"], problems) if "retention" in asked else proposed.retention.value
    arrangement = str(asked.get("arrangement") or "")
    if arrangement not in Arrangement.values:
        chosen_otherwise = series is not None and series != proposed.series.value
        arrangement = series.arrangement if chosen_otherwise and series else proposed.arrangement.value
    volume = _volume(actor, item, asked["volume"], problems) if "volume" in asked else proposed.volume.value
    settled = (series, year, retention)
    if "volume" not in asked and settled != (proposed.series.value, proposed.year.value, proposed.retention.value):
        volume = _likely_volume(item, series, year, retention)
    waits = volume == LATER_VOLUME
    if waits or arrangement == Arrangement.ITEM:
        volume = None
    if waits and arrangement == Arrangement.VOLUME and series is not None and series.arrangement == Arrangement.ITEM:
        problems.tell(
            "volume",
            _("类别“%(series)s”按件整理，不会自动组卷。请选择案卷，或改为按件整理。") % {"series": series.name},
        )
    for name, value, reasoned in (
        ("series", series, proposed.series), ("year", year, proposed.year), ("retention", retention, proposed.retention),
    ):  # fmt: skip
        if value is None:
            problems.tell(name, reasoned.because)
    problems.refuse()
    title = str(asked.get("volume_title") or proposed.volume_title or "").strip()
    return Decided(series, year, retention, arrangement, volume, title, waits)


def _likely_volume(item: Item, series: Series | None, year: int | None, retention: RetentionPeriod | None) -> Any:
    """A volume for a place that the archivist chose."""
    if series is None or year is None or retention is None:
        return None
    return open_volumes(together_of(item), series, year, retention).first() or NEW_VOLUME


def _series(item: Item, value: Any, problems: Problems) -> Series | None:
    key = value.pk if isinstance(value, Series) else value
    rows = Series.objects.filter(scheme__fonds_id=item.fonds_id, scheme__state=SchemeState.IN_FORCE, is_active=True)
    found: Series | None = rows.filter(pk=key).first() if str(key or "").isdecimal() else None
    if found is None:
        problems.tell("series", _("请从现行分类方案中选择类别。"))
    return found


def _retention(item: Item, value: Any, problems: Problems) -> RetentionPeriod | None:
    key = value.pk if isinstance(value, RetentionPeriod) else value
    rows = RetentionPeriod.objects.filter(fonds_id=item.fonds_id, is_active=True)
    found: RetentionPeriod | None = rows.filter(pk=key).first() if str(key or "").isdecimal() else None
    if found is None:
        problems.tell("retention", _("请选择保管期限。"))
    return found


def _year(value: Any, problems: Problems) -> int | None:
    text = str(value or "").strip()
    if text.isdecimal() and 1900 <= int(text) <= clock.today().year + 1:
        return int(text)
    problems.tell("year", _("年度“%(year)s”不合常理，请填写四位年份，例如 2026。") % {"year": text})
    return None


def _volume(actor: Actor, item: Item, value: Any, problems: Problems) -> Any:
    if value in (None, "", NEW_VOLUME, LATER_VOLUME):
        return value or None
    key = value.pk if isinstance(value, Volume) else value
    rows = Volume.objects.visible_to(actor).filter(fonds_id=item.fonds_id)
    found = rows.filter(pk=key).first() if str(key).isdecimal() else None
    if found is None:
        problems.tell("volume", _("所选的案卷不存在或不在您的范围内，请重新选择。"))
    return found


def _keep_with_main(item: Item, group: Together, decided: Decided) -> None:
    """A companion goes with its main document and nowhere else (A-I10)."""
    main = group.main
    if main.pk == item.pk:
        return
    if main.state in NOT_YET:
        told = _("“%(title)s”是“%(main)s”的%(relation)s，请先为“%(main)s”定位，本件随之入同一卷。")
        names = {"title": item.title, "main": main.title, "relation": item.get_relation_display()}
        raise Refused("companion_first", told % names)
    same = (main.series_id, main.year, main.retention_id, main.volume_id)
    volume_id = decided.volume.pk if isinstance(decided.volume, Volume) else decided.volume
    mine = (decided.series and decided.series.pk, decided.year, decided.retention and decided.retention.pk, volume_id)
    if mine != same:
        told = _("%(relation)s须与“%(main)s”放在一起，不能另立他处。确需分开的，请先解除附属关系并写明理由。")
        raise Refused("companions_apart", told % {"main": main.title, "relation": item.get_relation_display()})


def _apart(group: Together, volume: Any) -> None:
    """绝密 is kept apart; ordinary documents closely tied to one may go with it (A-I11)."""
    if not isinstance(volume, Volume):
        return
    if group.is_top_secret and volume.secrecy_level < SecrecyLevel.TOP_SECRET:
        told = _("绝密文件单独立卷，不能放入密级为“%(level)s”的案卷。请选择绝密案卷，或新建一卷。")
        raise Refused("top_secret_apart", told % {"level": volume.get_secrecy_level_display()}, "volume")
    if not group.is_top_secret and volume.secrecy_level >= SecrecyLevel.TOP_SECRET:
        told = _("这是绝密案卷，只有与卷内绝密文件有附属关系的普通文件可以随同立卷。请先登记附属关系，或另选案卷。")
        raise Refused("top_secret_apart", told, "volume")


def _differs(proposed: Placement, decided: Decided) -> bool:
    """Whether it goes otherwise than the rules proposed, where they proposed anything."""
    pairs = (
        (proposed.series.value, decided.series), (proposed.year.value, decided.year), (proposed.retention.value, decided.retention),
    )  # fmt: skip
    if any(known is not None and known != chosen for known, chosen in pairs):
        return True
    if proposed.series.value is not None and proposed.arrangement.value != decided.arrangement:
        return True
    put_elsewhere = proposed.volume.value != decided.volume and isinstance(proposed.volume.value, Volume)
    return put_elsewhere and not decided.waits


def _new_volume(actor: Actor, item: Item, group: Together, decided: Decided) -> Volume:
    from kedang.business.holdings.services.volumes import volume_create

    main = group.main
    made: Volume = volume_create(
        actor=actor,
        values={
            "title": decided.volume_title, "series": decided.series, "year": decided.year, "retention": decided.retention,
            "secrecy_level": group.secrecy_level, "carrier": main.carrier, "department": main.department,
            "customer": main.customer, "project": main.project,
        },
        fonds=main.fonds,
    )  # fmt: skip
    return made


def _along(actor: Actor, item: Item, group: Together) -> list[Item]:
    """The item and its companions that are not placed yet. One that the actor may not file stays nobody's secret guess."""
    along = [item]
    for one in group.companions:
        if one.pk == item.pk or one.state not in NOT_YET or group.main.pk != item.pk:
            continue
        try:
            require(actor, FILE, one)
        except OutOfScope:
            raise Refused(
                "companions_apart",
                _("此件有您无权办理的附属文件，须与其一并定位。请由有相应知悉等级的档案管理员办理。"),
            ) from None
        along.append(one)
    return along


def _place_one(
    actor: Actor, one: Item, proposed: Placement, decided: Decided, differs: bool, told: str, main: Item
) -> None:
    because = proposed.because
    if one is not main:
        because = told = _("随“%(main)s”定位，成套文件放在一起。") % {"main": main.title}
        if one.state == ItemState.RECEIVED:
            noted = {"is_kept": True, "document_type": str(one.document_type or "")}
            trace(actor, one, FilingStep.IDENTIFY, proposed=noted, decided=noted, because=because)
            save_change(actor, one, ITEM_IDENTIFIED, {"state": ItemState.IDENTIFIED.value}, reason=because)
    trace(
        actor, one, FilingStep.PLACE, proposed=proposed.noted(), decided=decided.noted(), because=because,
        reason=told if differs else "",
    )  # fmt: skip
    values = {
        "series": decided.series,
        "year": decided.year,
        "retention": decided.retention,
        "state": ItemState.PLACED.value,
    }
    save_change(actor, one, ITEM_PLACED, values, reason=told)


def _into_volume(actor: Actor, volume: Volume, along: list[Item], told: str) -> None:
    from kedang.business.holdings.services.volumes import volume_take

    volume_take(actor=actor, volume=volume, items=along, reason=told[:300])
    reindex([one.pk for one in along])
