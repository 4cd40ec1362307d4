"""Addresses of this room."""

from django.urls import URLPattern

from kedang.business.service.panels import URLS

app_name = "service"

urlpatterns: list[URLPattern] = URLS
