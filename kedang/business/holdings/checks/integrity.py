"""完整性."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kedang.business.holdings.checks.registry import Finding, bad, check, passed
from kedang.business.holdings.checks.subject import Subject, listed, name_of, targets_of
from kedang.business.holdings.choices import (
    Carrier,
    CheckOccasion,
    CheckProperty,
    CodeState,
    FilingStep,
    ItemState,
    NoteKind,
)
from kedang.business.holdings.models import Item, ReferenceCode, TransferLine

WHOLE = CheckProperty.INTEGRITY
STEPS_BEHIND: dict[str, tuple[FilingStep, ...]] = {
    ItemState.IDENTIFIED: (FilingStep.IDENTIFY,),
    ItemState.PLACED: (FilingStep.IDENTIFY, FilingStep.PLACE),
    ItemState.CATALOGUED: (FilingStep.IDENTIFY, FilingStep.PLACE, FilingStep.CATALOGUE),
    ItemState.FILED: tuple(FilingStep),
}
PLACED = (ItemState.PLACED, ItemState.CATALOGUED, ItemState.FILED)


@check("counts", WHOLE, lazy("件数与页数相符"), lazy("总件数相符性检测"), weight=5, is_veto=True)
def counts(subject: Subject) -> Finding | None:
    """The head of the volume, its items, and the list it is handed over with say the same."""
    volume, told = subject.volume, []
    pages = sum(item.pages for item in subject.items)
    if volume is not None:
        if volume.item_count != len(subject.items):
            told.append(
                _("卷头 %(head)s 件，卷内 %(found)s 件") % {"head": volume.item_count, "found": len(subject.items)}
            )
        if volume.page_count != pages:
            told.append(_("卷头 %(head)s 页，卷内合计 %(found)s 页") % {"head": volume.page_count, "found": pages})
    if subject.transfer is not None:
        key = {"volume": volume} if volume is not None else {"item": subject.item}
        line = TransferLine.objects.filter(transfer=subject.transfer, **key).first()
        if line is not None and line.pages != pages:
            told.append(_("移交清册 %(listed)s 页，实有 %(found)s 页") % {"listed": line.pages, "found": pages})
    if told:
        return bad("；".join(told) + "。", _("核对卷内文件目录，更正后再检测。"), [subject.own])
    return passed(_("%(n)s 件、%(pages)s 页，帐实相符。") % {"n": len(subject.items), "pages": pages})


@check("sizes", WHOLE, lazy("内容数据总量"), lazy("总字节数相符性检测"))
def sizes(subject: Subject) -> Finding | None:
    """Bytes read are the bytes that are on the books."""
    if not subject.every_file:
        return None
    kept = sum(one.file.size for _item, one in subject.every_file)
    found = sum(subject.read(one.file).size for _item, one in subject.every_file)
    told = _("登记 %(kept)s 字节，实读 %(found)s 字节。") % {"kept": f"{kept:,}", "found": f"{found:,}"}
    return passed(told) if kept == found else bad(told, _("从备份修复缺损的文件。"), [subject.own])


@check("required", WHOLE, lazy("必填元数据齐全"), lazy("元数据项完整性检测"), weight=5, is_veto=True)
def required(subject: Subject) -> Finding | None:
    """What must be known of an item in its state; the author is asked for, not demanded."""
    lacking: list[tuple[Item, Any]] = []
    wished: list[tuple[Item, Any]] = []
    for item in subject.items:
        wanted: list[tuple[Any, Any]] = [(_("成文日期"), item.dated_on)]
        if item.state in PLACED:
            wanted += [(_("类别"), item.series_id), (_("年度"), item.year), (_("保管期限"), item.retention_id)]
        if item.state == ItemState.FILED:
            wanted.append((_("档号"), item.reference_code))
        lacking += [(item, what) for what, value in wanted if not value]
        wished += [(item, what) for what, value in ((_("责任者"), item.author),) if not value]
    if not lacking and not wished:
        return passed(_("%(n)s 件必填项目齐全。") % {"n": len(subject.items)})
    every = lacking or wished
    return bad(_("缺少：%(names)s。") % {"names": listed([f"{name_of(item)}{what}" for item, what in every])},
               _("打开该件补充著录。"), targets_of(item for item, _what in every), only_warn=not lacking)  # fmt: skip


@check("continuous", WHOLE, lazy("件号连续"), lazy("档号连续性检测"), weight=3)
def continuous(subject: Subject) -> Finding | None:
    """Numbers run from 1 without a gap; a gap is explained by 备考表 or by the ledger of codes."""
    if subject.volume is None:
        return None
    numbers = {item.number for item in subject.items if item.number is not None}
    gaps = sorted(set(range(1, max(numbers, default=0) + 1)) - numbers)
    if not gaps:
        return passed(_("件号 1 至 %(last)s 连续。") % {"last": max(numbers, default=0)})
    told = any(note.kind in {NoteKind.REMOVED, NoteKind.DESTROYED, NoteKind.REORDERED} for note in subject.notes)
    gone = Item.objects.filter(codes__code__startswith=f"{subject.volume.reference_code}-").exclude(
        volume=subject.volume
    )
    known = told or gone.exists() or ReferenceCode.objects.filter(
        fonds_id=subject.fonds_id, code__startswith=f"{subject.volume.reference_code}-", state=CodeState.VOID
    ).exists()  # fmt: skip
    shown = listed(gaps)
    if known:
        return passed(_("断号 %(gaps)s，备考表或档号台账已有说明。") % {"gaps": shown})
    return bad(
        _("断号 %(gaps)s，没有说明。") % {"gaps": shown}, _("补齐该件，或在备考表中说明断号原因。"), [subject.own]
    )


@check("process", WHOLE, lazy("过程信息齐全"), lazy("过程信息完整性检测"), weight=3)
def process(subject: Subject) -> Finding | None:
    """The four steps of filing have left their traces, as far as each item has come."""
    if (
        subject.occasion == CheckOccasion.TRANSFER
        and subject.item is not None
        and subject.item.state == ItemState.RECEIVED
    ):
        return passed(_("尚未开始归档，随移交清册办理。"))
    wrong = []
    for item in subject.items:
        done = {trace.step for trace in subject.traces[item.pk]}
        missing = [step for step in STEPS_BEHIND.get(item.state, ()) if step not in done]
        if missing:
            wrong.append((item, missing))
    if not wrong:
        total = sum(len(found) for found in subject.traces.values())
        return passed(_("归档轨迹完整，共 %(n)s 步。") % {"n": total})
    names = listed([f"{name_of(item)}：{'、'.join(str(step.label) for step in steps)}" for item, steps in wrong])
    return bad(_("缺少步骤：%(names)s。") % {"names": names}, _("由档案管理员补办缺少的步骤，或在备考表中说明。"),
               targets_of(item for item, _steps in wrong))  # fmt: skip


@check("content", WHOLE, lazy("内容数据存在"), lazy("内容数据完整性检测"), weight=5, is_veto=True)
def content(subject: Subject) -> Finding | None:
    """Every file that is on the books lies in the store and gives its bytes."""
    if not subject.every_file:
        return None
    gone = [(item, one.file.name) for item, one in subject.every_file if subject.read(one.file).problem]
    if not gone:
        return passed(_("%(n)s 个文件均在存储中，读取正常。") % {"n": len(subject.every_file)})
    return bad(_("读不到：%(names)s。") % {"names": listed([name for _item, name in gone])}, _("从备份恢复这些文件。"),
               targets_of(item for item, _name in gone))  # fmt: skip


@check("head", WHOLE, lazy("卷头与卷内一致"), lazy("说明文件与目录文件完整性检测"), weight=3)
def head(subject: Subject) -> Finding | None:
    """Year, retention, secrecy and dates of the volume cover those of its items."""
    volume = subject.volume
    if volume is None:
        return None
    wrong: list[tuple[Any, str]] = []
    for item in subject.items:
        if item.year is not None and item.year != volume.year:
            wrong.append((item, _("%(name)s年度") % {"name": name_of(item)}))
        if item.secrecy_level > volume.secrecy_level:
            wrong.append((item, _("%(name)s密级高于案卷") % {"name": name_of(item)}))
    dates = [item.dated_on for item in subject.items if item.dated_on is not None]
    if dates and (volume.started_on, volume.ended_on) != (min(dates), max(dates)):
        wrong.append((volume, _("起止日期")))
    if not wrong:
        return passed(_("卷头的年度、密级、起止日期与卷内文件一致。"))
    return bad(_("与卷头不一致：%(names)s。") % {"names": listed([what for _thing, what in wrong])},
               _("更正该件或案卷的著录。"), targets_of(thing for thing, _what in wrong), only_warn=True)  # fmt: skip


@check("together", WHOLE, lazy("成套文件齐全"), lazy("附件数据完整性检测"), weight=2)
def together(subject: Subject) -> Finding | None:
    """Attachments, drafts and requests lie with the document they belong to."""
    apart = [
        item for item in subject.items
        if item.belongs_to is not None and item.belongs_to.volume_id != item.volume_id
    ]  # fmt: skip
    if apart:
        return bad(_("与所属文件不在同一卷：%(names)s。") % {"names": listed([name_of(one) for one in apart])},
                   _("把它们移到同一案卷。"), targets_of(apart))  # fmt: skip
    return passed(_("正件与附件、定稿、请示等在同一处。"))


@check("pages", WHOLE, lazy("页号连续"), lazy("目录文件完整性检测"))
def pages(subject: Subject) -> Finding | None:
    """In a volume that is numbered through, each item begins where the one before ends."""
    numbered = [item for item in subject.items if item.first_page is not None and item.carrier != Carrier.OBJECT]
    if subject.volume is None or not numbered:
        return None
    wrong, at = [], numbered[0].first_page or 1
    for item in numbered:
        if item.first_page != at:
            wrong.append(item)
        at = (item.first_page or at) + item.pages
    if wrong:
        return bad(_("页号不连续：%(names)s。") % {"names": listed([name_of(one) for one in wrong])}, _("重新编页号。"),
                   targets_of(wrong), only_warn=True)  # fmt: skip
    return passed(_("页号 %(first)s 至 %(last)s 连续。") % {"first": numbered[0].first_page, "last": at - 1})
