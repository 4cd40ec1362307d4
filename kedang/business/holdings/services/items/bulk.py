"""Many documents of one delivery at once: the same rules, traces and entries as one by one, in a handful of statements."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import Problems
from kedang.business.customers.services.writing import first_values
from kedang.business.holdings.choices import Arrangement, FilingStep, ItemState, YearRule
from kedang.business.holdings.events.items import (
    ITEM_CATALOGUED,
    ITEM_FILED,
    ITEM_IDENTIFIED,
    ITEM_PLACED,
    ITEM_RECEIVED,
)
from kedang.business.holdings.filing.proposal import noted_place
from kedang.business.holdings.filing.rules import Rules, rules_of
from kedang.business.holdings.filing.years import year_of
from kedang.business.holdings.models import FilingTrace, Item, Volume
from kedang.business.holdings.services.codes import codes_issue_items, codes_register
from kedang.business.holdings.services.items.cataloguing import SHOWN, plain, require_entry
from kedang.business.holdings.services.items.checking import EDITABLE, check_record
from kedang.business.holdings.services.items.indexing import reindex
from kedang.business.holdings.services.items.putting_away import PHYSICAL
from kedang.business.holdings.services.items.writing import FILE, require_open, require_state
from kedang.foundation.access.policies import require, require_still_in_scope
from kedang.foundation.audit.record import Entry, record_many, subject_of
from kedang.foundation.audit.vocabulary import EventType
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

BATCH = 300


@transaction.atomic
def items_place_bulk(
    *, actor: Actor, fonds_id: int, rows: Sequence[Mapping[str, Any]], source: str = "", rules: Rules | None = None
) -> list[Item]:
    """Receive, identify and place documents whose kind is known, as the rules propose; in their order.

    Args:
        rows: values by field, records as records; ``document_type`` must be there and within the filing scope.

    Raises:
        NotAllowed; Refused: ``type_unknown``, ``values_invalid``, the sentence names the document.
    """
    require(actor, FILE)
    rules = rules or rules_of(fonds_id)
    now = clock.now()
    items, because = [], []
    for values in rows:
        item = Item(fonds_id=fonds_id, source=source[:120], created_at=now, state=ItemState.PLACED, **values)
        kind = item.document_type
        if kind is None or not kind.is_kept:
            raise Refused("type_unknown", _("“%(title)s”没有注明归档范围内的文件材料种类。") % {"title": item.title})
        item.secrecy_level = max(item.secrecy_level, kind.secrecy_level)
        series = rules.series_of(item)
        year = year_of(item, kind.year_rule or YearRule.OWN_DATE.value)
        retention = rules.retention_of(item, series.value)
        item.series, item.year, item.retention = series.value, year.value, retention.value
        _check(item, (*EDITABLE, "year"))
        items.append(item)
        because.append(f"{series.because}{year.because}{retention.because}")
    made = Item.objects.bulk_create(items, batch_size=BATCH)
    for item in made:
        require_still_in_scope(actor, item, FILE)
    _tell(actor, ITEM_RECEIVED, made, [first_values(item, EDITABLE) for item in made], source)
    _tell(actor, ITEM_IDENTIFIED, made, [{"state": ("received", "identified")}] * len(made))
    _tell(actor, ITEM_PLACED, made, [first_values(item, ("series", "year", "retention")) for item in made])
    _trace(actor, FilingStep.IDENTIFY, made, [_kind_noted(item) for item in made], [_told_kind(item) for item in made])
    places = [
        noted_place(item.series, item.year, item.retention, rules.arrangement_of(item.series).value, None, "")
        for item in made
    ]
    _trace(actor, FilingStep.PLACE, made, places, because)
    reindex([item.pk for item in made])
    return made


@transaction.atomic
def items_file_bulk(*, actor: Actor, items: Iterable[Item]) -> list[Item]:
    """Catalogue documents on paper that lie in volumes, and file them: 编目 and 入库 in one go.

    Raises:
        Refused: ``item_state``, ``values_invalid``, ``volume_closed``, ``volume_missing``.
    """
    keys = [item.pk for item in items]
    volume_ids = sorted(set(Item.objects.filter(pk__in=keys, volume__isnull=False).values_list("volume_id", flat=True)))
    volumes = {row.pk: row for row in Volume.objects.select_for_update().filter(pk__in=volume_ids).order_by("pk")}
    rows = list(
        Item.objects.select_for_update(of=("self",))
        .select_related("series", "document_type")
        .filter(pk__in=keys)
        .order_by("pk")
    )
    now = clock.now()
    for item in rows:
        require(actor, FILE, item)
        require_state(item, ItemState.PLACED)
        _check_entry(item, volumes)
    for volume in volumes.values():
        require_open(actor, volume)
    coded = _coded(actor, [item for item in rows if item.volume_id is None and not item.reference_code])
    _save(rows, coded, now)
    catalogued = [{"state": ("placed", "catalogued"), **coded.get(item.pk, {})} for item in rows]
    _tell(actor, ITEM_CATALOGUED, rows, catalogued)
    _tell(actor, ITEM_FILED, rows, [{"state": ("catalogued", "filed"), "filed_at": (None, now)} for _item in rows])
    entries = [{name: plain(getattr(item, name)) for name in SHOWN} for item in rows]
    _trace(actor, FilingStep.CATALOGUE, rows, entries, [_("按案卷编件号。")] * len(rows))
    where = [{"where": volumes[item.volume_id].reference_code if item.volume_id else _("电子档案库")} for item in rows]
    _trace(actor, FilingStep.PUT_AWAY, rows, where, [_("在案卷内，随案卷存放。")] * len(rows))
    reindex(keys)
    return rows


def _save(rows: Sequence[Item], coded: Mapping[int, Any], now: Any) -> None:
    """All of them are filed now; those without a volume carry their new codes."""
    done = {"state": ItemState.FILED.value, "filed_at": now}
    Item.objects.filter(pk__in=[item.pk for item in rows]).update(**done, version=F("version") + 2)
    for item in rows:
        item.state, item.filed_at, item.version = done["state"], now, item.version + 2
    if coded:
        Item.objects.bulk_update(
            [item for item in rows if item.pk in coded], ["reference_code", "number"], batch_size=BATCH
        )


def _coded(actor: Actor, items: list[Item]) -> dict[int, dict[str, Any]]:
    """Codes of items that lie in no volume: one run per class, year and retention."""
    groups: dict[tuple[Any, ...], list[Item]] = {}
    for item in items:
        groups.setdefault((item.series_id, item.year, item.retention_id, item.department_id), []).append(item)
    found: dict[int, dict[str, Any]] = {}
    for group in groups.values():
        given = codes_issue_items(actor=actor, items=group)
        for item, (code, number) in zip(group, given, strict=True):
            item.reference_code, item.number = code, number
            found[item.pk] = {"reference_code": ("", code), "number": (None, number)}
        codes_register(actor=actor, pairs=[(item.reference_code, item) for item in group])
    return found


def _check(item: Item, names: Sequence[str]) -> None:
    problems = Problems()
    check_record(item, names, problems)
    for name in ("series", "year", "retention"):
        if getattr(item, name) is None:
            problems.tell(name, _("“%(title)s”定不下%(label)s，请单独办理。") % {
                "title": item.title, "label": Item._meta.get_field(name).verbose_name,  # type: ignore[union-attr]
            })  # fmt: skip
    problems.refuse()


def _check_entry(item: Item, volumes: Mapping[int, Volume]) -> None:
    problems = Problems()
    require_entry(item, problems)
    problems.refuse()
    by_volume = item.series is not None and item.series.arrangement == Arrangement.VOLUME
    if (by_volume or item.carrier in PHYSICAL) and item.volume_id not in volumes:
        told = _("“%(title)s”还没有编入案卷，请先编入案卷，或单独办理入库。")
        raise Refused("volume_missing", told % {"title": item.title})


def _kind_noted(item: Item) -> dict[str, Any]:
    return {"document_type": str(item.document_type), "is_kept": True}


def _told_kind(item: Item) -> str:
    return _("收件时已注明为%(kind)s。列入归档范围，应归档。") % {"kind": item.document_type}


def _tell(
    actor: Actor, event: EventType, items: Sequence[Item], changes: Sequence[Mapping[str, Any]], reason: str = ""
) -> None:
    entries = [
        Entry(subject_of(item), dict(change), reason[:120], {"version": item.version})
        for item, change in zip(items, changes, strict=True)
    ]
    record_many(actor, event, entries, model=Item)


def _trace(
    actor: Actor, step: FilingStep, items: Sequence[Item], noted: Sequence[Mapping[str, Any]], because: Sequence[str]
) -> None:
    FilingTrace.objects.bulk_create(
        [
            FilingTrace(
                item=item, step=step.value, proposed=dict(one), decided=dict(one), because=told[:500],
                made_by=actor.display_name[:80], made_at=clock.now(),
            )
            for item, one, told in zip(items, noted, because, strict=True)
        ],
        batch_size=BATCH,
    )  # fmt: skip
