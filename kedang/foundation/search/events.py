"""Words of the trail for searching."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

SEARCH_DONE = EventType("search.done", _("检索"), "search")
