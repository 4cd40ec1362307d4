"""Addresses of stored files: each part keeps its own list, one line a part here."""

from django.urls import URLPattern

from kedang.foundation.files.panels.storage import FilePages, FixityFaultPages, FixityRunPages
from kedang.foundation.files.views import storage, viewing

app_name = "files"

urlpatterns: list[URLPattern] = [
    *viewing.URLS,
    *storage.URLS,
    *FilePages.urls(),
    *FixityRunPages.urls(),
    *FixityFaultPages.urls(),
]
