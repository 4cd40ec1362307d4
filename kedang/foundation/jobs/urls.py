from django.urls import path

from kedang.foundation.jobs.panels import JobPages
from kedang.foundation.jobs.views import JobIndicator, JobProgress

app_name = "jobs"

urlpatterns = [
    path("jobs/indicator/", JobIndicator.as_view(), name="indicator"),
    path("jobs/<int:pk>/progress/", JobProgress.as_view(pages=JobPages), name="job-progress"),
    *JobPages.urls(),
]
