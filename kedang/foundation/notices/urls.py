"""Addresses of this room."""

from kedang.foundation.notices.panels import URLS

app_name = "notices"

urlpatterns = [*URLS]
