"""Addresses of the reading room: each part keeps its own list, one line a part here."""

from django.urls import URLPattern

from kedang.business.lending.panels import after, loans, sharing, use

app_name = "lending"

urlpatterns: list[URLPattern] = [
    *use.URLS,
    *after.URLS,
    *sharing.URLS,
    *loans.URLS,
]
