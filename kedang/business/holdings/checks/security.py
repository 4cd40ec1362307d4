"""安全性."""

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kedang.business.holdings.checks.registry import Finding, bad, by_hand, check, passed
from kedang.business.holdings.checks.subject import Subject, listed, name_of, targets_of
from kedang.business.holdings.choices import Carrier, CheckOccasion, CheckProperty
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.files.models import FilePage, FileState
from kedang.foundation.kernel.checks.bankcard import is_card
from kedang.foundation.kernel.checks.identity import is_resident

SAFE = CheckProperty.SECURITY
_IDENTITY = re.compile(
    r"(?<![0-9])[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?![0-9])"
)
_CARD = re.compile(r"(?<![0-9])[3-6][0-9]{15,18}(?![0-9])")
MARKS = {
    SecrecyLevel.TOP_SECRET: re.compile("绝密|絕密"),
    SecrecyLevel.CONFIDENTIAL: re.compile("机密|機密"),
    SecrecyLevel.SECRET: re.compile("秘密(?!书|書)"),
}
MOST_PAGES = 400
"""Pages of text looked through in one run."""


@check("malware", SAFE, lazy("恶意代码"), lazy("恶意代码检测"), weight=5, is_veto=True)
def malware(subject: Subject) -> Finding | None:
    """The scanner's verdict stands with each file; what waits for it is not clean yet."""
    every = subject.every_file
    if not every:
        return None
    ill = [(item, one.file) for item, one in every if one.file.state == FileState.INFECTED]
    if ill:
        return bad(_("查出病毒：%(names)s。") % {"names": listed([file.name for _item, file in ill])},
                   _("向提供人索取干净的文件，作为新版加入。"), targets_of(item for item, _file in ill))  # fmt: skip
    waiting = [(item, one.file) for item, one in every if one.file.state == FileState.WAITING]
    if waiting:
        return bad(_("%(n)s 个文件还在等待查毒。") % {"n": len(waiting)}, _("等查毒完成后再检测一次。"),
                   targets_of(item for item, _file in waiting), only_warn=True)  # fmt: skip
    scanned = sum(1 for _item, one in every if one.file.scanned_at is not None)
    if scanned < len(every):
        told = _("%(n)s 个文件没有经过查毒（查毒未启用）。") % {"n": len(every) - scanned}
        return bad(told, _("请系统管理员启用查毒后补查。"), only_warn=True)
    return passed(_("%(n)s 个文件查毒通过。") % {"n": scanned})


@check("personal", SAFE, lazy("身份证号、银行卡号提示"), lazy("敏感信息检测"))
def personal(subject: Subject) -> Finding | None:
    """Valid identity and card numbers in entries and in the text of pages. Numbers themselves never stand in evidence."""
    found: dict[int, list[int]] = {}
    by_item = {item.pk: item for item in subject.items}
    for item in subject.items:
        _count(found, item.pk, f"{item.title} {item.remarks} {item.document_number}")
    owners = {one.file_id: item.pk for item, one in subject.every_file}
    for page in FilePage.objects.filter(file__in=list(owners)).order_by("pk")[:MOST_PAGES]:
        _count(found, owners[page.file_id], page.text)
    if not found:
        return passed(_("未发现身份证号、银行卡号。"))
    ids, cards = (sum(counts[place] for counts in found.values()) for place in (0, 1))
    told = _("%(items)s 件含身份证号 %(ids)s 处、银行卡号 %(cards)s 处。") % {
        "items": len(found),
        "ids": ids,
        "cards": cards,
    }
    return bad(
        told,
        _("确认密级与知悉范围适当；对外利用时使用遮盖件。"),
        targets_of(by_item[key] for key in found),
        only_warn=True,
    )


def _count(found: dict[int, list[int]], key: int, text: str) -> None:
    ids = sum(1 for one in _IDENTITY.finditer(text) if is_resident(one[0].upper()))
    cards = sum(1 for one in _CARD.finditer(text) if is_card(one[0]) and not _IDENTITY.fullmatch(one[0]))
    if ids or cards:
        counts = found.setdefault(key, [0, 0])
        counts[0] += ids
        counts[1] += cards


@check("marks", SAFE, lazy("密级标识一致"), lazy("密级标识合规检测"), weight=3)
def marks(subject: Subject) -> Finding | None:
    """A title that names a level, on a record of a lower one; items above their volume."""
    wrong: list[tuple[Any, str]] = []
    things: list[Any] = [*([subject.volume] if subject.volume is not None else []), *subject.items]
    for thing in things:
        said = next((level for level, words in MARKS.items() if words.search(thing.title)), None)
        if said is not None and thing.secrecy_level < said:
            label = thing.reference_code or thing.title[:20]
            wrong.append((thing, _("%(name)s题名写有“%(said)s”，密级为“%(level)s”")
                          % {"name": label, "said": said.label, "level": thing.get_secrecy_level_display()}))  # fmt: skip
    if subject.volume is not None:
        wrong += [
            (item, _("%(name)s密级高于案卷") % {"name": name_of(item)})
            for item in subject.items if item.secrecy_level > subject.volume.secrecy_level
        ]  # fmt: skip
    if not wrong:
        return passed(_("密级标识与著录一致。"))
    return bad(
        "；".join(str(what) for _thing, what in wrong[:5]) + "。",
        _("核定密级后更正。"),
        targets_of(thing for thing, _what in wrong),
    )


@check("carriers", SAFE, lazy("载体外观与读取"), lazy("载体安全性检测"), is_manual=True,
       occasions=frozenset({CheckOccasion.FILING, CheckOccasion.TRANSFER}))  # fmt: skip
def carriers(subject: Subject) -> Finding | None:
    """Paper and objects are looked at: stains, tears, insects, fading, readability."""
    kept = [item for item in subject.items if item.carrier != Carrier.ELECTRONIC]
    if not kept:
        return None
    return by_hand(_("%(n)s 件有纸质或实物，请查看有无破损、霉变、虫蛀、褪色。") % {"n": len(kept)})


@check("foreign", SAFE, lazy("载体内无非归档文件"), lazy("载体中多余文件检测"), is_manual=True,
       occasions=frozenset({CheckOccasion.TRANSFER}))  # fmt: skip
def foreign(subject: Subject) -> Finding | None:
    """What comes along on a disk or in a folder without standing on the list."""
    return by_hand(_("请核对移交的载体与卷盒内没有清册以外的文件。"))


@check("safe_process", SAFE, lazy("归档过程安全可控"), lazy("归档过程安全性检测"), weight=2)
def safe_process(subject: Subject) -> Finding | None:
    """Every step and every file has somebody who did it, and files came in after the item they belong to was opened."""
    nameless = [item for item in subject.items if any(not trace.made_by for trace in subject.traces[item.pk])]
    early = [item for item, one in subject.every_file if one.added_at < item.created_at]
    if nameless or early:
        return bad(_("办理人或时间不清：%(names)s。") % {"names": listed([name_of(one) for one in [*nameless, *early]])},
                   _("查看操作记录，在备考表中说明。"), targets_of([*nameless, *early]), only_warn=True)  # fmt: skip
    return passed(_("每一步、每个文件都有经办人与时间。"))
