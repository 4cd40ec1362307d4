"""Addresses of the reading room: each part keeps its own list, one line a part here."""

from django.urls import URLPattern

app_name = "lending"

urlpatterns: list[URLPattern] = []
