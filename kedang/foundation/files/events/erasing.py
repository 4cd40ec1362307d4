"""What happens when bytes go for good."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

FILE_ERASED = EventType("files.erased", _("清除文件内容"), "change")
