"""真实性."""

import re
import unicodedata
from datetime import date
from pathlib import PurePath
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kedang.business.holdings.checks.registry import Finding, bad, by_hand, check, passed
from kedang.business.holdings.checks.subject import Subject, listed, name_of, targets_of, twice
from kedang.business.holdings.choices import Carrier, CheckOccasion, CheckProperty, CodeState, FileRole, ItemState
from kedang.business.holdings.codes.grammar import template_of
from kedang.business.holdings.models import Item, Package, ReferenceCode
from kedang.foundation.files.kinds import EXTENSIONS
from kedang.foundation.kernel import clock

TRUE = CheckProperty.AUTHENTICITY
EARLIEST = 1949
CODED = (ItemState.CATALOGUED, ItemState.FILED)
_ODD = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\ufffd\ue000-\uf8ff]")
_BROKEN = re.compile("锟斤拷|烫烫烫|屯屯屯|Ã[\u0080-\u00bf]|ï¿½")
_NUMBER = re.compile(r"[（(\[【〔][^）)\]】〕]*$|^[^（(\[【〔]*[）)\]】〕]")


@check("digests", TRUE, lazy("固化信息：摘要复核"), lazy("固化信息有效性检测"), weight=10, is_veto=True)
def digests(subject: Subject) -> Finding | None:
    """Every byte is read again; size, SHA-256 and SM3 must be those of the day it came."""
    every = subject.every_file
    if not every:
        return None
    wrong = []
    for item, one in every:
        seen = subject.read(one.file)
        kept = (one.file.size, one.file.sha256, one.file.sm3)
        if seen.problem or kept != (seen.size, seen.sha256, seen.sm3):
            wrong.append((item, one.file.name))
    if wrong:
        told = _("%(n)s 个文件的内容与入库时的摘要不符：%(names)s。")
        names = listed([name for _item, name in wrong])
        return bad(
            told % {"n": len(wrong), "names": names}, _("从备份修复这些文件，查清缘由，再检测一次。"),
            targets_of(item for item, _name in wrong),
        )  # fmt: skip
    size = sum(one.file.size for _item, one in every)
    return passed(
        _("重读 %(n)s 个文件、%(bytes)s 字节，SHA-256 与 SM3 全部相符。") % {"n": len(every), "bytes": f"{size:,}"}
    )


@check("signatures", TRUE, lazy("固化信息：电子签名与时间戳"), lazy("固化信息有效性检测"), weight=3, is_manual=True)
def signatures(subject: Subject) -> Finding | None:
    """Where a file carries a signature, a person verifies it with the signer's own tool."""
    every = subject.every_file
    if not every:
        return None
    signed = [one.file.name for _item, one in every if subject.read(one.file).has_signature]
    if not signed:
        return passed(_("未发现电子签名或时间戳。"))
    return by_hand(
        _("%(n)s 个文件带电子签名：%(names)s。请验证签名有效。") % {"n": len(signed), "names": listed(signed)}
    )


@check("seals", TRUE, lazy("签字与印章齐全"), lazy("固化信息有效性检测"), weight=3, is_manual=True,
       occasions=frozenset({CheckOccasion.FILING, CheckOccasion.TRANSFER}))  # fmt: skip
def seals(subject: Subject) -> Finding | None:
    """Whether a document is signed and sealed is seen by eye."""
    return by_hand(_("请对照原件核对签字、印章是否齐全、清晰。")) if subject.items else None


@check("lengths", TRUE, lazy("元数据项长度"), lazy("元数据项数据长度检测"))
def lengths(subject: Subject) -> Finding | None:
    """Entries that are too short to tell anything, or longer than a catalogue holds."""
    wrong = [
        (item, what)
        for item in subject.items
        for what, text, least, most in (
            (_("题名"), item.title, 2, 200), (_("文号"), item.document_number, 0, 60), (_("责任者"), item.author, 0, 100),
        )
        if len(text) > most or (len(text) < least)
    ]  # fmt: skip
    if not wrong:
        return passed(_("%(n)s 件的题名、文号、责任者长度适当。") % {"n": len(subject.items)})
    names = listed([f"{name_of(item)}{what}" for item, what in wrong])
    return bad(_("长度不当：%(names)s。") % {"names": names}, _("更正著录：题名 2 至 200 字，文号不超过 60 字。"),
               targets_of(item for item, _what in wrong), only_warn=True)  # fmt: skip


