"""Addresses of the archive: each part keeps its own list, one line a part here."""

from django.urls import URLPattern

from kedang.business.holdings.panels import arrivals, custody, handing, items, printing, projects, scheme, volumes

app_name = "holdings"

urlpatterns: list[URLPattern] = [
    *items.URLS,
    *scheme.URLS,
    *projects.URLS,
    *volumes.URLS,
    *printing.URLS,
    *custody.URLS,
    *handing.URLS,
    *arrivals.URLS,
]
