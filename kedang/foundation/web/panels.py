"""The furniture's own menu entry."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.web.menu import Entry, menu

menu.add(Entry(_("工作台"), "web:home", icon="home", group="work", order=0))
