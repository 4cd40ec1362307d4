"""What happens when files are read: by the system to make them findable, by people who look at their pages."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

TEXT_TAKEN = EventType("files.text_taken", _("提取文件文字"), "job")
TEXT_RECOGNISED = EventType("files.text_recognised", _("识别文件文字"), "job")
TEXT_ASKED = EventType("files.text_asked", _("要求重新提取文件文字"), "admin")
PAGE_VIEWED = EventType("files.page_viewed", _("阅读文件"), "read")
