"""Addresses of this room."""

from kedang.business.retention.panels import URLS

app_name = "retention"

urlpatterns = [*URLS]
