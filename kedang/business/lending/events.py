"""Vocabulary of the trail for the loan desk."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

RULES_CHANGED = EventType("lending.rules_changed", _("修改借阅规则"), "admin")
LOAN_RESERVED = EventType("loan.reserved", _("登记借阅"), "change")
LOAN_PREPARED = EventType("loan.prepared", _("提取待领"), "change")
LOAN_ISSUED = EventType("loan.issued", _("借阅交接"), "disclose")
LOAN_SIGNED = EventType("loan.signed", _("借阅人签收"), "change")
LOAN_RENEWED = EventType("loan.renewed", _("续借"), "change")
LOAN_RECALLED = EventType("loan.recalled", _("催还"), "change")
LOAN_REMINDED = EventType("loan.reminded", _("借阅到期提醒"), "change")
LOAN_RETURNED = EventType("loan.returned", _("归还"), "change")
LOAN_CLOSED = EventType("loan.closed", _("借阅销号"), "change")
LOAN_CANCELLED = EventType("loan.cancelled", _("取消借阅"), "change")
LOAN_LAPSED = EventType("loan.lapsed", _("逾期未领，释放保留"), "change")
LOAN_NEXT_TOLD = EventType("loan.next_told", _("通知下一位预约人"), "change")
LOAN_PHOTO_ADDED = EventType("loan.photo_added", _("加入状况照片"), "change")
LOAN_CORRECTED = EventType("loan.corrected", _("更正借阅登记"), "change")
LOAN_PASSED_ON = EventType("loan.passed_on", _("借阅随交接转给他人"), "change")
LOAN_VIEWED = EventType("loan.viewed", _("查看借阅登记"), "read")
LOAN_PRINTED = EventType("loan.printed", _("打印借阅单据"), "disclose")
REGISTER_EXPORTED = EventType("loan.register_exported", _("导出借阅登记簿"), "disclose")
