"""Catalogues of a fonds: 案卷目录, 归档文件目录 (DA/T 22), 归档登记簿, by class, year, retention and department."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import ItemState, NoteKind, VolumeState
from kedang.business.holdings.models import FormKind, Item, Series, Volume, VolumeNote
from kedang.business.holdings.printing.sheet import (
    Head,
    Line,
    Sheet,
    day,
    excerpt_mark,
    highest,
    partly,
    secrecy_words,
    seen,
)
from kedang.foundation.access.models import Department, Fonds
from kedang.foundation.access.veil import revealer
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

Conditions = dict[str, Any]
MOST_ROWS = 5000
HARM = (NoteKind.DEFECT, NoteKind.DAMAGE, NoteKind.MISSING)
CONDITIONS = ("series", "year", "retention", "department", "since", "until")


def volume_catalogue(actor: Actor, fonds: Fonds, conditions: Conditions, row_height: int) -> Sheet:
    """案卷目录: cover, explanations with the short words, table, closing notes."""
    rows = Volume.objects.filter(_where(conditions), fonds=fonds).exclude(state=VolumeState.OPEN)
    volumes = _all(
        seen(actor, rows)
        .select_related("retention", "series")
        .order_by("series__code", "year", "retention__position", "number", "id")
    )
    title, pages, remarks = (revealer(actor, Volume, name) for name in ("title", "page_count", "remarks"))
    lines: list[Line] = []
    for at, volume in enumerate(volumes, 1):
        told = [
            remarks(volume).text,
            secrecy_words(volume.secrecy_level),
            _("已销毁") if volume.state == VolumeState.DESTROYED else "",
        ]
        lines.append(
            (
                f"v{volume.pk}",
                [
                    str(at),
                    volume.reference_code,
                    title(volume).text,
                    "-".join(filter(None, (day(volume.started_on), day(volume.ended_on)))),
                    pages(volume).text,
                    volume.retention.name,
                    "；".join(word for word in told if word),
                ],
            )
        )
    heads = [
        Head(_("序号"), 11, "center", is_number=True), Head(_("档号"), 36, is_code=True),
        Head(_("案卷题名"), 53), Head(_("起止日期"), 21, "center", is_code=True),
        Head(_("总页数"), 12, "center", is_number=True), Head(_("保管期限"), 18, "center"), Head(_("备注"), 19),
    ]  # fmt: skip
    closing_notes = [
        _("本目录共登记案卷 {count} 卷，{pages} 页。").format(
            count=len(volumes), pages=sum(v.page_count for v in volumes)
        ),
        _losses(volumes),
    ]
    span = _span([v.started_on for v in volumes] + [v.ended_on for v in volumes])
    words = words_of(fonds, conditions)
    part = partly(actor, rows, volumes)
    return Sheet(
        FormKind.VOLUMES,
        str(FormKind.VOLUMES.label),
        "book.typ",
        fonds,
        lines,
        {
            "whole": True,
            "cover": [
                (_("全宗名称"), fonds.name), (_("全宗号"), fonds.code),
                (_("类目名称"), _series_name(fonds, conditions) or _only(v.series.name for v in volumes)),
                (_("目录号"), str(conditions.get("series") or "")), (_("年度"), _years(conditions, volumes)),
                (_("起止日期"), span),
            ],
            "explanation": [
                _("本目录按类别、年度、保管期限、案卷号依次编排，一卷一行。"),
                _("编制范围：{words}。").format(words="；".join(words) or _("全部已结卷的案卷")),
                _("起止日期以八位数字表示。备注栏注明内部以上的密级和已销毁的案卷。"),
            ],
            "short_words": _short_words((v.series.code, v.series.name) for v in volumes)
            + _short_words((v.retention.code, v.retention.name) for v in volumes),
            "closing": [(_("编制人"), actor.display_name), (_("编制日期"), day(clock.today())), (_("检查人"), "")],
            "closing_notes": closing_notes,
            "over": [_("全宗号：{code}").format(code=fonds.code), "　".join([*words[:3], excerpt_mark(bool(part))]),
                _("共 {count} 卷").format(count=len(volumes)),
            ],
            "landscape": False,
            "row_height": row_height,
            "empty": _("没有符合条件的案卷"),
        },
        heads=heads,
        asked={"conditions": stored(conditions), "words": words} | part,
        secrecy_level=highest(volumes),
        name=f"{FormKind.VOLUMES.label}-{fonds.code}-{clock.today():%Y%m%d}",
        rows_out=len(lines),
    )  # fmt: skip


ITEM_HEADS: tuple[tuple[str, float, str, bool, bool], ...] = (
    ("序号", 11, "center", False, True), ("档号", 47, "left", True, False), ("文号", 33, "left", False, False), ("责任者", 32, "left", False, False),
    ("题名", 74, "left", False, False), ("日期", 18, "center", False, False), ("密级", 12, "center", False, False),
    ("页数", 11, "center", False, True), ("备注", 24, "left", False, False),
)  # fmt: skip


def item_heads() -> list[Head]:
    """Columns of DA/T 22-2015 on 262 mm."""
    labels = [_("序号"), _("档号"), _("文号"), _("责任者"), _("题名"), _("日期"), _("密级"), _("页数"), _("备注")]
    return [
        Head(label, width, side, is_code=code, is_number=number)
        for label, (_key, width, side, code, number) in zip(labels, ITEM_HEADS, strict=True)
    ]


def item_lines(actor: Actor, items: list[Item]) -> list[Line]:
    """Lines of a 归档文件目录."""
    shown = {name: revealer(actor, Item, name) for name in ("title", "document_number", "author", "remarks", "pages")}
    lines: list[Line] = []
    for at, item in enumerate(items, 1):
        title = shown["title"](item).text
        gone = _("已销毁") if item.state == ItemState.DESTROYED else ""
        cells = [
            str(at), item.reference_code, shown["document_number"](item).text, shown["author"](item).text,
            f"[{title}]" if item.is_title_made else title, day(item.dated_on), secrecy_words(item.secrecy_level),
            shown["pages"](item).text, "；".join(filter(None, (shown["remarks"](item).text, gone))),
        ]  # fmt: skip
        lines.append((f"i{item.pk}", cells))
    return lines


def item_catalogue(actor: Actor, fonds: Fonds, conditions: Conditions, row_height: int) -> Sheet:
    """归档文件目录 after DA/T 22-2015: A4 across with its cover; filed items that stand by themselves."""
    filed = (ItemState.CATALOGUED, ItemState.FILED, ItemState.DESTROYED)
    rows = Item.objects.filter(_where(conditions), fonds=fonds, state__in=filed, volume__isnull=True)
    items = _all(
        seen(actor, rows)
        .select_related("retention")
        .order_by("series__code", "year", "retention__position", "number", "id")
    )
    lines = item_lines(actor, items)
    words = words_of(fonds, conditions)
    part = partly(actor, rows, items)
    return Sheet(
        FormKind.ITEMS,
        str(FormKind.ITEMS.label),
        "book.typ",
        fonds,
        lines,
        {
            "whole": True,
            "cover": [
                (_("全宗号"), fonds.code), (_("全宗名称"), fonds.name), (_("年度"), _years(conditions, items)),
                (_("保管期限"), conditions.get("retention_name") or _only(i.retention.name for i in items if i.retention)),
                (_("机构（问题）"), conditions.get("department_name") or _series_name(fonds, conditions)),
            ],
            "explanation": [
                _("本目录以件为单位，按类别、年度、保管期限、件号依次编排。"),
                _("编制范围：{words}。").format(words="；".join(words) or _("全部按件整理的归档文件")),
                _("题名加方括号的，为整理人所拟。日期以八位数字表示。密级栏只填内部以上的密级。"),
            ],
            "short_words": _short_words((i.retention.code, i.retention.name) for i in items if i.retention),
            "closing": [(_("编制人"), actor.display_name), (_("编制日期"), day(clock.today())), (_("检查人"), "")],
            "closing_notes": [
                _("本目录共登记归档文件 {count} 件，{pages} 页。").format(count=len(items), pages=sum(i.pages for i in items))
            ],
            "over": [_("全宗号：{code}").format(code=fonds.code), "　".join([*words[:4], excerpt_mark(bool(part))]),
                _("共 {count} 件").format(count=len(items)),
            ],
            "landscape": True,
            "row_height": min(row_height, 12),
            "empty": _("没有符合条件的归档文件"),
        },
        heads=item_heads(),
        asked={"conditions": stored(conditions), "words": words} | part,
        secrecy_level=highest(items),
        name=f"{FormKind.ITEMS.label}-{fonds.code}-{clock.today():%Y%m%d}",
        rows_out=len(lines),
    )  # fmt: skip


def register(actor: Actor, fonds: Fonds, conditions: Conditions, row_height: int) -> Sheet:
    """归档登记簿 (AR-13): name, number, time and by whom, in the order of filing."""
    rows = Item.objects.filter(_where(conditions), fonds=fonds, filed_at__isnull=False)
    since, until = conditions.get("since"), conditions.get("until")
    rows = rows.filter(filed_at__gte=_begin(since)) if since else rows
    rows = rows.filter(filed_at__lt=_begin(until + timedelta(days=1))) if until else rows
    items = _all(
        seen(actor, rows)
        .select_related("department", "responsible", "retention", "volume")
        .prefetch_related("traces")
        .order_by("filed_at", "id")
    )
    shown = {name: revealer(actor, Item, name) for name in ("title", "pages")}
    lines: list[Line] = []
    for at, item in enumerate(items, 1):
        title = shown["title"](item).text
        by = next((t.made_by for t in reversed(list(item.traces.all()))), "")
        cells = [
            str(at), f"{clock.local(item.filed_at):%Y%m%d}", item.reference_code, f"[{title}]" if item.is_title_made else title,
            shown["pages"](item).text, item.retention.name if item.retention else "", item.department.name if item.department else "",
            item.responsible.name if item.responsible else "", by,
        ]  # fmt: skip
        lines.append((f"i{item.pk}", cells))
    heads = [
        Head(_("序号"), 11, "center", is_number=True), Head(_("归档时间"), 20, "center"), Head(_("档号"), 48, is_code=True), Head(_("题名"), 84),
        Head(_("页数"), 12, "center", is_number=True), Head(_("保管期限"), 18, "center"), Head(_("归档部门"), 29), Head(_("移交人"), 20, "center"),
        Head(_("归档人"), 20, "center"),
    ]  # fmt: skip
    words = words_of(fonds, conditions)
    part = partly(actor, rows, items)
    return Sheet(
        FormKind.REGISTER,
        str(FormKind.REGISTER.label),
        "table.typ",
        fonds,
        lines,
        {
            "over": [
                fonds.name,
                "　".join([*words, excerpt_mark(bool(part))]),
                _("共 {count} 件").format(count=len(items)),
            ],
            "landscape": True,
            "row_height": min(row_height, 10),
            "empty": _("此期间没有归档文件"),
        },
        heads=heads,
        asked={"conditions": stored(conditions), "words": words} | part,
        secrecy_level=highest(items),
        name=f"{FormKind.REGISTER.label}-{clock.today():%Y%m%d}",
        rows_out=len(lines),
    )


LISTS: dict[str, Callable[[Actor, Fonds, Conditions, int], Sheet]] = {
    FormKind.VOLUMES: volume_catalogue, FormKind.ITEMS: item_catalogue, FormKind.REGISTER: register,
}  # fmt: skip


def conditions_of(fonds_id: int, asked: Any) -> Conditions:
    """Conditions as asked by an address or kept with a sheet; what does not exist in this company is left out."""
    from kedang.business.holdings.models import RetentionPeriod

    text = {name: str(asked.get(name) or "") for name in CONDITIONS}
    retention = RetentionPeriod.objects.filter(fonds_id=fonds_id, pk=_int(text["retention"])).first()
    department = Department.objects.filter(fonds_id=fonds_id, pk=_int(text["department"])).first()
    return {
        "series": text["series"][:40],
        "year": _int(text["year"]) or None,
        "retention": retention.pk if retention else None,
        "retention_name": retention.name if retention else "",
        "department": department.pk if department else None,
        "department_name": department.name if department else "",
        "since": _date(text["since"]),
        "until": _date(text["until"]),
    }


def stored(conditions: Conditions) -> dict[str, Any]:
    """Conditions as they are kept with a sheet."""
    return {name: str(conditions[name]) for name in CONDITIONS if conditions.get(name)}


def words_of(fonds: Fonds, conditions: Conditions) -> list[str]:
    """Conditions in words."""
    words = []
    if conditions.get("series"):
        words.append(_("类别：{name}").format(name=_series_name(fonds, conditions) or conditions["series"]))
    if conditions.get("year"):
        words.append(_("年度：{year}").format(year=conditions["year"]))
    if conditions.get("retention_name"):
        words.append(_("保管期限：{name}").format(name=conditions["retention_name"]))
    if conditions.get("department_name"):
        words.append(_("机构（问题）：{name}").format(name=conditions["department_name"]))
    if conditions.get("since") or conditions.get("until"):
        since, until = conditions.get("since"), conditions.get("until")
        words.append(_("期间：{since} 至 {until}").format(since=since or "…", until=until or "…"))
    return words


def _where(conditions: Conditions) -> Q:
    q = Q()
    if conditions.get("series"):
        q &= Q(series__code=conditions["series"]) | Q(series__code__startswith=f"{conditions['series']}·")
    for name in ("year", "retention", "department"):
        if conditions.get(name):
            q &= Q(**{name if name == "year" else f"{name}_id": conditions[name]})
    return q


def _all(rows: QuerySet[Any]) -> list[Any]:
    found = list(rows[: MOST_ROWS + 1])
    if len(found) > MOST_ROWS:
        told = _("一次最多打印 {most} 行，请按类别、年度或保管期限缩小范围。").format(most=f"{MOST_ROWS:,}")
        raise Refused("too_many_rows", told)
    return found


def _series_name(fonds: Fonds, conditions: Conditions) -> str:
    code = conditions.get("series")
    if not code:
        return ""
    found = (
        Series.objects.filter(scheme__fonds=fonds, code=code).order_by("-scheme__number").values_list("name", flat=True)
    )
    return str(found.first() or code)


def _losses(volumes: list[Volume]) -> str:
    """移出、销毁、损坏 of the volumes listed, as their states and 备考表 tell."""
    rows = VolumeNote.objects.filter(volume__in=[v.pk for v in volumes], kind__in=(NoteKind.REMOVED, *HARM)).order_by()
    noted = set(rows.values_list("volume_id", "kind").distinct())
    counted = (
        (sum(v.state == VolumeState.DESTROYED for v in volumes), _("已销毁 {count} 卷")),
        (len({key for key, kind in noted if kind == NoteKind.REMOVED}), _("有文件移出的 {count} 卷")),
        (len({key for key, kind in noted if kind in HARM}), _("有缺损的 {count} 卷")),
    )
    told = [words.format(count=count) for count, words in counted if count]
    return (
        _("其中{losses}，详见各卷备考表。").format(losses=_("，").join(told)) if told else _("移出、销毁、损坏：无。")
    )


def _years(conditions: Conditions, rows: list[Any]) -> str:
    """The year asked for, else from which to which the lines are."""
    asked = conditions.get("year")
    years = sorted({row.year for row in rows if row.year})
    return (
        str(asked) if asked else "-".join(str(year) for year in dict.fromkeys((years[0], years[-1]))) if years else ""
    )


def _only(names: Iterable[str]) -> str:
    """The one name that all lines share, else nothing: the line is left for the pen."""
    found = set(names)
    return found.pop() if len(found) == 1 else ""


def _short_words(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(set(pairs))[:12]


def _span(dates: list[date | None]) -> str:
    known = sorted(value for value in dates if value)
    return f"{day(known[0])}-{day(known[-1])}" if known else ""


def _begin(value: date) -> datetime:
    return datetime.combine(value, time.min, ZoneInfo(settings.TIME_ZONE))


def _int(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
