"""What happens when files come in."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

FILE_STORED = EventType("files.stored", _("存入文件"), "change")
