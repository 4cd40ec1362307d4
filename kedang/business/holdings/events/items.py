"""Items and their filing in the trail."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

ITEM_RECEIVED = EventType("holdings.item_received", _("收到文件"), "change")
ITEM_CHANGED = EventType("holdings.item_changed", _("修改件的著录"), "change")
ITEM_CORRECTED = EventType("holdings.item_corrected", _("更正已归档的件"), "change")
ITEM_IDENTIFIED = EventType("holdings.item_identified", _("鉴别：应归档"), "change")
ITEM_NOT_KEPT = EventType("holdings.item_not_kept", _("鉴别：不归档"), "change")
ITEM_PLACED = EventType("holdings.item_placed", _("定位"), "change")
ITEM_CATALOGUED = EventType("holdings.item_catalogued", _("编目"), "change")
ITEM_FILED = EventType("holdings.item_filed", _("入库归档"), "change")
ITEM_STEPPED_BACK = EventType("holdings.item_stepped_back", _("退回重办"), "change")
ITEM_FILE_ADDED = EventType("holdings.item_file_added", _("加入文件"), "change")
ITEM_BOUND = EventType("holdings.item_bound", _("登记附属关系"), "change")
ITEM_UNBOUND = EventType("holdings.item_unbound", _("解除附属关系"), "change")
ITEM_REMOVED = EventType("holdings.item_removed", _("移出"), "change")
ITEM_VIEWED = EventType("holdings.item_viewed", _("查看件"), "read")
ITEM_FILE_TAKEN = EventType("holdings.item_file_taken", _("下载文件"), "disclose")
ITEMS_LISTED = EventType("holdings.items_listed", _("查看件清单"), "search")
ITEMS_EXPORTED = EventType("holdings.items_exported", _("导出件清单"), "disclose")
REGISTER_PRINTED = EventType("holdings.filing_register_printed", _("打印归档登记簿"), "disclose")
REGISTER_EXPORTED = EventType("holdings.filing_register_exported", _("导出归档登记簿"), "disclose")
INBOX_TAKEN = EventType("holdings.inbox_taken", _("取回收件文件夹"), "job")
