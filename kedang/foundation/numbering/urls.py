"""Addresses of this room."""

from django.urls import path

from kedang.foundation.numbering.views import RuleEditor, RulePreview

app_name = "numbering"

urlpatterns = [
    path("settings/numbers/", RuleEditor.as_view(), name="rule"),
    path("settings/numbers/preview/", RulePreview.as_view(), name="preview"),
]
