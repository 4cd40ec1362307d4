"""卷内备考表, the living one: what the archivist says of the volume and every note that its changes wrote into it (A-I16)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.utils.translation import gettext as _

from kedang.business.holdings.choices import ItemState
from kedang.business.holdings.models import DocumentType, FormKind, Item, Volume
from kedang.business.holdings.models.sheet import Standard
from kedang.business.holdings.printing.sheet import Head, Line, Sheet, day, seen
from kedang.foundation.access.veil import reveal, revealer
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor

DRAWINGS, PHOTOS = ("图纸", "图样", "蓝图", "竣工图"), ("照片", "相片")
"""Words in the name of a kind of document that tell drawings and photographs from text."""


def notes(actor: Actor, volume: Volume, options: dict[str, Any]) -> Sheet:
    """The sheet: counts, 互见号, situation, dated notes with who signed them; where there is nothing to note, only who and when."""
    from kedang.business.holdings.models import VolumeNote

    counts, level = page_counts(actor, volume)
    twin = volume.twin or getattr(volume, "twin_of", None)
    told = [line.strip() for line in reveal(actor, volume, "situation").text.splitlines() if line.strip()]
    values: list[Line] = [("counts", [_("页数"), count_words(counts)])]
    values.append(("cross", [_("互见号"), twin.reference_code if twin is not None else ""]))
    values += [("situation" if at == 0 else f"situation{at}", [_("情况说明"), line]) for at, line in enumerate(told)]
    text = revealer(actor, VolumeNote, "text")
    rows: list[Line] = []
    for note in volume.notes.select_related("signed_by").order_by("id"):
        note.volume = volume
        signed = note.signed_by.name if note.signed_by else ""
        rows.append(
            (
                f"n{note.pk}",
                [
                    day(clock.local(note.made_at).date()),
                    str(note.get_kind_display()),
                    text(note).text,
                    note.made_by,
                    signed,
                ],
            )
        )
    foot = signatures(volume, options["standard"] == Standard.DOCUMENTS)
    lines = [*values, *rows, *foot]
    wide = max(len(cells) for _key, cells in lines)
    return Sheet(
        FormKind.NOTES,
        str(FormKind.NOTES.label),
        "notes.typ",
        volume.fonds,
        [(key, [*cells, *[""] * (wide - len(cells))]) for key, cells in lines],
        {
            "counts": count_words(counts),
            "cross": twin.reference_code if twin is not None else "",
            "situation": told,
            "notes": [cells for _key, cells in rows],
            "is_documents": options["standard"] == Standard.DOCUMENTS,
            "nothing": _("本卷无需要说明的情况。") if not told and not rows else "",
            "over": _("档号：{code}").format(code=volume.reference_code),
            "label": _("本卷情况说明") if options["standard"] == Standard.DOCUMENTS else _("说明"),
            "foot": [tuple(cells) for _key, cells in foot],
            "heads": [_("日期"), _("事项"), _("情况说明"), _("记录人"), _("签认人")],
        },
        subject=volume,
        heads=[Head("", 30)] * wide,
        asked={"standard": options["standard"]},
        secrecy_level=max(volume.secrecy_level, level),
        mark_level=volume.secrecy_level,
        name=f"{FormKind.NOTES.label}-{volume.reference_code}",
    )  # fmt: skip


def signatures(volume: Volume, is_documents: bool) -> list[Line]:
    """Who arranged and who inspected, and when: one date after GB/T 9705, one for each after GB/T 11822. Closing a volume enters its
    inspection."""
    arranged = volume.responsible.name if volume.responsible else ""
    checked = volume.inspected_by.name if volume.inspected_by else ""
    done = day(clock.local(volume.closed_at or volume.created_at).date())
    by: Line = ("arranged_by", [_("立卷人"), arranged])
    inspector: Line = ("checked_by", [_("检查人"), checked])
    if is_documents:
        return [by, inspector, ("arranged_on", [_("立卷时间"), done])]
    seen_on = done if checked and volume.closed_at is not None else ""
    return [by, ("arranged_on", [_("立卷日期"), done]), inspector, ("checked_on", [_("检查日期"), seen_on])]


def page_counts(actor: Actor, volume: Volume) -> tuple[Counter[str], int]:
    """Pages of text and drawings, sheets of photographs; known where the kind of document says so. And how secret the counted ones are."""
    kinds: Counter[str] = Counter()
    inside = Item.objects.filter(volume=volume).exclude(state__in=(ItemState.REMOVED, ItemState.DESTROYED))
    rows = list(seen(actor, inside).values_list("document_type_id", "pages", "secrecy_level"))
    names = dict(DocumentType.objects.filter(pk__in={row[0] for row in rows if row[0]}).values_list("pk", "name"))
    for key, pages, _level in rows:
        name = names.get(key, "")
        if any(word in name for word in DRAWINGS):
            kinds["drawings"] += pages
        elif any(word in name for word in PHOTOS):
            kinds["photos"] += pages
        else:
            kinds["text"] += pages
    return kinds, max((level for _key, _pages, level in rows), default=0)


def count_words(counts: Counter[str]) -> str:
    """``本卷共有文件材料 120 页，其中：文字材料 100 页，图样材料 20 页，照片 3 张。``; the second half only where kinds are known."""
    total = counts["text"] + counts["drawings"]
    words = _("本卷共有文件材料 {pages} 页").format(pages=total)
    parts = [_("文字材料 {pages} 页").format(pages=counts["text"])] if counts["text"] else []
    if counts["drawings"]:
        parts.append(_("图样材料 {pages} 页").format(pages=counts["drawings"]))
    if counts["photos"]:
        parts.append(_("照片 {sheets} 张").format(sheets=counts["photos"]))
    if counts["drawings"] or counts["photos"]:
        words += _("，其中：") + _("，").join(parts)
    return words + _("。")
