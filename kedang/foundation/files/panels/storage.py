"""文件存储, 文件核验 and 核验问题: what lies in the store and how it fares, for who keeps it. Content is read elsewhere."""

from typing import Any

from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kedang.foundation.files.kinds import title_of
from kedang.foundation.files.models import FaultKind, FileState, FixityFault, FixityRun, StoredFile
from kedang.foundation.files.services import fault_settle, file_release, file_rescan
from kedang.foundation.files.views.storage import FileDetail, FixityList, FixityRunDetail
from kedang.foundation.kernel.prepared import Prepared
from kedang.foundation.web.home import Tile, work_list
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Column, Filter, Panel, RecordPages, Verb, View

FILE_TONES = {"waiting": "warn", "good": "good", "infected": "bad", "damaged": "bad", "erased": "plain"}
RUN_TONES = {"running": "blue", "done": "good", "stopped": "warn"}


def size_of(row: Any, actor: Any) -> str:
    """In a unit people read."""
    return str(filesizeformat(row.size))


def kind_of(row: Any, actor: Any) -> str:
    """What people call the format."""
    return title_of(row.media_type)


def scanned_of(row: Any, actor: Any) -> Any:
    """When it was scanned, or that it never was."""
    if row.scanned_at is not None:
        return row.scanned_at
    return _("过大，待放行") if row.is_too_large and row.state == FileState.WAITING else _("未查毒")


class FilePages(RecordPages):
    model, noun, prefix, icon = StoredFile, "file", "storage", "files"
    argument = "stored_file"
    title = _("文件存储")
    lead = _("存入的文件都加密保存，记下两种摘要。这里看得到文件的状态，看不到内容；内容从档案里打开。")
    empty_hint = _("在收集箱或件的页面上传文件后，这里会列出它们的状态。")
    head_tags = ("state",)
    tones = {"state": FILE_TONES}
    panels = (
        Panel(
            _("文件"),
            ("name", "media_type", "size", "uploaded_by", "uploaded_at", "state", "finding"),
            wide=("name", "finding"),
        ),
        Panel(_("完好与安全"), ("sha256", "sm3", "scanned_at", "checked_at", "place"), wide=("sha256", "sm3", "place")),
    )
    columns = (
        Column("name", lead=True, wrap=True),
        Column("kind", _("格式"), text=kind_of, needs=("media_type",)),
        Column("file_size", _("大小"), text=size_of, needs=("size",), align="right"),
        Column("state", tones=FILE_TONES),
        Column("finding", wrap=True),
        "uploaded_by",
        "uploaded_at",
        Column("scanned", _("查毒时间"), text=scanned_of, needs=("scanned_at", "is_too_large", "state")),
        Column("checked_at", sort=True),
    )
    filters = (Filter("state"), Filter("uploaded_at"), Filter("media_type", basic=False))
    views = (
        View("waiting", _("待查毒"), lambda actor: Q(state=FileState.WAITING)),
        View("infected", _("有病毒"), lambda actor: Q(state=FileState.INFECTED)),
        View("damaged", _("已损坏"), lambda actor: Q(state=FileState.DAMAGED)),
        View("unscanned", _("未查毒"), lambda actor: Q(state=FileState.GOOD, scanned_at__isnull=True)),
    )
    verbs = (
        Verb(
            "release", _("未查毒放行"), file_release, action="files.keep", icon="lock-open", reason=True, main=True,
            confirm=_("这份文件超过查毒服务的上限，没有查过毒。放行后有权的人即可打开，理由记入操作留痕。"), done=_("已放行。"),
            when=lambda row: row.state == FileState.WAITING and row.is_too_large,
        ),
        Verb(
            "rescan", _("重新查毒"), file_rescan, action="files.keep", icon="shield-search",
            confirm=_("把文件重新送查毒服务检查，结果稍后出现在这里。"), done=_("已重新排队查毒。"),
            when=lambda row: row.state in {FileState.WAITING, FileState.GOOD, FileState.INFECTED},
        ),
    )  # fmt: skip
    has_export = False
    detail_view = FileDetail


