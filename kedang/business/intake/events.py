"""Vocabulary of the trail for the import bench. What an import does to customers is recorded per customer by that room."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

BATCH_UPLOADED = EventType("intake.uploaded", _("上传导入文件"), "admin")
BATCH_MAPPED = EventType("intake.mapped", _("设定导入列对应"), "admin")
BATCH_STAGED = EventType("intake.staged", _("核对导入文件"), "admin")
BATCH_VIEWED = EventType("intake.rows_viewed", _("查看导入明细"), "read")
BATCH_COMMIT_ASKED = EventType("intake.commit_asked", _("提交导入"), "admin")
CHUNK_COMMITTED = EventType("intake.chunk_committed", _("写入导入分块"), "admin")
BATCH_COMMITTED = EventType("intake.committed", _("完成导入"), "admin")
BATCH_CANCELLED = EventType("intake.cancelled", _("中止导入"), "admin")
BATCH_FAILED = EventType("intake.failed", _("导入失败"), "admin")
BATCH_UNDO_ASKED = EventType("intake.undo_asked", _("撤销导入"), "admin")
BATCH_UNDONE = EventType("intake.undone", _("完成导入撤销"), "admin")
BATCH_CLOSED = EventType("intake.closed", _("关闭导入批次"), "admin")
BATCH_PASSED_ON = EventType("intake.passed_on", _("导入批次转交他人"), "admin")
REPORT_TAKEN = EventType("intake.report_taken", _("下载导入结果"), "disclose")
TEMPLATE_SAVED = EventType("intake.template_saved", _("保存导入模板"), "admin")
TEMPLATE_REMOVED = EventType("intake.template_removed", _("删除导入模板"), "admin")
