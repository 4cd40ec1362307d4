"""可用性."""

from collections import Counter
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kedang.business.holdings.checks.registry import Finding, bad, check, passed
from kedang.business.holdings.checks.subject import Subject, listed, targets_of
from kedang.business.holdings.choices import CheckProperty
from kedang.foundation.audit.record import json_value
from kedang.foundation.files.kinds import media, title_of

USABLE = CheckProperty.USABILITY
FOR_LONG = frozenset(
    {media.PDF, media.OFD, media.TEXT, "text/csv", "text/xml", "image/jpeg", "image/tiff", "image/png", "audio/wav", "audio/mpeg",
     "video/mp4", "video/mpeg", "application/json"}
)  # fmt: skip
"""Formats that are open and widely read: what is filed to be kept for long should come as one of these."""
EDITABLE = frozenset({media.DOCX, media.XLSX, media.PPTX, media.DOC, media.XLS, media.PPT, "image/gif", "image/webp", "image/bmp",
                      "message/rfc822", "text/html", "image/svg+xml", "audio/mp4"})  # fmt: skip
"""Readable today, but made to be changed or bound to one maker's program: a fixed copy is advised."""
PACKED = frozenset({media.ZIP, "application/vnd.rar", "application/x-7z-compressed", "application/gzip", "application/x-bzip2",
                    "application/x-xz", "application/zstd", "application/x-tar"})  # fmt: skip
SOFTWARE = {
    media.PDF: lazy("PDF 阅读器"), media.OFD: lazy("OFD 阅读器"), media.DOCX: lazy("文字处理软件"), media.DOC: lazy("文字处理软件"),
    media.XLSX: lazy("电子表格软件"), media.XLS: lazy("电子表格软件"), media.PPTX: lazy("演示软件"), media.PPT: lazy("演示软件"),
}  # fmt: skip


@check("metadata_readable", USABLE, lazy("元数据可读"), lazy("元数据可读性检测"), weight=2)
def metadata_readable(subject: Subject) -> Finding | None:
    """Every entry can be written out as text and read back."""
    import orjson

    things = [*([subject.volume] if subject.volume is not None else []), *subject.items]
    for thing in things:
        values = {field.attname: getattr(thing, field.attname) for field in thing._meta.concrete_fields}
        try:
            back = orjson.loads(orjson.dumps(values, default=json_value))
        except (TypeError, ValueError) as error:
            return bad(
                _("%(name)s的元数据读不出来：%(why)s。") % {"name": thing, "why": error},
                _("更正该记录的著录。"),
                targets_of([thing]),
            )
        if back.keys() != values.keys():
            return bad(_("%(name)s的元数据读回不全。") % {"name": thing}, _("更正该记录的著录。"), targets_of([thing]))
    return passed(_("%(n)s 条元数据可以导出并读回。") % {"n": len(things)})


@check("opens", USABLE, lazy("内容可打开浏览"), lazy("内容数据可读性检测"), weight=5, is_veto=True)
def opens(subject: Subject) -> Finding | None:
    """PDF pages load, images decode, packages list their parts, text decodes."""
    every = subject.every_file
    if not every:
        return None
    shut, unknown, locked = [], [], []
    for item, one in every:
        opened = subject.read(one.file).opened
        if opened is None or opened.is_locked:
            locked.append(one.file.name)
        elif not opened.is_open and opened.is_known:
            shut.append((item, f"{one.file.name}（{opened.finding}）" if opened.finding else one.file.name))
        elif not opened.is_known:
            unknown.append((item, one.file.name))
    if shut:
        return bad(_("打不开：%(names)s。") % {"names": listed([name for _item, name in shut])},
                   _("向形成部门索取完好的文件，作为新版加入该件。"), targets_of(item for item, _name in shut))  # fmt: skip
    if unknown:
        return bad(_("系统不能打开这些格式，请用专用软件核对：%(names)s。") % {"names": listed([name for _item, name in unknown])},
                   _("用专用软件打开核对，或另存一份通用格式。"), targets_of(item for item, _name in unknown), only_warn=True)  # fmt: skip
    return passed(_("%(n)s 个文件可以打开。") % {"n": len(every) - len(locked)})


@check("formats", USABLE, lazy("格式符合归档要求"), lazy("内容数据格式检测"), weight=3)
def formats(subject: Subject) -> Finding | None:
    """Fixed and open formats are fit to be kept; editable ones are a warning, unknown and packed ones a failure."""
    every = subject.every_file
    if not every:
        return None
    wrong = [(item, one.file) for item, one in every if one.file.media_type not in FOR_LONG | EDITABLE]
    soft = [(item, one.file) for item, one in every if one.file.media_type in EDITABLE]
    found = wrong or soft
    if not found:
        return passed(_("均为适合长期保存的格式：%(kinds)s。") % {"kinds": _kinds(one.file for _item, one in every)})
    names = listed([f"{file.name}（{title_of(file.media_type)}）" for _item, file in found])
    remedy = (
        _("另加一份 PDF 或 OFD 版式文件；原件保留。")
        if not wrong
        else _("换成归档允许的格式，或在该件备注中说明理由。")
    )
    return bad(
        _("不宜长期保存：%(names)s。") % {"names": names},
        remedy,
        targets_of(item for item, _file in found),
        only_warn=not wrong,
    )


@check("environment", USABLE, lazy("软硬件环境信息"), lazy("软硬件环境合规性检测"))
def environment(subject: Subject) -> Finding | None:
    """Which programs are needed to read what is kept."""
    every = subject.every_file
    if not every:
        return None
    needed = Counter(str(SOFTWARE.get(one.file.media_type, title_of(one.file.media_type))) for _item, one in every)
    return passed(
        _("需要：%(list)s。") % {"list": "、".join(f"{name} {count}" for name, count in needed.most_common())}
    )


@check(
    "no_barrier", USABLE, lazy("无加密与私有压缩"), lazy("信息包中包含的内容数据格式合规性检测"), weight=3, is_veto=True
)
def no_barrier(subject: Subject) -> Finding | None:
    """No password and no packing stands between the archive and the content."""
    every = subject.every_file
    if not every:
        return None
    locked = [(item, one.file.name) for item, one in every if _is_locked(subject, one)]
    packed = [(item, one.file.name) for item, one in every if one.file.media_type in PACKED]
    if locked:
        return bad(_("设有密码：%(names)s。") % {"names": listed([name for _item, name in locked])},
                   _("取得不加密的版本，作为新版加入。"), targets_of(item for item, _name in locked))  # fmt: skip
    if packed:
        return bad(_("是压缩包：%(names)s。") % {"names": listed([name for _item, name in packed])},
                   _("解压后逐个归档。"), targets_of(item for item, _name in packed), only_warn=True)  # fmt: skip
    return passed(_("未发现密码或压缩。"))


def _is_locked(subject: Subject, one: Any) -> bool:
    opened = subject.read(one.file).opened
    return opened is not None and opened.is_locked


def _kinds(files: Any) -> str:
    return "、".join(
        f"{title_of(kind)} {count}" for kind, count in Counter(file.media_type for file in files).most_common()
    )
