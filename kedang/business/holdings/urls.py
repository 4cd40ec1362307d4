"""Addresses of the archive: each part keeps its own list, one line a part here."""

from django.urls import URLPattern

from kedang.business.holdings.panels import printing

app_name = "holdings"

urlpatterns: list[URLPattern] = [
    *printing.URLS,
]