@check("types", TRUE, lazy("元数据项类型与格式"), lazy("元数据项数据类型、格式检测"))
def types(subject: Subject) -> Finding | None:
    """Document numbers whose brackets do not close, codes of languages and years that are none."""
    wrong = [item for item in subject.items if item.document_number and _NUMBER.search(item.document_number)]
    if not wrong:
        return passed(_("日期、数字与文号格式正确。"))
    return bad(_("文号的括号不成对：%(names)s。") % {"names": listed([name_of(one) for one in wrong])},
               _("更正文号，例如 青禾〔2026〕12号。"), targets_of(wrong), only_warn=True)  # fmt: skip


@check("domains", TRUE, lazy("元数据项值域"), lazy("元数据项设定值域的符合度检测"), weight=2)
def domains(subject: Subject) -> Finding | None:
    """Year, retention, class and secrecy are among those the scheme knows."""
    latest = clock.today().year + 1
    wrong: list[tuple[Any, str]] = []
    for item in subject.items:
        if item.year is not None and not EARLIEST <= item.year <= latest:
            wrong.append((item, _("年度 %(year)s") % {"year": item.year}))
        if item.retention is not None and not item.retention.is_active:
            wrong.append((item, _("保管期限“%(name)s”已停用") % {"name": item.retention}))
        if item.series is not None and not item.series.is_active:
            wrong.append((item, _("类别“%(name)s”已停用") % {"name": item.series}))
    volume = subject.volume
    if volume is not None and not EARLIEST <= volume.year <= latest:
        wrong.append((volume, _("案卷年度 %(year)s") % {"year": volume.year}))
    if not wrong:
        return passed(_("年度、保管期限、类别、密级均在规定范围内。"))
    return bad(_("超出值域：%(names)s。") % {"names": listed([what for _thing, what in wrong])},
               _("按现行分类方案与保管期限表更正。"), targets_of(thing for thing, _what in wrong))  # fmt: skip


@check("plausible", TRUE, lazy("元数据项值合理性"), lazy("元数据项数据值合理性检测"), weight=2)
def plausible(subject: Subject) -> Finding | None:
    """No date in the future, a page at least, a year that the date can explain."""
    today, wrong, odd = clock.today(), [], []
    for item in subject.items:
        if item.dated_on is not None and item.dated_on > today:
            wrong.append((item, _("%(name)s成文日期在未来") % {"name": name_of(item)}))
        if item.pages < 1 and item.carrier != Carrier.OBJECT:
            wrong.append((item, _("%(name)s没有页数") % {"name": name_of(item)}))
        if item.dated_on is not None and item.year is not None and not _explains(item.dated_on, item.year, item):
            odd.append((item, _("%(name)s成文于 %(dated)s 年，归入 %(year)s 年")
                        % {"name": name_of(item), "dated": item.dated_on.year, "year": item.year}))  # fmt: skip
    every = [*wrong, *odd]
    if not every:
        return passed(_("日期、页数、年度合理。"))
    return bad(_("不合理：%(names)s。") % {"names": listed([what for _item, what in every])},
               _("核对原件后更正；跨年度文件请按年度规则说明。"), targets_of(item for item, _what in every),
               only_warn=not wrong)  # fmt: skip


def _explains(dated: date, year: int, item: Item) -> bool:
    """The year of filing lies near the date, or the document is about that year."""
    about = range(item.period_from or year, (item.period_to or item.period_from or year) + 1)
    return abs(dated.year - year) <= 1 or (item.period_from is not None and year in about)


@check("signs", TRUE, lazy("特殊字符"), lazy("元数据项数据包含特殊字符检测"))
def signs(subject: Subject) -> Finding | None:
    """Control signs, invisible signs, private signs and the rubble of a wrong encoding."""
    wrong: list[Any] = [
        item
        for item in subject.items
        if any(_odd(text) for text in (item.title, item.document_number, item.author, item.remarks))
    ]
    if subject.volume is not None and _odd(subject.volume.title):
        wrong.insert(0, subject.volume)
    if not wrong:
        return passed(_("未发现控制字符、不可见字符或乱码。"))
    return bad(_("含控制字符、不可见字符或乱码：%(names)s。") % {"names": listed([one.reference_code or one.pk for one in wrong])},
               _("更正题名、文号、责任者或备注中的异常字符。"), targets_of(wrong))  # fmt: skip


