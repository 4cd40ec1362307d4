"""Menu entry of the editor of number rules."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.web.menu import Entry, menu

menu.add(Entry(_("编号规则"), "numbering:rule", icon="hash", action="numbering.manage", group="system", order=60))
