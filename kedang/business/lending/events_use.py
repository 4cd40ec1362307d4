"""Vocabulary of the trail for requests to use the archive and what follows them."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

USE_ASKED = EventType("use.asked", _("申请利用档案"), "change")
USE_CHANGED = EventType("use.changed", _("修改利用申请"), "change")
USE_SHORTENED = EventType("use.shortened", _("缩短利用时间"), "change")
USE_GRANTED = EventType("use.granted", _("开放申请的档案"), "change")
USE_CLOSED = EventType("use.closed", _("提前收回专项授权"), "change")
USE_VIEWED = EventType("use.viewed", _("查看利用申请"), "read")
USES_EXPORTED = EventType("use.register_exported", _("导出利用申请"), "disclose")
WANTED_MATCHED = EventType("use.wanted_matched", _("核对所填编号"), "change")
BASKET_CHANGED = EventType("use.basket_changed", _("整理申请篮"), "change")
GRANTS_EXPORTED = EventType("use.grants_exported", _("导出专项授权"), "disclose")
GRANT_VIEWED = EventType("use.grant_viewed", _("查看专项授权"), "read")
COPY_MADE = EventType("use.copy_made", _("制作复制件"), "disclose")
RECORD_EXPORTED = EventType("use.record_exported", _("导出档案内容"), "disclose")
MARK_CHECKED = EventType("use.mark_checked", _("查验标记"), "read")
FEEDBACK_ASKED = EventType("use.feedback_asked", _("征询利用效果"), "job")
FEEDBACK_GIVEN = EventType("use.feedback_given", _("填写利用效果"), "change")
FEEDBACK_VIEWED = EventType("use.feedback_viewed", _("查看利用效果"), "read")
FEEDBACK_EXPORTED = EventType("use.feedback_exported", _("导出利用效果登记簿"), "disclose")
FEEDBACK_PRINTED = EventType("use.feedback_printed", _("打印利用效果登记簿"), "disclose")
UPDATE_ASKED = EventType("use.update_asked", _("提出更正任务"), "change")
UPDATE_SETTLED = EventType("use.update_settled", _("办结更正任务"), "change")
STATISTICS_EXPORTED = EventType("use.statistics_exported", _("导出利用统计"), "disclose")
SEEN_AS = EventType("use.seen_as", _("以此人视角查看"), "read")
SHARE_STARTED = EventType("share.started", _("设立共享"), "admin")
SHARE_REVIEWED = EventType("share.reviewed", _("复核共享"), "admin")
SHARE_STOPPED = EventType("share.stopped", _("停止共享"), "admin")
SHARE_REMINDED = EventType("share.reminded", _("提醒复核或到期的共享"), "job")
SHARE_VIEWED = EventType("share.viewed", _("查看共享"), "read")
