"""Vocabulary of the trail for volumes."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

VOLUME_CREATED = EventType("holdings.volume_created", _("建立案卷"), "change")
VOLUME_CHANGED = EventType("holdings.volume_changed", _("修改案卷"), "change")
VOLUME_FILLED = EventType("holdings.volume_filled", _("案卷收入文件"), "change")
VOLUME_THINNED = EventType("holdings.volume_thinned", _("案卷移出文件"), "change")
VOLUME_REORDERED = EventType("holdings.volume_reordered", _("调整卷内顺序"), "change")
VOLUME_CLOSED = EventType("holdings.volume_closed", _("结卷"), "change")
VOLUME_TWINNED = EventType("holdings.volume_twinned", _("设置互见案卷"), "change")
ITEM_TAKEN = EventType("holdings.item_taken", _("文件编入案卷"), "change")
ITEM_RELEASED = EventType("holdings.item_released", _("文件移出案卷"), "change")
ITEM_NUMBERED = EventType("holdings.item_numbered", _("编卷内件号"), "change")
NOTE_ADDED = EventType("holdings.note_added", _("登记备考"), "change")
NOTES_SIGNED = EventType("holdings.notes_signed", _("签认备考表"), "change")
REOPENING_ASKED = EventType("holdings.reopening_asked", _("申请重新开卷"), "change")
REOPENING_DECIDED = EventType("holdings.reopening_decided", _("审批重新开卷"), "change")
VOLUME_VIEWED = EventType("holdings.volume_viewed", _("查看案卷"), "read")
VOLUMES_LISTED = EventType("holdings.volumes_listed", _("查看案卷清单"), "search")
VOLUMES_EXPORTED = EventType("holdings.volumes_exported", _("导出案卷清单"), "disclose")
