from django.urls import path

from kedang.foundation.web import views
from kedang.foundation.web.monitoring import views as monitoring

app_name = "web"

urlpatterns = [
    path("", views.Home.as_view(), name="home"),
    path("search/", views.Search.as_view(), name="search"),
    path("search/suggest/", views.Suggest.as_view(), name="suggest"),
    path("exports/<int:pk>/", views.ExportFile.as_view(), name="export-file"),
    path("health/live", monitoring.live, name="live"),
    path("health/ready", monitoring.ready, name="ready"),
    path("metrics", monitoring.metrics, name="metrics"),
    path("help/", views.Help.as_view(), name="help"),
    path("preferences/language/", views.Language.as_view(), name="language"),
]
