"""The import bench as pages: the list of batches, saved templates, and the menu entry."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kedang.business.intake.models import BatchState, ImportBatch, ImportTemplate
from kedang.business.intake.models.batch import RUNNING
from kedang.business.intake.services import batch_cancel, batch_close, batch_undo, batch_upload, template_remove
from kedang.business.intake.views.batch import BatchHome
from kedang.business.intake.views.upload import Upload
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Column, Filter, Panel, RecordPages, Verb, View

TONES = {
    "uploaded": "plain",
    "mapped": "plain",
    "staging": "blue",
    "staged": "warn",
    "committing": "blue",
    "done": "good",
    "cancelled": "warn",
    "failed": "bad",
    "undoing": "blue",
    "undone": "violet",
    "closed": "plain",
}


def _count(name: str) -> Any:
    return lambda batch, actor: batch.counts.get(name) if batch.counts else None


def cancel(*, actor: Any, batch: ImportBatch) -> ImportBatch:
    """Stop the job at work on the batch."""
    return batch_cancel(actor=actor, batch_id=batch.pk)


def close(*, actor: Any, batch: ImportBatch) -> ImportBatch:
    """Finish with the batch."""
    return batch_close(actor=actor, batch_id=batch.pk)


def undo(*, actor: Any, batch: ImportBatch, reason: str = "") -> Any:
    """Take the batch back."""
    return batch_undo(actor=actor, batch_id=batch.pk, reason=reason)


def remove(*, actor: Any, template: ImportTemplate) -> None:
    """Remove a saved mapping."""
    template_remove(actor=actor, template_id=template.pk)


class BatchPages(RecordPages):
    model = ImportBatch
    prefix, noun = "imports", "batch"
    icon = "database-import"
    title = _("批量导入")
    lead = _("一个文件是一个批次：先核对，再提交；提交后可以整批撤销。")
    empty_hint = _("上传一个 CSV、XLSX 或 XLS 文件，系统会识别各列、清洗数据并查找重复。")
    head_name, head_tags = "file_name", ("state",)
    tones = {"state": TONES}
    columns = (
        Column("file_name", lead=True),
        Column("state", tones=TONES),
        "row_count",
        Column("created", _("新建"), text=_count("created"), needs=("counts",), align="right"),
        Column("updated", _("更新"), text=_count("updated"), needs=("counts",), align="right"),
        Column("duplicates", _("重复"), text=_count("duplicates"), needs=("counts",), align="right"),
        Column("rejected", _("不合格"), text=_count("rejected"), needs=("counts",), align="right"),
        "actor_name",
        Column("created_at", sort="pk"),
    )
    filters = ("file_name", Filter("state"), Filter("created_at"))
    views = (
        View("mine", _("我的"), lambda actor: Q(actor_id=actor.pk)),
        View("open", _("待处理"), lambda actor: Q(state__in=[*RUNNING, "uploaded", "mapped", "staged"])),
    )
    toolbar_links = (
        (_("下载空白模板"), "intake:blank", "table-export", "intake.use"),
        (_("列对应模板"), "intake:template-list", "template", "intake.use"),
    )
    verbs = (
        Verb(
            "cancel", _("中止"), cancel, action="intake.use", icon="player-stop", danger=True, main=True,
            confirm=_("做完当前一步后停下。已写入的客户保留，之后可以继续导入，也可以整批撤销。"), done=_("已要求中止。"),
            when=lambda batch: batch.is_running,
        ),
        Verb(
            "undo", _("撤销导入"), undo, action="intake.undo", icon="arrow-back-up", danger=True, reason=True, main=True,
            confirm=_("本批新建的客户档案将撤销，被更新的字段恢复原值；导入之后又被人改过的客户保留不动，并逐行说明。"),
            done=_("已开始撤销。"),
            when=lambda batch: batch.state in (BatchState.DONE, BatchState.CANCELLED, BatchState.FAILED),
        ),
        Verb(
            "close", _("关闭批次"), close, action="intake.use", icon="archive",
            confirm=_("原始文件从服务器上删除。没有提交的批次同时清除核对结果；已提交的客户不受影响，仍可撤销。"), done=_("批次已关闭。"),
            when=lambda batch: not batch.is_running and batch.state != BatchState.CLOSED,
        ),
    )  # fmt: skip
    create_action, create_service, create_label = "intake.use", batch_upload, _("新建导入")
    has_export = False
    detail_view, form_view = BatchHome, Upload


class TemplatePages(RecordPages):
    model = ImportTemplate
    prefix, noun, argument = "imports/templates", "template", "template"
    icon = "template"
    title = _("列对应模板")
    lead = _("在“对应列”一步保存的模板。下次导入同样表头的文件时直接套用。")
    empty_hint = _("在导入的“对应列”一步填写模板名称，即可保存。")
    panels = (Panel(_("模板"), ("name", "on_duplicate", "created_by", "created_at")),)
    columns = (Column("name", lead=True), "on_duplicate", "created_by", "created_at")
    filters = ("name",)
    verbs = (
        Verb(
            "remove", _("删除模板"), remove, action="intake.use", icon="trash", danger=True, main=True,
            confirm=_("只删除模板，已导入的客户不受影响。"), done=_("模板已删除。"),
        ),
    )  # fmt: skip
    has_export = has_history = False


menu.add(
    Entry(_("批量导入"), "intake:batch-list", icon="database-import", action="intake.use", group="collection", order=10)
)