class FixityRunPages(RecordPages):
    model, noun, prefix, icon = FixityRun, "fixity", "fixity", "checks"
    title = _("文件核验")
    lead = _("每份文件至少每 30 天重新读一遍，与存入时的两种摘要比对；夜里自动进行。发现问题即从备份修复。")
    empty_hint = _("夜里自动核验；也可以现在点“全部核验”。")
    head_name, head_tags = "started_at", ("state",)
    tones = {"state": RUN_TONES}
    panels = (
        Panel(_("核验"), ("started_at", "finished_at", "by", "is_full", "file_count", "fault_count", "seconds")),
    )  # fmt: skip
    columns = (
        Column("started_at", lead=True),
        Column("state", tones=RUN_TONES),
        "is_full",
        Column("file_count", align="right"),
        Column(
            "volume",
            _("读了"),
            text=lambda row, actor: str(filesizeformat(row.byte_count)),
            needs=("byte_count",),
            align="right",
        ),
        Column(
            "speed",
            _("速度（MB/s）"),
            text=lambda row, actor: f"{row.speed:.0f}",
            needs=("byte_count", "seconds"),
            align="right",
        ),
        Column("fault_count", align="right"),
        "by",
    )
    filters = (Filter("state"), Filter("started_at"))
    views = (View("faulty", _("发现问题的"), lambda actor: Q(fault_count__gt=0)),)
    has_export = has_history = False
    list_view, detail_view = FixityList, FixityRunDetail


def file_name(row: FixityFault, actor: Any) -> str:
    """Name of the file; of one that no record names, where it lies."""
    return row.file.name if row.file is not None else row.place


class FixityFaultPages(RecordPages):
    model, noun, prefix, icon = FixityFault, "fixity-fault", "fixity-faults", "file-alert"
    title = _("核验问题")
    lead = _("丢失、损坏、被换或多出的文件，一份一条；修复后留作记录。")
    empty_hint = _("没有发现过问题。")
    head_name, head_tags = "kind", ("kind",)
    tones = {"kind": dict.fromkeys(map(str, FaultKind), "bad")}
    panels = (
        Panel(_("核验问题"), ("file", "place", "kind", "words", "found_at", "run", "settled_at", "settlement"), wide=("words", "settlement")),
    )  # fmt: skip
    columns = (
        Column("file_name", _("文件"), lead=True, wrap=True, text=file_name, needs=("file", "place")),
        Column("kind", tones=dict.fromkeys(map(str, FaultKind), "bad")),
        Column("words", wrap=True),
        "found_at",
        "settled_at",
        Column("settlement", wrap=True),
    )
    filters = (Filter("kind"), Filter("found_at"), Filter("settled_at", basic=False))
    views = (View("open", _("没有解决的"), lambda actor: Q(settled_at__isnull=True)),)
    verbs = (
        Verb(
            "settle", _("已查明并移走"), fault_settle, action="files.keep", icon="check", reason=True, main=True, argument="fault",
            confirm=_("只用于存储中多出的文件：文件移走之后，在这里写明来历和处理办法。"), done=_("已记下。"),
            when=lambda row: row.file_id is None and row.settled_at is None,
        ),
    )  # fmt: skip
    has_export = has_history = False


_unsettled = Prepared[Any](lambda: FixityFault.objects.filter(settled_at__isnull=True).values_list("pk"))


def trouble(actor: Any) -> list[Tile]:
    """Files that are lost or damaged, where there are any."""
    count = _unsettled.count()
    url = f"{FixityFaultPages.url('list')}?view=open"
    return [Tile(_("文件要修复"), count, url, "file-alert", pgettext_lazy("文件", "份"), tone="bad")] if count else []


work_list.add_tiles(trouble, action="files.keep", order=40)
menu.add(Entry(_("文件存储"), "files:file-list", icon="files", action="files.view", group="custody", order=95))
menu.add(Entry(_("文件核验"), "files:fixity-list", icon="checks", action="files.view", group="custody", order=96))
