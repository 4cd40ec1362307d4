"""What the virus scan says."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

FILE_CLEAN = EventType("files.clean", _("查毒通过"), "change")
FILE_INFECTED = EventType("files.infected", _("查出病毒"), "change")
FILE_TOO_LARGE = EventType("files.not_scannable", _("查毒服务不收"), "change")
FILE_RELEASED = EventType("files.released", _("未查毒放行"), "change")
FILE_RESCAN_ASKED = EventType("files.rescan_asked", _("重新查毒"), "admin")
