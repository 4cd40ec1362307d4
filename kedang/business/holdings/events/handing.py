"""Vocabulary of the trail for transfers, four-property tests and packages."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

TRANSFER_DRAWN_UP = EventType("holdings.transfer_drawn_up", _("编制移交清册"), "change")
TRANSFER_CHANGED = EventType("holdings.transfer_changed", _("修改移交清册"), "change")
TRANSFER_LINES_ADDED = EventType("holdings.transfer_lines_added", _("列入移交清册"), "change")
TRANSFER_LINE_REMOVED = EventType("holdings.transfer_line_removed", _("从移交清册去掉"), "change")
TRANSFER_SENT = EventType("holdings.transfer_sent", _("移交签字"), "change")
TRANSFER_WITHDRAWN = EventType("holdings.transfer_withdrawn", _("撤回移交"), "change")
TRANSFER_COUNTED = EventType("holdings.transfer_counted", _("清点核对移交"), "change")
TRANSFER_RECEIVED = EventType("holdings.transfer_received", _("接收签字"), "change")
TRANSFER_LINE_ACCEPTED = EventType("holdings.transfer_line_accepted", _("移交档案室"), "change")
TRANSFER_LINE_REJECTED = EventType("holdings.transfer_line_rejected", _("移交被退回"), "change")
TRANSFER_VIEWED = EventType("holdings.transfer_viewed", _("查看移交清册"), "read")

CHECK_MADE = EventType("holdings.check_made", _("四性检测"), "change")
CHECK_ANSWERED = EventType("holdings.check_answered", _("四性检测人工核对"), "change")
CHECK_VIEWED = EventType("holdings.check_viewed", _("查看四性检测报告"), "read")
CHECK_PRINTED = EventType("holdings.check_printed", _("打印四性检测报告"), "disclose")

PACKAGE_MADE = EventType("holdings.package_made", _("制作封装包"), "disclose")
PACKAGE_TAKEN = EventType("holdings.package_taken", _("下载封装包"), "disclose")
PACKAGE_ARRIVED = EventType("holdings.package_arrived", _("上传封装包"), "change")
PACKAGE_CHECKED = EventType("holdings.package_checked", _("核验封装包"), "change")
PACKAGE_CHECK_ASKED = EventType("holdings.package_check_asked", _("要求重新核验封装包"), "change")
PACKAGE_IMPORT_ASKED = EventType("holdings.package_import_asked", _("要求导入封装包"), "change")
ARRIVAL_SETTLED = EventType("holdings.arrival_settled", _("封装包导入结束"), "change")
ARRIVAL_VIEWED = EventType("holdings.arrival_viewed", _("查看封装包核验报告"), "read")
PACKAGE_IMPORTED = EventType("holdings.package_imported", _("由封装包导入"), "change")
ITEM_IMPORTED = EventType("holdings.item_imported", _("由封装包导入文件"), "change")
