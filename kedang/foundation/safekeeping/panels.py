"""Menu entry of the operations page."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.web.menu import Entry, menu

menu.add(
    Entry(
        _("运行与备份"), "safekeeping:operations", icon="activity", action="safekeeping.view", group="system", order=80
    )
)
