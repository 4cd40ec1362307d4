"""Addresses of this room."""

from django.urls import path

from kedang.foundation.safekeeping import views

app_name = "safekeeping"

urlpatterns = [
    path("operations/", views.Operations.as_view(), name="operations"),
    path("operations/backup/", views.BackupNow.as_view(), name="backup"),
    path("operations/verify/", views.VerifyNow.as_view(), name="verify"),
    path("operations/drill/", views.DrillNow.as_view(), name="drill-now"),
    path("operations/drills/<int:pk>/", views.DrillReport.as_view(), name="drill"),
    path("operations/drills/<int:pk>/print/", views.DrillPaper.as_view(), name="drill-print"),
    path("operations/plan/", views.Plan.as_view(), name="plan"),
]
