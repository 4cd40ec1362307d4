"""Addresses of the archive: each part keeps its own list, one line a part here. Volumes and items come last of all, when rooms above have
brought their tabs.
"""

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
    *items.ItemPages.urls(),
    *volumes.VolumePages.urls(),
]
