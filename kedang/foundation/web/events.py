"""Vocabulary of the trail for the furniture."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

VIEW_SAVED = EventType("web.view_saved", _("保存视图"), "change")
VIEW_DELETED = EventType("web.view_deleted", _("删除视图"), "change")
RECORD_VIEWED = EventType("web.record_viewed", _("查看档案"), "read")
LIST_EXPORTED = EventType("web.list_exported", _("导出列表"), "disclose")
