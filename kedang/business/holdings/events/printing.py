"""Vocabulary of the trail for printed forms."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

SHEET_PRINTED = EventType("holdings.sheet_printed", _("打印档案表格"), "disclose")
SHEET_PREVIEWED = EventType("holdings.sheet_previewed", _("预览档案表格"), "read")
SHEET_CHECKED = EventType("holdings.sheet_checked", _("核对打印的表格"), "read")
COPY_STAMPED = EventType("holdings.copy_stamped", _("制作加盖归档章和页号的副本"), "disclose")
PRINT_SETTINGS_CHANGED = EventType("holdings.print_settings_changed", _("修改打印设置"), "admin")
