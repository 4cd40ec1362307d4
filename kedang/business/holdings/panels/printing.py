"""Addresses and menu entries of printed forms."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from kedang.business.holdings.views.print_lists import PrintList, PrintLists, PrintSettingsPage, SheetCheck
from kedang.business.holdings.views.printing import (
    BoxForm,
    BoxPrint,
    StampedCopy,
    TransferForm,
    VolumeForm,
    VolumePrint,
    VolumeSet,
)
from kedang.foundation.web.menu import Entry, menu

URLS = [
    path("archive/volumes/<int:pk>/print/", VolumePrint.as_view(), name="volume-print"),
    path("archive/volumes/<int:pk>/forms.pdf", VolumeSet.as_view(), name="volume-set"),
    path("archive/volumes/<int:pk>/forms/<slug:form>.<slug:ext>", VolumeForm.as_view(), name="volume-form"),
    path("archive/places/<int:pk>/print/", BoxPrint.as_view(), name="box-print"),
    path("archive/places/<int:pk>/forms/<slug:form>.<slug:ext>", BoxForm.as_view(), name="box-form"),
    path("archive/transfers/<int:pk>/forms/<slug:form>.<slug:ext>", TransferForm.as_view(), name="transfer-form"),
    path("archive/item-files/<int:pk>/stamped.pdf", StampedCopy.as_view(), name="item-file-stamped"),
    path("archive/print/", PrintLists.as_view(), name="print-lists"),
    path("archive/print/settings/", PrintSettingsPage.as_view(), name="print-settings"),
    path("archive/print/<slug:form>.<slug:ext>", PrintList.as_view(), name="print-list"),
    path("archive/sheets/", SheetCheck.as_view(), name="sheet-check"),
]

menu.add(
    Entry(_("目录与标签"), "holdings:print-lists", icon="printer", action="holdings.print", group="archive", order=70),
    Entry(
        _("核对打印件"), "holdings:sheet-check", icon="shield-search", action="holdings.view", group="archive", order=75
    ),
    Entry(_("打印设置"), "holdings:print-settings", icon="printer", action="holdings.scheme", group="system", order=66),
)