def _odd(text: str) -> bool:
    if text != text.strip() or _ODD.search(text) or _BROKEN.search(text):
        return True
    return any(unicodedata.category(sign) == "Cc" for sign in text)


@check("codes", TRUE, lazy("档号规范性"), lazy("档号规范性检测"), weight=5, is_veto=True)
def codes(subject: Subject) -> Finding | None:
    """Codes follow the template of their volume and stand in the ledger as its object's own."""
    coded = [item for item in subject.items if item.reference_code]
    volume = subject.volume
    wrong: list[Any] = []
    things: list[Any] = [*([volume] if volume is not None else []), *coded]
    if not things:
        return None
    if volume is not None:
        template = volume.template
        if template.volume_template and template_of(template.volume_template).parse(volume.reference_code) is None:
            wrong.append(volume)
        if template.item_template:
            shape = template_of(template.item_template)
            wrong += [item for item in coded if shape.parse(item.reference_code) is None]
    texts = [thing.reference_code for thing in things]
    ledger = {
        row.code: row for row in ReferenceCode.objects.filter(fonds_id=subject.fonds_id, code__in=texts, state=CodeState.CURRENT)
    }  # fmt: skip
    foreign = [thing for thing in things if not _is_its_own(ledger.get(thing.reference_code), thing)]
    if not wrong and not foreign:
        return passed(_("%(n)s 个档号符合模板，均在台账中登记。") % {"n": len(things)})
    told = []
    if wrong:
        told.append(_("不合模板：%(names)s") % {"names": listed([one.reference_code for one in wrong])})
    if foreign:
        told.append(
            _("台账中没有或属于别的对象：%(names)s") % {"names": listed([one.reference_code for one in foreign])}
        )
    return bad(
        "；".join(told) + "。", _("由档案管理员在档号台账中更换档号，并写明理由。"), targets_of([*wrong, *foreign])
    )


def _is_its_own(row: ReferenceCode | None, thing: Any) -> bool:
    if row is None:
        return False
    return bool(thing.pk == (row.item_id if isinstance(thing, Item) else row.volume_id))


@check("duplicates", TRUE, lazy("重复性"), lazy("元数据项数据重复性检测"), weight=2)
def duplicates(subject: Subject) -> Finding | None:
    """The same title with the same number and date twice here, or elsewhere in the company."""

    def key(item: Item) -> Any:
        return (item.title, item.document_number, item.dated_on, item.language)

    same = twice(key(item) for item in subject.items if item.relation == "")
    here = [item for item in subject.items if item.relation == "" and key(item) in same]
    numbers = {item.document_number for item in subject.items if item.document_number}
    own = {item.pk for item in subject.items}
    gone = (ItemState.REMOVED, ItemState.DESTROYED, ItemState.OUT_OF_SCOPE)
    elsewhere = {
        (one.document_number, one.title, one.dated_on)
        for one in Item.objects.filter(fonds_id=subject.fonds_id, document_number__in=numbers)
        .exclude(pk__in=own).exclude(state__in=gone).only("document_number", "title", "dated_on")
    }  # fmt: skip
    again = [item for item in subject.items if (item.document_number, item.title, item.dated_on) in elsewhere]
    found = [*here, *again]
    if not found:
        return passed(_("文号、题名、日期未见重复。"))
    return bad(_("题名、文号、日期与另一件相同：%(names)s。") % {"names": listed([name_of(one) for one in found])},
               _("确认是否重复归档；是副本的改登份数。"), targets_of(found), only_warn=True)  # fmt: skip


