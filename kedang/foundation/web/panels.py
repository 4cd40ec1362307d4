"""The furniture's own menu entry."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.web.home import Block, work_list
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.recent import recent_lines

menu.add(Entry(_("工作台"), "web:home", icon="home", group="work", order=0))
work_list.add_block(
    Block("recent", _("最近查看"), recent_lines, "history", order=80, empty=_("打开过的档案会列在这里。"), main=False)
)
