"""Forms of one volume: 案卷封面, 卷脊, 卷内文件目录, 卷内备考表, from what the books say now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kedang.business.holdings.choices import ItemState
from kedang.business.holdings.models import FormKind, Item, Volume
from kedang.business.holdings.models.sheet import CoverSize, SpineWidth, Standard
from kedang.business.holdings.printing.notes import notes
from kedang.business.holdings.printing.sheet import (
    Head,
    Line,
    Sheet,
    code_parts,
    day,
    excerpt_mark,
    highest,
    is_partial,
    secrecy_words,
    seen,
)
from kedang.business.holdings.services.sheets import settings_of
from kedang.foundation.access.veil import reveal, revealer
from kedang.foundation.kernel.actors import Actor

Options = dict[str, Any]


def cover(actor: Actor, volume: Volume, options: Options) -> Sheet:
    """案卷封面 after GB/T 9705 (eight items and the 档号 box) or GB/T 11822 (six items)."""
    shown = _shower(actor, volume)
    first, middle, last = code_parts(volume.reference_code)
    documents = options["standard"] == Standard.DOCUMENTS
    values: list[tuple[str, str, str]] = [("title", _("案卷题名"), shown("title"))]
    span = [("started_on", _("起始日期"), day(volume.started_on)), ("ended_on", _("终止日期"), day(volume.ended_on))]
    retention = ("retention", _("保管期限"), volume.retention.name)
    if documents:
        values = [
            ("fonds", _("全宗名称"), volume.fonds.name), ("series", _("类目名称"), volume.series.name), *values, *span, retention,
            ("item_count", _("件数"), shown("item_count")), ("page_count", _("页数"), shown("page_count")),
            ("filing_number", _("归档号"), filing_number(volume)), ("fonds_code", _("全宗号"), first),
            ("catalogue", _("目录号"), middle), ("volume_number", _("案卷号"), last),
        ]  # fmt: skip
    else:
        unit = volume.department.name if volume.department else ""
        values = [
            ("code", _("档号"), volume.reference_code), *values, ("unit", _("立卷单位"), unit), *span, retention,
        ]  # fmt: skip
    values.append(("secrecy", _("密级"), secrecy_words(volume.secrecy_level)))
    return _form(FormKind.COVER, volume, "cover.typ", values, options, ("standard", "cover_size"))


def spine(actor: Actor, volume: Volume, options: Options) -> Sheet:
    """卷脊 of 10, 15 or 20 mm, 310 mm high."""
    first, middle, last = code_parts(volume.reference_code)
    title = ("title", _("案卷题名"), reveal(actor, volume, "title").text)
    retention = ("retention", _("保管期限"), volume.retention.name)
    if options["standard"] == Standard.DOCUMENTS:
        values = [
            ("fonds_code", _("全宗号"), first), ("catalogue", _("目录号"), middle), ("volume_number", _("案卷号"), last), title, retention,
            ("filing_number", _("归档号"), filing_number(volume)),
        ]  # fmt: skip
    else:
        values = [retention, ("code", _("档号"), volume.reference_code), title]
    return _form(FormKind.SPINE, volume, "spine.typ", values, options, ("standard", "spine_width"))


def contents(actor: Actor, volume: Volume, options: Options) -> Sheet:
    """卷内文件目录: GB/T 9705 with 页号 (first page; of the last one first and last), GB/T 11822 with 页数."""
    items, is_excerpt = items_of(actor, volume)
    by_first_page = options["standard"] == Standard.DOCUMENTS
    lines: list[Line] = []
    title, number, author, remarks = (
        revealer(actor, Item, name) for name in ("title", "document_number", "author", "remarks")
    )
    for at, item in enumerate(items, 1):
        name = title(item).text
        pages = page_number(item, is_last=at == len(items)) if by_first_page else _count(item.pages)
        told = [remarks(item).text, secrecy_words(item.secrecy_level), _("已销毁") if _is_gone(item) else ""]
        lines.append(
            (
                f"i{item.pk}",
                [
                    str(at),
                    number(item).text,
                    author(item).text,
                    f"[{name}]" if item.is_title_made else name,
                    day(item.dated_on),
                    pages,
                    "；".join(word for word in told if word),
                ],
            )
        )
    if by_first_page:
        heads = [
            Head(_("顺序号"), 12, "center", is_number=True), Head(_("文号"), 27), Head(_("责任者"), 24), Head(_("题名"), 60),
            Head(_("日期"), 19, "center"), Head(_("页号"), 15, "center"), Head(_("备注"), 13),
        ]  # fmt: skip
    else:
        heads = [
            Head(_("序号"), 10, "center", is_number=True), Head(_("文件编号"), 29), Head(_("责任者"), 26), Head(_("文件题名"), 58),
            Head(_("日期"), 19, "center"), Head(_("页数"), 12, "center", is_number=True), Head(_("备注"), 16),
        ]  # fmt: skip
    title_words = _("卷内文件目录") if by_first_page else _("卷内目录")
    return Sheet(
        FormKind.CONTENTS,
        title_words,
        "table.typ",
        volume.fonds,
        lines,
        {
            "over": [_("档号：{code}").format(code=volume.reference_code), "", excerpt_mark(is_excerpt)],
            "landscape": False,
            "row_height": options["row_height"],
            "empty": _("卷内尚无文件"),
        },
        subject=volume,
        heads=heads,
        asked=_asked(options, ("standard",), is_excerpt),
        secrecy_level=highest(items, volume.secrecy_level),
        name=f"{title_words}-{volume.reference_code}",
    )


FORMS: dict[str, Callable[[Actor, Volume, Options], Sheet]] = {
    FormKind.COVER: cover, FormKind.SPINE: spine, FormKind.CONTENTS: contents, FormKind.NOTES: notes,
}  # fmt: skip


def options_of(fonds_id: int, asked: dict[str, Any] | None = None) -> Options:
    """Choices of a print: what was asked for, else the settings of the company. What is not offered is not taken."""
    settings, asked = settings_of(fonds_id), asked or {}
    width = str(asked.get("spine_width", ""))
    return {
        "standard": _choice(asked.get("standard"), Standard.values, settings.standard),
        "cover_size": _choice(asked.get("cover_size"), CoverSize.values, settings.cover_size),
        "spine_width": int(width) if width.isdecimal() and int(width) in SpineWidth.values else settings.spine_width,
        "row_height": settings.row_height,
    }


def items_of(actor: Actor, volume: Volume) -> tuple[list[Item], bool]:
    """Items of a volume in order as far as the actor may see them, and whether others of the same secrecy are left out.

    What lies above the actor's clearance does not exist for them: it neither stands on the form nor shows by a mark.
    """
    inside = Item.objects.filter(volume=volume).exclude(state=ItemState.REMOVED)
    items = list(seen(actor, inside).order_by("position", "id"))
    return items, is_partial(actor, inside, items)


def page_number(item: Item, *, is_last: bool) -> str:
    """页号: where the item begins; of the last one also where it ends."""
    if not item.first_page:
        return ""
    end = item.first_page + max(item.pages, 1) - 1
    return f"{item.first_page}-{end}" if is_last and end > item.first_page else str(item.first_page)


def filing_number(volume: Volume) -> str:
    """归档号: year and number under which the office filed it."""
    return f"{volume.year}-{volume.number:04d}"


def _form(
    form: FormKind,
    volume: Volume,
    template: str,
    values: list[tuple[str, str, str]],
    options: Options,
    kept: tuple[str, ...],
) -> Sheet:
    """A form of labelled values: each is a line of its own, so that a change can be told."""
    lines: list[Line] = [(key, [label, text]) for key, label, text in values]
    data = {"values": {key: text for key, _label, text in values}, **{name: options[name] for name in kept}}
    return Sheet(
        form, str(form.label), template, volume.fonds, lines, data, subject=volume,
        heads=[Head(pgettext("表头", "项目"), 30), Head(_("内容"), 100)], asked=_asked(options, kept),
        secrecy_level=volume.secrecy_level, name=f"{form.label}-{volume.reference_code}",
    )  # fmt: skip


def _shower(actor: Actor, volume: Volume) -> Callable[[str], str]:
    return lambda field: reveal(actor, volume, field).text


def _asked(options: Options, names: tuple[str, ...], is_excerpt: bool = False) -> dict[str, Any]:
    return {name: options[name] for name in names} | ({"excerpt": True} if is_excerpt else {})


def _choice(value: Any, offered: list[str], usual: str) -> str:
    return str(value) if value in offered else str(usual)


def _count(number: int) -> str:
    return str(number) if number else ""


def _is_gone(item: Item) -> bool:
    return item.state == ItemState.DESTROYED
