"""Pages of notices and their menu entry."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from kedang.foundation.notices.views.mine import NoticeList, NoticeOpen, NoticesRead, PreferencePage
from kedang.foundation.notices.views.settings import ChannelPage, ChannelTry, DeliveriesRetry
from kedang.foundation.web.menu import Entry, menu

URLS = [
    path("notices/", NoticeList.as_view(), name="list"),
    path("notices/read/", NoticesRead.as_view(), name="read-all"),
    path("notices/<int:pk>/", NoticeOpen.as_view(), name="open"),
    path("me/notices/", PreferencePage.as_view(), name="preference"),
    path("settings/notices/", ChannelPage.as_view(), name="channels"),
    path("settings/notices/try/", ChannelTry.as_view(), name="try"),
    path("settings/notices/again/", DeliveriesRetry.as_view(), name="again"),
]
menu.add(Entry(_("通知渠道"), "notices:channels", icon="bell", action="settings.manage", group="system", order=45))
