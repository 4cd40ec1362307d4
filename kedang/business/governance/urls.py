from kedang.business.governance.panels import URLS

app_name = "governance"

urlpatterns = [*URLS]
