"""Addresses of stored files: each part keeps its own list, one line a part here."""

from django.urls import URLPattern

from kedang.foundation.files.views import viewing

app_name = "files"

urlpatterns: list[URLPattern] = [
    *viewing.URLS,
]