@check("attributes", TRUE, lazy("内容数据电子属性一致"), lazy("内容数据电子属性一致性检测"), weight=3)
def attributes(subject: Subject) -> Finding | None:
    """Size, format by content against the name, and pages of the file against the catalogue."""
    wrong, odd = [], []
    for item, one in subject.every_file:
        seen = subject.read(one.file)
        if not seen.problem and seen.size != one.file.size:
            wrong.append((item, _("%(name)s大小不符") % {"name": one.file.name}))
        meant = EXTENSIONS.get(PurePath(one.file.name).suffix.lower().lstrip("."), "")
        if meant and meant.partition("/")[0] != one.file.media_type.partition("/")[0]:
            odd.append((item, _("%(name)s的内容与扩展名不符") % {"name": one.file.name}))
    for item in subject.items:
        found = _pages(subject, item)
        if found is not None and item.pages and found != item.pages:
            odd.append((item, _("%(name)s著录 %(told)s 页、文件 %(found)s 页")
                        % {"name": name_of(item), "told": item.pages, "found": found}))  # fmt: skip
    every = [*wrong, *odd]
    if not subject.every_file:
        return None
    if not every:
        return passed(_("文件名、大小、格式、页数与登记一致。"))
    return bad("；".join(str(what) for _item, what in every[:5]) + "。", _("核对原件，更正页数或重新加入正确的文件。"),
               targets_of(item for item, _what in every), only_warn=not wrong)  # fmt: skip


def _pages(subject: Subject, item: Item) -> int | None:
    """Pages of the item's one original or scan, where its format has pages."""
    newest = [one for one in subject.files[item.pk] if one.role in {FileRole.ORIGINAL, FileRole.SCAN}]
    if len(newest) != 1:
        return None
    opened = subject.read(newest[0].file).opened
    return opened.pages if opened is not None and newest[0].file.media_type == "application/pdf" else None


@check("linked", TRUE, lazy("元数据与内容关联"), lazy("元数据是否关联内容数据检测"), weight=5, is_veto=True)
def linked(subject: Subject) -> Finding | None:
    """An electronic item has its original or scan, and its files are of the same company."""
    electronic = [item for item in subject.items if item.carrier in {Carrier.ELECTRONIC, Carrier.HYBRID}]
    if not electronic:
        return None
    wanted = {FileRole.ORIGINAL, FileRole.SCAN}
    bare = [item for item in electronic if not any(one.role in wanted for one in subject.files[item.pk])]
    foreign = [item for item, one in subject.every_file if one.file.fonds_id != item.fonds_id]
    if not bare and not foreign:
        return passed(_("%(n)s 件电子文件均关联原件或扫描件。") % {"n": len(electronic)})
    return bad(_("没有关联内容：%(names)s。") % {"names": listed([name_of(one) for one in [*bare, *foreign]])},
               _("在该件中加入原件或扫描件；只有纸质的，把载体改为纸质。"), targets_of([*bare, *foreign]))  # fmt: skip


@check("package_rules", TRUE, lazy("信息包规范"), lazy("信息包规范性检测"), weight=2,
       occasions=frozenset({CheckOccasion.TRANSFER, CheckOccasion.CUSTODY}))  # fmt: skip
def package_rules(subject: Subject) -> Finding | None:
    """The latest package is whole by its own digests."""
    package = subject.package
    if subject.volume is None:
        return None
    if package is None or package.file is None:
        return passed(_("尚未制作封装包。"))
    seen = subject.read(package.file)
    if seen.problem or seen.sha256 != package.digest:
        return bad(_("封装包的摘要与制作时不符。"), _("重新制作封装包。"), [subject.own])
    return passed(_("最近一个封装包（%(kind)s）摘要相符。") % {"kind": package.get_kind_display()})


@check("package_same", TRUE, lazy("信息包与来源一致"), lazy("信息包一致性检测"), weight=2,
       occasions=frozenset({CheckOccasion.TRANSFER, CheckOccasion.CUSTODY}))  # fmt: skip
def package_same(subject: Subject) -> Finding | None:
    """The volume was not changed since its latest package."""
    package: Package | None = subject.package
    if subject.volume is None or package is None:
        return None
    if package.made_at < subject.volume.changed_at:
        return bad(_("案卷在封装之后有变动，封装包已不是现状。"), _("重新制作封装包。"), [subject.own], only_warn=True)
    return passed(_("封装之后案卷没有变动。"))
