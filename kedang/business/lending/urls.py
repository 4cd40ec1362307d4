"""Addresses of the reading room: each part keeps its own list, one line a part here."""

from django.urls import URLPattern

from kedang.business.lending.panels import loans

app_name = "lending"

urlpatterns: list[URLPattern] = [
    *loans.URLS,
]
