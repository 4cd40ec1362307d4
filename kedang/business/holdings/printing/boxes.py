"""Forms of a box after DA/T 22: 盒脊, 盒封面, 盒内文件目录, 盒内备考表, from what lies in it now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kedang.business.holdings.choices import FilingStep, ItemState, VolumeState
from kedang.business.holdings.models import FilingTrace, FormKind, Item, Location, Volume
from kedang.business.holdings.printing.catalogue import item_heads, item_lines
from kedang.business.holdings.printing.sheet import Head, Line, Sheet, code_parts, day, highest, is_partial, seen
from kedang.foundation.access.veil import reveal
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

THICKNESSES = (20, 30, 40, 50)


def box_spine(actor: Actor, box: Location, options: dict[str, Any]) -> Sheet:
    """盒脊: 全宗号, 年度, 保管期限, 机构（问题）, first number above and last below, 盒号."""
    values, by_volume, level = _values(actor, box)
    thickness = thickness_of(box, options.get("thickness"))
    labels = {
        "fonds_code": _("全宗号"), "years": _("年度"), "retention": _("保管期限"), "unit": _("机构（问题）"),
        "first": _("起始号"), "last": _("终止号"), "box": _("盒号"),
    }  # fmt: skip
    lines: list[Line] = [(key, [label, values[key]]) for key, label in labels.items()]
    data = {"values": values, "thickness": thickness, "by_volume": by_volume}
    return _sheet(FormKind.BOX_SPINE, box, lines, data, {"thickness": thickness}, level)


def box_face(actor: Actor, box: Location, options: dict[str, Any]) -> Sheet:
    """盒封面: name of the fonds above a double rule; small below, which box it is."""
    values, _by_volume, level = _values(actor, box)
    values["line"] = "　".join(
        filter(None, (values["years"], values["retention"], _("盒号：{box}").format(box=values["box"])))
    )
    lines: list[Line] = [("fonds", [_("全宗名称"), values["fonds"]]), ("line", [_("盒"), values["line"]])]
    return _sheet(FormKind.BOX_FACE, box, lines, {"values": values}, {}, level)


def box_items(actor: Actor, box: Location, options: dict[str, Any]) -> Sheet:
    """The part of the 归档文件目录 that lies in the box, or the volumes in it."""
    volumes, items = things_in(actor, box)
    if volumes:
        lines: list[Line] = [
            (
                f"v{volume.pk}",
                [
                    str(at), volume.reference_code, reveal(actor, volume, "title").text,
                    "-".join(filter(None, (day(volume.started_on), day(volume.ended_on)))), str(volume.page_count), volume.retention.name,
                ],
            )
            for at, volume in enumerate(volumes, 1)
        ]  # fmt: skip
        heads = [
            Head(_("序号"), 12, "center", is_number=True), Head(_("档号"), 60, is_code=True), Head(_("案卷题名"), 108),
            Head(_("起止日期"), 38, "center"), Head(_("总页数"), 20, "center", is_number=True), Head(_("保管期限"), 24, "center"),
        ]  # fmt: skip
    else:
        lines, heads = item_lines(actor, items), item_heads()
    data = {
        "over": [
            _("全宗号：{code}").format(code=box.fonds.code),
            "",
            _("盒号：{box}").format(box=reveal(actor, box, "code").text),
        ],
        "landscape": True,
        "row_height": 12,
        "empty": _("盒内尚无档案"),
    }
    made = _sheet(FormKind.BOX_ITEMS, box, lines, data, {}, highest([*volumes, *items]))
    made.heads = heads
    return made


def box_notes(actor: Actor, box: Location, options: dict[str, Any]) -> Sheet:
    """盒内备考表 (DA/T 22): 盒内文件情况说明, 整理人, 整理日期, 检查人, 检查日期."""
    volumes, items = things_in(actor, box)
    gone = [item for item in items if item.state == ItemState.DESTROYED]
    pages = sum(item.pages for item in items) + sum(volume.page_count for volume in volumes)
    if volumes:
        counts = _("盒内共有案卷 {count} 卷，{pages} 页。").format(count=len(volumes), pages=pages)
    else:
        counts = _("盒内共有归档文件 {count} 件，{pages} 页。").format(count=len(items), pages=pages)
    told = [reveal(actor, box, "note").text] if box.note else []
    told += [_("{code} 已销毁。").format(code=item.reference_code) for item in gone]
    told += [f"{item.reference_code}：{reveal(actor, item, 'remarks').text}" for item in items if item.remarks]
    steps = FilingTrace.objects.filter(item__in=[item.pk for item in items], step=FilingStep.CATALOGUE)
    arranged = steps.order_by("-id").values_list("made_by", flat=True).first() or ""
    filed = max((item.filed_at for item in items if item.filed_at), default=None)
    on = day(clock.local(filed).date()) if filed else ""
    foot = [(_("整理人"), arranged), (_("整理日期"), on), (_("检查人"), ""), (_("检查日期"), "")]
    lines: list[Line] = [("counts", [_("页数"), counts])]
    lines += [(f"told{at}", [_("情况说明"), line]) for at, line in enumerate(told)]
    lines += [(f"foot{at}", [name, value]) for at, (name, value) in enumerate(foot)]
    data = {
        "counts": counts, "cross": "", "situation": told, "notes": [], "is_documents": True, "heads": [""] * 5, "foot": foot,
        "nothing": "" if told else _("盒内文件无缺损、修改、补充、移出、销毁情况。"), "label": _("盒内文件情况说明"),
        "over": _("盒号：{box}").format(box=reveal(actor, box, "code").text),
    }  # fmt: skip
    made = _sheet(FormKind.BOX_NOTES, box, lines, data, {}, highest([*volumes, *items]))
    made.title = _("备考表")
    return made


FORMS: dict[str, Callable[[Actor, Location, dict[str, Any]], Sheet]] = {
    FormKind.BOX_SPINE: box_spine, FormKind.BOX_FACE: box_face, FormKind.BOX_ITEMS: box_items, FormKind.BOX_NOTES: box_notes,
}  # fmt: skip
TEMPLATES = {
    FormKind.BOX_SPINE: "box.typ",
    FormKind.BOX_FACE: "box.typ",
    FormKind.BOX_ITEMS: "table.typ",
    FormKind.BOX_NOTES: "notes.typ",
}


def things_in(actor: Actor, box: Location) -> tuple[list[Volume], list[Item]]:
    """Volumes and single items in a box, in the order of their numbers.

    Raises:
        Refused: the box holds things outside the actor's scope; forms of a box are of all that lies in it.
    """
    volumes = Volume.objects.filter(location=box).exclude(state=VolumeState.DESTROYED)
    items = Item.objects.filter(location=box, volume__isnull=True).exclude(state=ItemState.REMOVED)
    found = (
        list(seen(actor, volumes).select_related("retention", "series").order_by("year", "number", "id")),
        list(seen(actor, items).select_related("retention", "series", "department").order_by("year", "number", "id")),
    )
    if is_partial(actor, volumes, found[0]) or is_partial(actor, items, found[1]):
        raise Refused("box_partly_seen", _("盒内有不在您查看范围内的档案，不能打印整盒的表格。请由档案管理员打印。"))
    return found


def thickness_of(box: Location, asked: Any = None) -> int:
    """Spine of the box in millimetres: as asked, else its own thickness, else 30; always one that is made."""
    text = str(asked or box.thickness or 30)
    wanted = int(text) if text.isdecimal() and len(text) < 5 else 30
    return min(THICKNESSES, key=lambda known: (abs(known - wanted), known))


def _values(actor: Actor, box: Location) -> tuple[dict[str, str], bool, int]:
    if box.kind != "box":
        raise Refused("not_a_box", _("“{place}”不是档案盒，没有盒脊和盒封面。").format(place=box.label))
    volumes, items = things_in(actor, box)
    things: list[Any] = [*volumes, *items]
    years = sorted({thing.year for thing in things if thing.year})
    numbers = [thing.number for thing in things if thing.number]
    width = max((len(code_parts(thing.reference_code)[2]) for thing in things if thing.reference_code), default=4)
    units = {
        (thing.department.name if getattr(thing, "department", None) else thing.series.name)
        for thing in things
        if thing.series_id
    }
    return (
        {
            "fonds": box.fonds.name,
            "fonds_code": box.fonds.code,
            "years": "-".join(str(year) for year in dict.fromkeys((years[0], years[-1]))) if years else "",
            "retention": "、".join(dict.fromkeys(thing.retention.name for thing in things if thing.retention)),
            "unit": "、".join(sorted(units)[:2]),
            "first": str(min(numbers)).zfill(width) if numbers else "",
            "last": str(max(numbers)).zfill(width) if numbers else "",
            "box": reveal(actor, box, "code").text,
        },
        bool(volumes),
        highest(things),
    )


def _sheet(
    form: FormKind, box: Location, lines: list[Line], data: dict[str, Any], asked: dict[str, Any], level: int
) -> Sheet:
    return Sheet(
        form, str(form.label), TEMPLATES[form], box.fonds, lines, data, subject=box,
        heads=[Head(pgettext("表头", "项目"), 30), Head(_("内容"), 100)], asked=asked, secrecy_level=level, name=f"{form.label}-{box.label}",
    )  # fmt: skip
