"""Labels of volumes, boxes and shelves on A4 sheets. The code on a label is what scanning by phone reads: 档号 or place number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import segno
from django.db.models import Count, Max, Min
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.holdings.choices import LocationKind, VolumeState
from kedang.business.holdings.models import FormKind, Item, Location, Volume
from kedang.business.holdings.printing.sheet import Head, Line, Sheet, highest, secrecy_words, seen
from kedang.business.holdings.services.sheets import settings_of
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import require
from kedang.foundation.access.veil import revealer
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

MOST_LABELS = 2000
KINDS = {"volume": gettext_lazy("案卷"), "box": gettext_lazy("档案盒"), "shelf": gettext_lazy("柜架与层")}


def labels(actor: Actor, fonds: Fonds, asked: dict[str, Any]) -> Sheet:
    """Labels of one kind: all of a place and below it, or those picked by ``ids``; ``begin`` leaves labels of a used sheet free."""
    kind = str(asked.get("kind") or "box")
    ids = [int(part) for part in str(asked.get("ids") or "").split(",") if part.isdecimal() and len(part) < 19][
        :MOST_LABELS
    ]
    within = str(asked.get("within") or "")
    lines, level = _volumes(actor, fonds, ids, within) if kind == "volume" else _places(actor, fonds, kind, ids, within)
    if not lines:
        raise Refused("nothing_to_print", _("没有可打印标签的对象，请先选定案卷、档案盒或位置。"))
    settings = settings_of(fonds.pk)
    begin_text = str(asked.get("begin") or "0")
    per_sheet = settings.label_columns * settings.label_rows
    begin = min(int(begin_text), per_sheet - 1) if begin_text.isdecimal() and len(begin_text) < 4 else 0
    return Sheet(
        FormKind.LABELS,
        str(FormKind.LABELS.label),
        "labels.typ",
        fonds,
        lines,
        {
            "columns_of_labels": settings.label_columns,
            "rows_of_labels": settings.label_rows,
            "margin_top": settings.label_margin_top,
            "margin_side": settings.label_margin_side,
            "begin": begin,
        },
        heads=[Head(_("编码"), 40), Head(_("名称"), 60), Head(_("说明"), 60)],
        asked={"kind": kind, "ids": ",".join(str(i) for i in ids), "within": within, "excerpt": True},
        secrecy_level=level,
        name=f"{FormKind.LABELS.label}-{len(lines)}",
        rows_out=len(lines) if kind == "volume" else 0,
    )


def drawn(sheet: Sheet) -> None:
    """Give a sheet of labels the drawings of its codes: for paper only, comparing needs none."""
    sheet.data["labels"] = [
        {"lead": cells[0], "title": cells[1], "under": cells[2], "small": sheet.code} for cells in sheet.rows
    ]
    sheet.drawings = [label_code(cells[0]) for cells in sheet.rows]


def label_code(text: str) -> str:
    """A QR code with a mask chosen beforehand: any mask is read alike, and trying all eight takes four fifths of the time."""
    return str(segno.make(text, error="m", micro=False, boost_error=False, mask=2).svg_inline(border=0, dark="#000"))


def _volumes(actor: Actor, fonds: Fonds, ids: list[int], within: str) -> tuple[list[Line], int]:
    rows = seen(actor, Volume.objects).filter(fonds=fonds).exclude(state=VolumeState.DESTROYED)
    if ids:
        rows = rows.filter(pk__in=ids)
    else:
        place = _place(actor, fonds, within)
        rows = rows.filter(location__path__startswith=place.path) if place else rows.none()
    found = _capped(rows.select_related("retention").order_by("year", "number", "id"))
    title = revealer(actor, Volume, "title")
    lines: list[Line] = []
    for volume in found:
        under = [
            str(volume.year),
            volume.retention.name,
            secrecy_words(volume.secrecy_level),
            _("{count} 件").format(count=volume.item_count),
        ]
        lines.append((f"v{volume.pk}", [volume.reference_code, title(volume).text, "　".join(filter(None, under))]))
    return lines, highest(found)


def _places(actor: Actor, fonds: Fonds, kind: str, ids: list[int], within: str) -> tuple[list[Line], int]:
    require(actor, "custody.view")
    kinds = [LocationKind.BOX] if kind == "box" else [LocationKind.ROOM, LocationKind.CABINET, LocationKind.SHELF]
    rows = Location.objects.visible_to(actor).filter(fonds=fonds, kind__in=kinds)
    if ids:
        rows = rows.filter(pk__in=ids)
    elif within:
        place = _place(actor, fonds, within)
        rows = rows.filter(path__startswith=place.path) if place else rows.none()
    found = _capped(rows.select_related("parent").order_by("label", "id"))
    told, level = contents_of(actor, [place.pk for place in found]) if kind == "box" else ({}, 0)
    lines: list[Line] = []
    for place in found:
        name = place.name or (str(place.get_kind_display()) if kind != "box" else "")
        under = told.get(place.pk, "") if kind == "box" else (place.parent.label if place.parent else fonds.name)
        lines.append((f"b{place.pk}", [place.label, name or fonds.name, under]))
    return lines, level


def contents_of(actor: Actor, boxes: Iterable[int]) -> tuple[dict[int, str], int]:
    """What lies in each box, in words: years and first to last number. And how secret
    it is. Two queries whatever the number of boxes."""
    told: dict[int, str] = {}
    keys, level = list(boxes), 0
    for model, word in ((Volume, _("{count} 卷")), (Item, _("{count} 件"))):
        rows = seen(actor, model.objects).filter(location_id__in=keys)
        if model is Item:
            rows = rows.filter(volume__isnull=True)
        numbers = (Min("year"), Max("year"), Min("number"), Max("number"), Count("id"), Max("secrecy_level"))
        for key, first_year, last_year, first, last, count, top in (
            rows.order_by().values_list("location_id").annotate(*numbers)
        ):
            years = str(first_year or "") if first_year == last_year else f"{first_year}-{last_year}"
            span = "" if first is None else f"{first:04d}-{last:04d}"
            words = "　".join(filter(None, (years, span, word.format(count=count))))
            told[key] = "；".join(filter(None, (told.get(key, ""), words)))
            level = max(level, top)
    return told, level


def _place(actor: Actor, fonds: Fonds, within: str) -> Location | None:
    if not within.isdecimal() or len(within) > 18:
        return None
    found: Location | None = Location.objects.visible_to(actor).filter(fonds=fonds, pk=int(within)).first()
    return found


def _capped(rows: Any) -> list[Any]:
    found = list(rows[: MOST_LABELS + 1])
    if len(found) > MOST_LABELS:
        raise Refused("too_many_labels", _("一次最多打印 {most} 张标签，请缩小范围。").format(most=f"{MOST_LABELS:,}"))
    return found
