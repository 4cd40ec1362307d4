"""Files that go out: the workbook with its reasons, and the blank workbook made from the fields."""

import tempfile
from pathlib import Path
from typing import Any

import xlsxwriter
from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext as _

from kedang.business.intake.models import ImportBatch
from kedang.business.intake.pipeline.targets import target_of
from kedang.business.intake.services import ReportKind, report_workbook
from kedang.business.intake.views.batch import BatchPage
from kedang.business.intake.views.showing import sees_all_columns
from kedang.foundation.kernel.refused import NotAllowed
from kedang.foundation.web.pages import Page

WORKBOOK_ROWS = 20_000
_BLANK_LEFT_OUT = frozenset({"number"})


class Report(BatchPage):
    """The original columns with what became of each row and why in front."""

    def get(self, request: HttpRequest, **kwargs: Any) -> FileResponse:
        asked = request.GET.get("kind", "rejected")
        kind = ReportKind(asked) if asked in set(ReportKind) else ReportKind.REJECTED
        if not sees_all_columns(self.actor, self.batch):
            raise NotAllowed(_("文件中有您无权查看的字段，不能下载。请由导入人下载，或向安全保密员申请。"))
        # Writing a workbook takes a second per ten thousand rows; a longer list goes out as CSV in a fraction of that.
        name = "report.csv" if _expected(self.batch, kind) > WORKBOOK_ROWS else "report.xlsx"
        with tempfile.TemporaryDirectory(prefix="kedang-report-") as folder:
            path = report_workbook(actor=self.actor, batch_id=self.batch.pk, path=Path(folder) / name, kind=kind)
            # Opened before the folder goes: the open file outlives its name.
            return FileResponse(path.open("rb"), as_attachment=True, filename=_file_name(self.batch, kind, path.suffix))


def _expected(batch: ImportBatch, kind: ReportKind) -> int:
    counts = batch.counts or {}
    if kind == ReportKind.ALL:
        return batch.row_count
    names = ("rejected",) if kind == ReportKind.REJECTED else ("rejected", "duplicates")
    return sum(int(counts.get(name, 0)) for name in names)


def _file_name(batch: ImportBatch, kind: ReportKind, suffix: str) -> str:
    stem = batch.file_name.split(".")[0]
    words = {"rejected": _("不合格"), "not_taken": _("未导入"), "all": _("导入结果")}
    return f"{stem}-{words[kind]}{suffix}"


class BlankWorkbook(Page):
    """An empty workbook with the fields as headings: all columns are text, so that no code loses its tail."""

    action = "intake.use"

    def get(self, request: HttpRequest) -> FileResponse:
        target = target_of("customers")
        with tempfile.TemporaryDirectory(prefix="kedang-blank-") as folder:
            path = Path(folder) / "blank.xlsx"
            with xlsxwriter.Workbook(path) as book:
                text = book.add_format({"num_format": "@"})
                head = book.add_format({"bold": True, "bg_color": "#E3EFEA", "border": 1, "num_format": "@"})
                must = book.add_format({"bold": True, "bg_color": "#F8E8E4", "border": 1, "num_format": "@"})
                sheet = book.add_worksheet(str(target.label))
                sheet.freeze_panes(1, 0)
                fields = [field for field in target.fields if field.name not in _BLANK_LEFT_OUT]
                for column, field in enumerate(fields):
                    sheet.set_column(column, column, max(12, len(field.label) * 2 + 4), text)
                    sheet.write_string(0, column, field.label, must if field.required else head)
                    if field.type == "choice":
                        listed = [choice.label for choice in field.choices]
                        if len(",".join(listed)) < 250:
                            sheet.data_validation(
                                1, column, 9999, column, {"validate": "list", "source": listed, "error_type": "warning"}
                            )
                notes = book.add_worksheet(_("填写说明"))
                notes.set_column(0, 0, 18)
                notes.set_column(1, 1, 60)
                notes.write_row(0, 0, [_("列"), _("怎么填")], head)
                for line, field in enumerate(fields, 1):
                    notes.write_row(line, 0, [field.label, _how(field)])
            return FileResponse(path.open("rb"), as_attachment=True, filename=_("客户导入模板") + ".xlsx")


def _how(field: Any) -> str:
    words = {
        "uscc": _("18 位，本列须为“文本”格式"),
        "identity": _("18 位身份证号或其他证件号码，本列须为“文本”格式"),
        "account": _("数字，本列须为“文本”格式"),
        "date": _("写成 2019-04-11"),
        "amount": _("写成 200万元、50万美元，或以元为单位的数字"),
        "phone": _("手机，或区号-号码；几个号码用“；”隔开"),
        "region": _("省、市、区县名称，如 浙江省杭州市西湖区"),
        "legal_form": _("有限责任公司、股份有限公司、个体工商户等"),
    }
    how = words.get(field.type, "")
    if field.type == "choice":
        how = _("可填：") + "、".join(choice.label for choice in field.choices[:12])
    return (_("必填。") if field.required else "") + how
