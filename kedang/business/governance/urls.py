from typing import Any

app_name = "governance"

urlpatterns: list[Any] = []
