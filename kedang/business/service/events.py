"""Vocabulary of the trail for this room."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

REPORT_MADE = EventType("service.report_made", _("报告重大事项"), "change")
REPORT_CHANGED = EventType("service.report_changed", _("修改重大事项报告"), "change")
REPORT_AGAIN = EventType("service.report_again", _("再次报告重大事项"), "change")
REPORT_ACCEPTED = EventType("service.report_accepted", _("受理重大事项报告"), "change")
REPORT_RETURNED = EventType("service.report_returned", _("退回重大事项报告"), "change")
REPORT_SUPPLEMENTED = EventType("service.report_supplemented", _("补充重大事项报告"), "change")
STEP_DONE = EventType("service.step_done", _("办结后续事项"), "change")
REPORT_PASSED_ON = EventType("service.report_passed_on", _("重大事项报告转由他人经办"), "change")
REPORT_REMINDED = EventType("service.report_reminded", _("提醒重大事项报告"), "job")
REPORT_VIEWED = EventType("service.report_viewed", _("查看重大事项报告"), "read")
REPORTS_EXPORTED = EventType("service.reports_exported", _("导出重大事项报告"), "disclose")
RULES_CHANGED = EventType("service.rules_changed", _("修改重大事项报告设置"), "admin")
