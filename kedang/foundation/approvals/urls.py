from kedang.foundation.approvals.panels import URLS

app_name = "approvals"

urlpatterns = [*URLS]
