from kedang.foundation.jobs.panels import JobPages

app_name = "jobs"

urlpatterns = JobPages.urls()
